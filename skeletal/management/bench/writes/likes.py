"""Likes: done and taken back."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from skeletal.actions import social
from skeletal.actions.events import Fact
from skeletal.actions.social.facts import LIKE_CREATED, LIKE_DELETED
from skeletal.management.bench.ordinary import seen
from skeletal.management.bench.report import Limit
from skeletal.management.bench.subjects import Ask
from skeletal.management.bench.writes.case import (
    BY,
    ME,
    SEEN,
    Way,
    WriteCase,
    a_post,
    actor,
    by_hand,
    tell,
)
from skeletal.models import Like, Post
from skeletal.queries.counters import exact

TARGET = f"""
SELECT x.id, x.author_id, x.likes_count + coalesce(
    (SELECT sum(delta) FROM counter_deltas WHERE object_type = 'post' AND object_id = x.id
     AND counter = 'likes_count'), 0) AS n
FROM posts x {BY} WHERE x.id = %(post)s AND {SEEN}
"""
TOLD = {
    "like_id": "d.id::text",
    "user_id": "%(viewer)s::text",
    "likeable_type": "'post'",
    "likeable_id": "t.id::text",
    "author_id": "t.author_id::text",
}
DO = by_hand(
    f"""
    WITH t AS MATERIALIZED ({TARGET}), done AS (
      INSERT INTO likes (user_id, likeable_type, likeable_id)
      SELECT %(viewer)s, 'post', t.id FROM t WHERE {ME} ON CONFLICT DO NOTHING RETURNING id),
    told AS ({tell("like.created", "user", "%(viewer)s", "done d, t", **TOLD)})
    SELECT t.n + (SELECT count(*) FROM done) FROM t
    """
)
UNDO = by_hand(
    f"""
    WITH t AS MATERIALIZED ({TARGET}), done AS (
      DELETE FROM likes
      WHERE user_id = %(viewer)s AND likeable_type = 'post' AND likeable_id = %(post)s
      RETURNING id),
    told AS ({tell("like.deleted", "user", "%(viewer)s", "done d, t", **TOLD)})
    SELECT t.n - (SELECT count(*) FROM done) FROM t
    """
)


def _values(ask: Ask) -> dict[str, Any]:
    return {"viewer": ask.viewer, "post": ask.one}


@transaction.atomic
def _ordinary(ask: Ask) -> None:
    """As most would write it: look, insert, tell, count."""
    user = actor(ask)
    post = _counted(ask).get()
    like, made = Like.objects.get_or_create(user=user, likeable_type="post", likeable_id=post.pk)
    if made:
        _tell(LIKE_CREATED, like, post)


@transaction.atomic
def _ordinary_undo(ask: Ask, made: object) -> None:
    post = _counted(ask).get()
    likes = Like.objects.filter(user_id=ask.viewer, likeable_type="post", likeable_id=ask.one)
    for like in likes:
        _tell(LIKE_DELETED, like, post)
    likes.delete()


def _counted(ask: Ask) -> "QuerySet[Post]":
    return exact(seen(Post.objects.filter(pk=ask.one), ask), "post", ("likes_count",))


def _tell(fact: Fact, like: Like, post: Post) -> None:
    user = like.user_id
    fact.tell(
        of=user,
        actor=user,
        like_id=like.pk,
        user_id=user,
        likeable_type="post",
        likeable_id=post.pk,
        author_id=post.author_id,
    )


LIKE = WriteCase(
    "like, unlike",
    2,
    a_post,
    ours=Way(
        lambda ask: social.like(ask.viewer, "post", ask.one),
        lambda ask, made: social.unlike(ask.viewer, "post", ask.one),
    ),
    floor=Way(
        lambda cursor, ask: DO(cursor, _values(ask)),
        lambda cursor, ask, made: UNDO(cursor, _values(ask)),
    ),
    ordinary=Way(_ordinary, _ordinary_undo),
    stands=lambda ask: Like.objects.filter(user_id=ask.viewer, likeable_id=ask.one).exists(),
    limit=Limit("CPU", 2),
)
