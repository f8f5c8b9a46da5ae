"""Every public read for a viewer: how it is called, and what the world says it shows."""

import inspect
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any, NamedTuple

from skeletal.models import Comment, Post, User, Video
from skeletal.queries import content, feed, social, users
from skeletal.records import Viewer
from tests.queries.worlds import World

Arguments = dict[str, Any]
Shown = set[int] | None


class Read(NamedTuple):
    """A read, every way to call it, and the ids it shows a viewer (None: NotFound)."""

    arguments: Callable[[World], Iterable[Arguments]]
    shown: Callable[[World, Viewer, Arguments], Shown]


def one(model: type[User | Post | Video], name: str) -> Read:
    """A read of one row by its id."""

    def shown(world: World, viewer: Viewer, arguments: Arguments) -> Shown:
        return {arguments[name]} & world.seen(viewer, model) or None

    return Read(lambda world: [{name: id_} for id_ in world.all(model)], shown)


def many(model: type[User | Post | Video], name: str) -> Read:
    """A read of all rows by their ids."""
    return Read(
        lambda world: [{name: list(world.all(model))}],
        lambda world, viewer, _: world.seen(viewer, model),
    )


def public(model: type[Post | Video], **arguments: Any) -> Read:
    """A list of everybody's public rows."""

    def shown(world: World, viewer: Viewer, _: Arguments) -> Shown:
        rows = world.all(model)
        return {id_ for id_ in world.seen(viewer, model) if rows[id_].visibility == "public"}

    return Read(lambda _: [arguments], shown)


def found(world: World, viewer: Viewer, _: Arguments) -> Shown:
    """What a search may find: the public posts that stand, whoever asks."""
    rows = world.all(Post)
    return {
        id_
        for id_ in world.seen(viewer, Post)
        if (rows[id_].visibility, rows[id_].status) == ("public", "published")
        and rows[id_].deleted_at is None
    }


def of_person(shown: Callable[[World, Viewer, int], set[int]]) -> Read:
    """A list that hangs on a person, and is not there where the person is not."""
    return Read(
        lambda world: [{"user_id": id_} for id_ in world.people],
        lambda world, viewer, call: (
            shown(world, viewer, call["user_id"])
            if world.sees_person(viewer, call["user_id"])
            else None
        ),
    )


def comments(world: World, viewer: Viewer, call: Arguments) -> Shown:
    if not world.sees(viewer, world.all(Post)[call["post_id"]]):
        return None
    rows = world.all(Comment)
    return {c for c in world.seen(viewer, Comment) if rows[c].post_id == call["post_id"]}


def with_comments(world: World, viewer: Viewer, call: Arguments) -> Shown:
    shown = comments(world, viewer, call)
    return None if shown is None else shown | {call["post_id"]}


def by(world: World, viewer: Viewer, authors: set[int]) -> set[int]:
    rows = world.all(Post)
    return {id_ for id_ in world.seen(viewer, Post) if rows[id_].author_id in authors}


def itself(world: World, viewer: Viewer, call: Arguments) -> Shown:
    return {call["post_id"]} & world.seen(viewer, Post) or None


def of_posts(shown: Callable[[World, Viewer, Arguments], Shown], **more: Any) -> Read:
    return Read(lambda world: [{"post_id": id_, **more} for id_ in world.all(Post)], shown)


READS: dict[str, Read] = {
    "get_user_with_stats": one(User, "user_id"),
    "get_multiple_users": many(User, "user_ids"),
    "list_users": Read(lambda _: [{}], lambda world, viewer, _: world.seen(viewer, User)),
    "search_users": Read(
        lambda _: [{"query": text, "limit": 100} for text in ("person", "Shown as")],
        lambda world, viewer, _: world.seen(viewer, User),
    ),
    "is_visible_user": Read(
        one(User, "user_id").arguments,
        lambda world, viewer, call: {call["user_id"]} & world.seen(viewer, User),
    ),
    "get_post_with_comments": of_posts(with_comments, limit=100),
    "list_comments": of_posts(comments),
    "get_poll": of_posts(itself),
    "list_post_revisions": of_posts(itself),
    "is_visible_post": Read(
        one(Post, "post_id").arguments,
        lambda world, viewer, call: {call["post_id"]} & world.seen(viewer, Post),
    ),
    "get_multiple_posts": many(Post, "post_ids"),
    "get_popular_posts": public(Post, limit=100),
    "list_public_posts": public(Post),
    "list_user_posts": of_person(lambda world, viewer, id_: by(world, viewer, {id_})),
    "get_video_with_stats": one(Video, "video_id"),
    "get_multiple_videos": many(Video, "video_ids"),
    "list_public_videos": public(Video),
    "get_trending_posts": public(Post, limit=100),
    "get_trending_videos": public(Video, limit=100),
    "get_follower_list": of_person(
        lambda world, viewer, id_: (
            world.seen(viewer, User) & {a for a, b in world.follows if b == id_}
        )
    ),
    "get_following_list": of_person(
        lambda world, viewer, id_: (
            world.seen(viewer, User) & {b for a, b in world.follows if a == id_}
        )
    ),
    "search_posts": Read(
        lambda _: [{"query": "Words", "order": order} for order in ("newest", "relevant")],
        found,
    ),
    "get_user_feed": of_person(
        lambda world, viewer, id_: by(
            world, viewer, {id_} | {b for a, b in world.follows if a == id_}
        )
    ),
}
FOR_NOBODY = {
    "batch_user_stats",
    "get_interest",
    "get_message_receivers",
    "get_session",
    "get_trending_hashtags",
    "get_user_stats",
    "is_blocked",
    "is_following",
    "search_hashtags",
}
"""Reads of numbers and edges that callers ask for themselves: they have no viewer."""
OWN = {
    "get_filter_matches",
    "list_conversations",
    "list_drafts",
    "list_keyword_filters",
    "list_messages",
    "list_notifications",
    "list_similar_users",
    "list_similar_videos",
}
"""Reads of what is a person's own: who asks is `user_id`, and nobody else may."""


def public_functions() -> dict[str, Callable[..., Any]]:
    return {
        name: found
        for module in (users, content, social, feed)
        for name, found in inspect.getmembers(module, inspect.isfunction)
        if _is_of(module, found) and not name.startswith("_")
    }


def _is_of(module: ModuleType, found: Callable[..., Any]) -> bool:
    """A room that is a folder shows the functions of its modules."""
    return f"{found.__module__}.".startswith(f"{module.__name__}.")


FUNCTIONS = public_functions()


def takes(name: str, argument: str) -> bool:
    return argument in inspect.signature(FUNCTIONS[name]).parameters


def names_a_viewer(name: str) -> bool:
    return takes(name, "viewer_id")
