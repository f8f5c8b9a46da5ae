"""The public writes: ours, by hand for psycopg, and as ordinary ORM code, each with its effects.

A case does a thing and undoes it, so that every call finds the world as the first one did.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from skeletal.actions import social
from skeletal.management.bench.floor import (
    ACTIVE,
    AUDIENCE,
    AUTHOR,
    LIVE,
    UNBLOCKED,
    UNMUTED,
    Cursor,
    hand,
    many,
)
from skeletal.management.bench.subjects import Ask, Subjects
from skeletal.models import Follow, Like, OutboxEvent, Post, User
from skeletal.queries.counters import exact
from skeletal.queries.social import is_following
from skeletal.queries.visibility import Sight, visible


@dataclass(frozen=True)
class WriteCase:
    """Two writes, the second undoing the first, and how many statements ours send.

    What `stands` already is left alone.
    """

    name: str
    statements: int
    asks: Callable[[Subjects, int], Ask]
    ours: Callable[[Ask], Any]
    floor: Callable[[Cursor, Ask], Any]
    ordinary: Callable[[Ask], Any]
    stands: Callable[[Ask], bool]
    target_ms: float = 100


OPEN = """
coalesce((SELECT sum(delta) FROM counter_deltas WHERE object_type = '{kind}'
          AND object_id = {key} AND counter = '{counter}'), 0)
"""
TELL = """
INSERT INTO outbox_events (name, version, aggregate_type, aggregate_id, actor_id, payload)
"""
LIKES = OPEN.format(kind="post", key="x.id", counter="likes_count")
LIKE = hand(
    f"""
    WITH me AS (SELECT u.id FROM users u WHERE u.id = %s AND {ACTIVE}),
    t AS (
      SELECT x.id, x.author_id, x.likes_count + {LIKES} AS n FROM posts x {AUTHOR}
      WHERE x.id = %s AND {LIVE} AND {AUDIENCE} AND {UNBLOCKED} AND {UNMUTED}),
    done AS (
      INSERT INTO likes (user_id, likeable_type, likeable_id)
      SELECT me.id, 'post', t.id FROM me, t ON CONFLICT DO NOTHING RETURNING id, user_id),
    told AS (
      {TELL} SELECT 'like.created', 1, 'user', d.user_id, d.user_id,
        jsonb_build_object('like_id', d.id::text, 'user_id', d.user_id::text, 'likeable_type',
          'post', 'likeable_id', t.id::text, 'author_id', t.author_id::text) FROM done d, t)
    SELECT t.n + (SELECT count(*) FROM done) FROM t
    """,
    "viewer one viewer viewer viewer viewer viewer viewer",
)
UNLIKE = hand(
    f"""
    WITH t AS (
      SELECT x.id, x.author_id, x.likes_count + {LIKES} AS n FROM posts x {AUTHOR}
      WHERE x.id = %s AND {LIVE} AND {AUDIENCE} AND {UNBLOCKED} AND {UNMUTED}),
    done AS (
      DELETE FROM likes WHERE user_id = %s AND likeable_type = 'post' AND likeable_id = %s
      RETURNING id, user_id),
    told AS (
      {TELL} SELECT 'like.deleted', 1, 'user', d.user_id, d.user_id,
        jsonb_build_object('like_id', d.id::text, 'user_id', d.user_id::text, 'likeable_type',
          'post', 'likeable_id', t.id::text, 'author_id', t.author_id::text) FROM done d, t)
    SELECT t.n - (SELECT count(*) FROM done) FROM t
    """,
    "one viewer viewer viewer viewer viewer viewer viewer one",
)
FOLLOWERS = OPEN.format(kind="user_profile", key="u.id", counter="followers_count")
FOLLOW = hand(
    f"""
    WITH me AS (SELECT u.id FROM users u WHERE u.id = %s AND {ACTIVE}),
    t AS (
      SELECT u.id, u.is_private, p.followers_count + {FOLLOWERS} AS n
      FROM users u JOIN user_profiles p ON p.user_id = u.id
      WHERE u.id = %s AND {ACTIVE} AND {UNBLOCKED}),
    pair AS (
      SELECT me.id AS follower, t.id AS followee, is_private,
             daira_pair_is_blocked(me.id, t.id) AS blocked FROM me, t
      WHERE NOT EXISTS (SELECT FROM follows WHERE follower_id = me.id AND followee_id = t.id)),
    done AS (
      INSERT INTO follows (follower_id, followee_id)
      SELECT follower, followee FROM pair WHERE NOT blocked AND NOT is_private
      ON CONFLICT DO NOTHING RETURNING id, follower_id, followee_id),
    told AS (
      {TELL} SELECT 'follow.created', 1, 'user', d.follower_id, d.follower_id,
        jsonb_build_object('follow_id', d.id::text, 'follower_id', d.follower_id::text,
          'followee_id', d.followee_id::text) FROM done d)
    SELECT t.n + (SELECT count(*) FROM done) FROM t
    """,
    "viewer one viewer viewer",
)
UNFOLLOW = hand(
    f"""
    WITH done AS (
      DELETE FROM follows WHERE follower_id = %s AND followee_id = %s
      RETURNING id, follower_id, followee_id),
    told AS (
      {TELL} SELECT 'follow.deleted', 1, 'user', d.follower_id, d.follower_id,
        jsonb_build_object('follow_id', d.id::text, 'follower_id', d.follower_id::text,
          'followee_id', d.followee_id::text) FROM done d)
    SELECT id FROM done
    """,
    "viewer one",
)


def _post(from_: Subjects, viewer: int) -> Ask:
    return Ask(viewer, from_.chance.choice(from_.posts))


def _person(from_: Subjects, viewer: int) -> Ask:
    return Ask(viewer, from_.chance.choice([one for one in from_.people if one != viewer]))


def _like_twice(ask: Ask) -> None:
    social.like(ask.viewer, "post", ask.one)
    social.unlike(ask.viewer, "post", ask.one)


def _follow_twice(ask: Ask) -> None:
    social.follow_user(ask.viewer, ask.one)
    social.unfollow_user(ask.viewer, ask.one)


@transaction.atomic
def _ordinary_like(ask: Ask) -> None:
    """As most would write it: look, insert, tell, count."""
    User.objects.get(pk=ask.viewer, status="active", deleted_at=None)
    post = _counted_post(ask).get()
    like, made = Like.objects.get_or_create(
        user_id=ask.viewer, likeable_type="post", likeable_id=post.pk
    )
    if made:
        _tell("like.created", ask.viewer, like.pk)


@transaction.atomic
def _ordinary_unlike(ask: Ask) -> None:
    likes = Like.objects.filter(user_id=ask.viewer, likeable_type="post", likeable_id=ask.one)
    for like in likes:
        _tell("like.deleted", ask.viewer, like.pk)
    likes.delete()
    _counted_post(ask).get()


@transaction.atomic
def _ordinary_follow(ask: Ask) -> None:
    User.objects.get(pk=ask.viewer, status="active", deleted_at=None)
    rows = visible(User.objects.filter(pk=ask.one), Sight.PERSON, viewer=ask.viewer)
    other = exact(rows, "user_profile", ("followers_count",), at="profile__").get()
    follow, made = Follow.objects.get_or_create(follower_id=ask.viewer, followee=other)
    if made:
        _tell("follow.created", ask.viewer, follow.pk)


@transaction.atomic
def _ordinary_unfollow(ask: Ask) -> None:
    follows = Follow.objects.filter(follower_id=ask.viewer, followee_id=ask.one)
    for follow in follows:
        _tell("follow.deleted", ask.viewer, follow.pk)
    follows.delete()


def _counted_post(ask: Ask) -> "QuerySet[Post]":
    rows = visible(Post.objects.filter(pk=ask.one), Sight.PERSON, viewer=ask.viewer)
    return exact(rows, "post", ("likes_count",))


def _tell(name: str, actor: int, row: int) -> None:
    OutboxEvent.objects.create(
        name=name,
        aggregate_type="user",
        aggregate_id=actor,
        actor_id=actor,
        payload={"id": str(row)},
    )


WRITES = [
    WriteCase(
        "like, unlike",
        2,
        _post,
        _like_twice,
        many(LIKE, UNLIKE),
        lambda ask: (_ordinary_like(ask), _ordinary_unlike(ask)),
        lambda ask: Like.objects.filter(user_id=ask.viewer, likeable_id=ask.one).exists(),
    ),
    WriteCase(
        "follow, unfollow",
        2,
        _person,
        _follow_twice,
        many(FOLLOW, UNFOLLOW),
        lambda ask: (_ordinary_follow(ask), _ordinary_unfollow(ask)),
        lambda ask: is_following(ask.viewer, ask.one),
    ),
]
