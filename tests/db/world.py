"""A small world in which everybody stands to somebody in every way that a read asks about."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any
from unittest import mock

from django.db import connection
from django.utils import timezone

from skeletal.db.prepared import Param
from skeletal.models import (
    Block,
    Comment,
    Conversation,
    FeedState,
    Follow,
    Hashtag,
    Message,
    Notification,
    Poll,
    Post,
    User,
    Video,
)
from tests.factories import (
    make_block,
    make_circle,
    make_circle_member,
    make_comment,
    make_conversation,
    make_conversation_member,
    make_filter,
    make_follow,
    make_hashtag,
    make_hashtag_trend,
    make_message,
    make_mute,
    make_notification,
    make_poll,
    make_poll_vote,
    make_post,
    make_post_trend,
    make_revision,
    make_session,
    make_user,
    make_vector,
    make_video,
    make_video_trend,
)

NOBODY = (0, -1, 2**63 - 1, 2**63, -(2**63) - 1, 2**70)
POST_STATES = ("published", "hidden", "removed")
VIDEO_STATES = ("processing", "published", "failed", "hidden", "removed")
DIGEST = "d" * 64
MANY = 22
"""More than the smallest page."""


@dataclass(frozen=True)
class World:
    people: list[int]
    posts: list[int]
    videos: list[int]
    ids: list[int]
    blocks: list[tuple[int, int]]
    names: list[str]
    messages: list[int]
    conversations: list[int]
    polls: list[int]


def make_world() -> World:
    alice, bob = make_user(username="alice"), make_user(username="bob", display_name="Álice 50%")
    _stand_in_every_way(alice)
    for author in (alice, bob):
        _publish(author)
    for n in range(MANY):
        fan = make_user(username=f"fan{n}", display_name="a_l'i\\ce")
        make_follow(follower=fan, followee=alice)
        make_follow(follower=alice, followee=fan)
        make_post(author=fan, content=f"{n}")
    _talk(Post.objects.get(content="first", author=alice), Video.objects.filter(author=alice)[0])
    _ask(Post.objects.filter(content="first"))
    make_hashtag()
    _like()
    make_filter(user=alice)
    _tell(alice)
    _warm()
    _interest()
    make_session(user=alice, access_digest=DIGEST)
    FeedState.objects.create(lineage="nobody")
    return _world()


def _stand_in_every_way(alice: User) -> None:
    now = timezone.now()
    ways: dict[str, Callable[[User], object]] = {
        "blocked": lambda user: make_block(blocker=alice, blocked=user),
        "blocks": lambda user: make_block(blocker=user, blocked=alice),
        "muter": lambda user: make_mute(muter=user, muted=alice),
        "muter_for_now": lambda user: make_mute(
            muter=user, muted=alice, expires_at=now + timedelta(days=1)
        ),
        "muter_once": lambda user: make_mute(
            muter=user, muted=alice, expires_at=now - timedelta(days=1)
        ),
        "muter_of_bells": lambda user: make_mute(muter=user, muted=alice, scope="notifications"),
        "friend": lambda user: make_circle_member(circle=_circle(alice), member=user),
    }
    for name, stand in ways.items():
        user = make_user(username=name)
        stand(user)
        make_follow(follower=user, followee=alice)
        make_follow(follower=alice, followee=user)
        make_post(author=user)
    for state in ("suspended", "deactivated"):
        make_follow(follower=make_user(username=state, status=state), followee=alice)
    make_follow(followee=make_user(username="deleted", deleted_at=now), follower=alice)


def _circle(owner: User) -> Any:
    return owner.circles.first() or make_circle(owner=owner)


def _publish(author: User) -> None:
    make_post(author=author, content="first", media_urls=["https://x.test/1"], hashtags=["ü", "%"])
    for status, visibility in product(POST_STATES, ("public", "followers", "circle", "private")):
        circle = _circle(author) if visibility == "circle" else None
        make_post(author=author, status=status, visibility=visibility, circle=circle)
    for status, visibility in product(VIDEO_STATES, ("public", "followers", "private")):
        make_video(author=author, status=status, visibility=visibility)
    make_post(author=author, deleted_at=timezone.now(), edited_at=timezone.now())
    make_video(author=author, deleted_at=timezone.now(), published_at=None)


def _talk(post: Post, video: Video) -> None:
    for user in User.objects.order_by("pk"):
        comment = make_comment(post=post, author=user)
    make_comment(parent=comment, author=post.author)
    make_comment(video=video)
    make_comment(post=post, author=post.author, status="hidden")
    make_comment(post=post, author=post.author, deleted_at=timezone.now())


def _ask(posts: Iterable[Post]) -> None:
    """A poll on each post, over or not, and three edits behind it; everybody votes."""
    for days, post in zip((1, -1), posts, strict=True):
        end = timezone.now() + timedelta(days=days)
        poll = make_poll(post=post, options=["a", "b", "c"], multiple=True, expires_at=end)
        for place, user in enumerate(User.objects.order_by("pk")):
            for choice in {0, place % 3}:
                make_poll_vote(poll=poll, user=user, choice=choice, single=False)
        for version in (1, 2, 3):
            make_revision(post=post, version=version, content=f"version {version}")


def _tell(alice: User) -> None:
    """Everybody writes to alice, twice, and does something that she is told of."""
    group = make_conversation(kind="group")
    for user in User.objects.order_by("pk"):
        make_conversation_member(conversation=group, user=user)
        for kind in ("like", "comment"):
            make_message(conversation=group, sender=user)
            if user != alice:
                key = f"{kind}:{user.pk % 7}"
                make_notification(user=alice, actor=user, kind=kind, group_key=key)


def _like() -> None:
    """Counters are written by triggers and the sweep; here by hand, with equals and a negative."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE posts SET likes_count = id % 7 - 1")
        cursor.execute("UPDATE videos SET views_count = id % 3, comments_count = 2147483647")
        cursor.execute("UPDATE hashtags SET posts_count = 1 + id % 3")
        cursor.execute("ANALYZE")


def _warm() -> None:
    """Everything trends, some of it alike, some of it not at all."""
    for n, post in enumerate(Post.objects.order_by("pk")):
        make_post_trend(post=post, weight=n % 4)
    for n, video in enumerate(Video.objects.order_by("pk")):
        make_video_trend(video=video, weight=n % 4)
    for hashtag in Hashtag.objects.all():
        make_hashtag_trend(hashtag=hashtag)


def _interest() -> None:
    """Each a little further from the first."""
    for n, user in enumerate(User.objects.order_by("pk")):
        make_vector(user=user, embedding=[1.0, n / 10] + [0.0] * 6)
    for n, video in enumerate(Video.objects.order_by("pk")):
        Video.objects.filter(pk=video.pk).update(embeddings=[1.0, n / 10] + [0.0] * 6)


def _world() -> World:
    """Of each kind, those that are most seen come first."""
    people = list(User.objects.order_by("pk"))
    posts = sorted(Post.objects.all(), key=lambda post: (post.content != "first", post.pk))
    videos = sorted(Video.objects.all(), key=lambda each: (each.status != "published", each.pk))
    messages, notices = Message.objects.order_by("pk"), Notification.objects.all()
    conversations = Conversation.objects.all()
    rows = (*people, *posts, *videos, *Comment.objects.all(), *Follow.objects.all())
    return World(
        people=[user.pk for user in people],
        posts=[post.pk for post in posts],
        videos=[video.pk for video in videos],
        ids=sorted(row.pk for row in (*rows, *messages, *notices, *conversations)),
        messages=[message.pk for message in messages],
        conversations=[conversation.pk for conversation in conversations],
        polls=list(Poll.objects.order_by("pk").values_list("pk", flat=True)),
        blocks=list(Block.objects.values_list("blocker_id", "blocked_id")),
        names=[user.username for user in people],
    )


@contextmanager
def bound(values: dict[str, Any]) -> Iterator[None]:
    """Let the ORM send a QuerySet with its parameters bound, as it binds any other value."""

    def as_sql(param: Param, compiler: Any, connection: Any) -> Any:
        return "%s", [values[param.name]]

    with mock.patch.object(Param, "as_sql", as_sql):
        yield
