"""No read shows anybody what they may not see, nor keeps back what they may."""

import inspect
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import msgspec
import pytest
from django.db.models import Model

from skeletal.errors import NotFound
from skeletal.models import Comment, Post, User, Video
from skeletal.queries import content, social, users
from skeletal.records import Page, Viewer
from skeletal.records.content import PollRecord, PostWithComments, RevisionRecord
from tests.queries.cast import Cast, make_cast
from tests.queries.crowd import INACTIVE, NOW
from tests.queries.reads import (
    FOR_NOBODY,
    FUNCTIONS,
    OWN,
    READS,
    Arguments,
    Read,
    Shown,
    names_a_viewer,
)
from tests.queries.worlds import World

LIMIT = 5


def test_every_public_read_stands_in_the_table() -> None:
    assert FUNCTIONS.keys() == READS.keys() | FOR_NOBODY | OWN
    assert {name for name in READS if not names_a_viewer(name)} == {"get_user_feed"}
    assert not any(map(names_a_viewer, FOR_NOBODY))


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.mark.parametrize("name", READS)
def test_a_read_shows_each_viewer_what_they_may_see_and_nothing_else(cast: Cast, name: str) -> None:
    world, read = cast.world, READS[name]
    for kind, viewer in cast.viewers.items():
        secret = secrets(world, viewer)
        for call in calls(name, read, world, viewer):
            found, said = answer(name, call)
            assert found == read.shown(world, viewer, call), (kind, call)
            assert not said & secret, (kind, call)


def calls(name: str, read: Read, world: World, viewer: Viewer) -> Iterator[Arguments]:
    for call in read.arguments(world):
        if names_a_viewer(name):
            yield call | {"viewer_id": viewer}
        elif call["user_id"] == viewer:
            yield call


def answer(name: str, call: Arguments) -> tuple[Shown, set[object]]:
    """The ids that a read shows on all its pages, each once, and whatever else it says."""
    try:
        parts = list(pages(FUNCTIONS[name], call))
    except NotFound:
        return None, set()
    ids = [id_ for part in parts for id_ in ids_of(part, call)]
    assert len(ids) == len(set(ids))
    return set(ids), {word for part in parts for word in words(msgspec.to_builtins(part))}


def pages(read: Callable[..., Any], call: Arguments) -> Iterator[Any]:
    if "cursor" not in inspect.signature(read).parameters:
        yield read(**call)
        return
    cursor = None
    while True:
        page = read(**call, cursor=cursor, limit=LIMIT)
        yield page
        assert page.has_more == (page.next_cursor is not None)
        if not page.has_more:
            return
        assert len(page.data) == LIMIT
        assert page.next_cursor != cursor
        cursor = page.next_cursor


def ids_of(part: Any, call: Arguments) -> list[int]:
    if isinstance(part, bool):
        return [call.get("user_id") or call["post_id"]] if part else []
    if isinstance(part, dict):
        assert all(id_ == row.id for id_, row in part.items())
        return list(part)
    if isinstance(part, PostWithComments):
        return [part.post.id, *ids_of(part.comments, call)]
    rows: Any = part.data if isinstance(part, Page) else part
    rows = rows if isinstance(rows, list) else [rows]
    if rows and isinstance(rows[0], PollRecord | RevisionRecord):
        return [row.post_id for row in rows]
    return [getattr(row, "user", row).id for row in rows]


NOT_SHOWN = {"parent_id", "root_id", "next_cursor"}
"""A comment names what it answers even where that is hidden; a cursor is sealed."""


def words(told: Any) -> Iterator[object]:
    """Every value of an answer, however deep."""
    if isinstance(told, dict):
        for name, value in told.items():
            yield from () if name in NOT_SHOWN else words(value)
    elif isinstance(told, list):
        for value in told:
            yield from words(value)
    else:
        yield told


def secrets(world: World, viewer: Viewer) -> set[object]:
    """The ids and texts of all that the viewer may not see."""
    hidden: set[object] = set()
    for model in (User, Post, Video, Comment):
        for id_ in world.all(model).keys() - reached(world, viewer, model):
            hidden |= {id_, *texts(world.all(model)[id_])}
    return hidden


def reached(world: World, viewer: Viewer, model: type[Model]) -> set[int]:
    """What the viewer may see, of comments those on a post that they may see."""
    seen = world.seen(viewer, model)
    if model is not Comment:
        return seen
    posts = world.seen(viewer, Post)
    return {id_ for id_ in seen if world.all(Comment)[id_].post_id in posts}


def texts(row: Any) -> list[str]:
    if isinstance(row, User):
        return [row.username, f"Shown as {row.username}"]
    return [row.title, row.description] if isinstance(row, Video) else [row.content]


HIDDEN: dict[str, dict[str, Any]] = {
    **{status: {"status": status} for status in ("hidden", "removed")},
    **{to: {"visibility": to} for to in ("followers", "circle", "private")},
    "deleted": {"deleted_at": NOW},
}
LIVE = {"status": "published"}
SEEN = pytest.mark.parametrize("seen", [20, 21])


def around(seen: int, make: Callable[[bool], Any]) -> list[Any]:
    """Thirty hidden rows amid the seen ones."""
    return [make(shown) for shown in (*[True] * 10, *[False] * 30, *[True] * (seen - 10))]


def full(page: Page[Any], seen: int) -> bool:
    return len(page.data) == 20 and page.has_more == (seen > 20)


@SEEN
@pytest.mark.parametrize("how", HIDDEN)
def test_hidden_posts_do_not_shorten_a_page(db: None, how: str, seen: int) -> None:
    world = World()
    (author,) = world.join("active")
    world.write(around(seen, lambda shown: Post(author=author, **({} if shown else HIDDEN[how]))))
    assert full(content.list_public_posts(), seen)
    assert full(content.list_user_posts(author.pk), seen)
    assert len(content.get_popular_posts()) == 20
    ids = list(world.all(Post))
    assert content.get_multiple_posts(ids).keys() == world.seen(None, Post)


@SEEN
@pytest.mark.parametrize("why", ["muted", "blocking", "blocked", *INACTIVE])
def test_hidden_people_do_not_shorten_a_page(db: None, why: str, seen: int) -> None:
    world = World()
    reader, shown, post_author = world.join("active", "active", "active", name="other")
    hidden = world.join(*[why if why in INACTIVE else "active"] * 30)
    if why == "muted":
        world.mute("for ever", *((reader, person) for person in hidden))
    if why == "blocking":
        world.block(*((person, reader) for person in hidden))
    if why == "blocked":
        world.block(*((reader, person) for person in hidden))
    unseen = iter(hidden)
    (post,) = world.write([Post(author=post_author)])
    world.write(around(seen, lambda ok: Comment(author=shown if ok else next(unseen), post=post)))
    unseen = iter(hidden)
    world.write(around(seen, lambda ok: Video(author=shown if ok else next(unseen), **LIVE)))
    assert full(content.list_comments(post.pk, viewer_id=reader.pk), seen)
    assert full(content.get_post_with_comments(post.pk, viewer_id=reader.pk).comments, seen)
    assert full(content.list_public_videos(viewer_id=reader.pk), seen)
    assert len(content.get_trending_videos(viewer_id=reader.pk)) == 20


@SEEN
@pytest.mark.parametrize("state", INACTIVE)
def test_hidden_accounts_do_not_shorten_a_list_of_people(db: None, state: str, seen: int) -> None:
    world = World()
    (star,) = world.join("active", name="star")
    people = world.join(*around(seen - 1, lambda ok: "active" if ok else state))
    assert full(users.list_users(), seen)
    people += world.join("active")
    world.follow(*((person, star) for person in people), *((star, person) for person in people))
    assert full(social.get_follower_list(star.pk, limit=20), seen)
    assert full(social.get_following_list(star.pk, limit=20), seen)
    assert len(users.search_users("person")) == len(users.search_users("shown as p")) == 20


def test_of_a_blocked_pair_neither_has_lists_for_the_other(db: None) -> None:
    world = World()
    pair = world.join("active", "active")
    world.block((pair[0], pair[1]))
    reads: tuple[Callable[..., Any], ...] = (
        social.get_follower_list,
        social.get_following_list,
        content.list_user_posts,
    )
    for read, (reader, person) in product(reads, (pair, pair[::-1])):
        assert read(person.pk, viewer_id=person.pk).data == []
        with pytest.raises(NotFound):
            read(person.pk, viewer_id=reader.pk)


def test_a_mute_hides_what_a_person_wrote_and_not_the_person(db: None) -> None:
    world = World()
    reader, author, fan = world.join("active", "active", "active")
    world.mute("for ever", (reader, author))
    world.follow((author, fan), (fan, author))
    (post,) = world.write([Post(author=author)])
    me: Any = {"viewer_id": reader.pk}
    assert users.get_user_with_stats(author.pk, **me).posts_count == 1
    assert [row.user.id for row in social.get_follower_list(author.pk, **me).data] == [fan.pk]
    assert [row.user.id for row in social.get_follower_list(fan.pk, **me).data] == [author.pk]
    assert content.list_user_posts(author.pk, **me).data == []
    with pytest.raises(NotFound):
        content.get_post_with_comments(post.pk, **me)
    assert content.get_post_with_comments(post.pk, viewer_id=author.pk).post.id == post.pk
