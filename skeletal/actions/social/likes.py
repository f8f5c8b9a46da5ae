"""Likes of posts, videos and comments: one statement each."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from skeletal.actions.acting import ACTOR, require
from skeletal.actions.social.facts import LIKE_CREATED, LIKE_DELETED
from skeletal.db.prepared import MOMENT, TEXT, Command, Param, write
from skeletal.errors import InvalidInput
from skeletal.models import Comment, Post, Video
from skeletal.queries.counters import exact
from skeletal.queries.visibility import Sight, visible
from skeletal.records import Count, Record
from skeletal.records.social import LikeResult
from skeletal.rules.values import past

LIKEABLE: "dict[str, type[Post | Video | Comment]]" = {
    "post": Post,
    "video": Video,
    "comment": Comment,
}
TOLD = {
    "of": "%(actor)s",
    "actor": "%(actor)s",
    "like_id": "d.id",
    "user_id": "%(actor)s",
    "likeable_type": "%(kind)s",
    "likeable_id": "%(likeable)s",
    "author_id": "t.author_id",
}


class Liked(Record, frozen=True, kw_only=True):
    """The answer of the statement."""

    allowed: bool
    found: bool
    changed: bool
    likes_count: Count


def like(
    user_id: int, likeable_type: str, likeable_id: int, *, at: datetime | None = None
) -> LikeResult:
    """Like a post, a video or a comment: 1 statement, whatever the number of its likes.

    Repeatable. `at` is the time of a like that comes from elsewhere. Raises Forbidden for an
    account that is not active, NotFound for a thing that is absent or not visible to it,
    InvalidInput for a type that cannot be liked, and for a time to come.
    """
    answer = _like(_kind(likeable_type)).first(
        actor=user_id, viewer=user_id, kind=likeable_type, likeable=likeable_id, at=past(at, "at")
    )
    done = require(answer, likeable_type)
    return LikeResult(liked=True, changed=done.changed, likes_count=done.likes_count)


def unlike(user_id: int, likeable_type: str, likeable_id: int) -> LikeResult:
    """Take a like back: 1 statement. Repeatable, and possible when the thing is gone from sight.

    Raises InvalidInput for a type that cannot be liked; a count of what is not visible is 0.
    """
    answer = _unlike(_kind(likeable_type)).first(
        actor=user_id, viewer=user_id, kind=likeable_type, likeable=likeable_id
    )
    assert answer is not None  # noqa: S101 - the statement always gives one row
    return LikeResult(liked=False, changed=answer.changed, likes_count=answer.likes_count)


def _kind(likeable_type: str) -> str:
    if not isinstance(likeable_type, str) or likeable_type not in LIKEABLE:
        raise InvalidInput("likeable_type must be post, video or comment", field="likeable_type")
    return likeable_type


def _target(kind: str) -> "QuerySet[Any]":
    """The thing with its author and its exact count, if the one who acts sees it."""
    rows: QuerySet[Any] = LIKEABLE[kind]._default_manager.filter(pk=Param("likeable"))
    if kind == "comment":
        posts = visible(Post.objects.filter(pk=OuterRef("post_id")), Sight.PERSON)
        videos = visible(Video.objects.filter(pk=OuterRef("video_id")), Sight.PERSON)
        rows = rows.filter(Q(Exists(posts)) | Q(Exists(videos)))
    seen = exact(visible(rows, Sight.PERSON), kind, ("likes_count",))
    return seen.values("id", "author_id", "exact_likes_count")


@write(Liked)
def _like(kind: str) -> Command:
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), target AS MATERIALIZED ({target}),
        done AS (
            INSERT INTO likes (id, user_id, likeable_type, likeable_id, created_at)
            SELECT CASE WHEN %(at)s IS NULL THEN daira_id() ELSE daira_id(%(at)s) END,
                   actor.id, %(kind)s, target.id, coalesce(%(at)s, now()) FROM actor, target
            ON CONFLICT DO NOTHING RETURNING id
        ), told AS ({told})
        SELECT EXISTS (SELECT FROM actor) AS allowed, target.id IS NOT NULL AS found,
               EXISTS (SELECT FROM done) AS changed,
               coalesce(exact_likes_count, 0) + (SELECT count(*) FROM done) AS likes_count
        FROM (SELECT) one LEFT JOIN target ON true
        """,
        [Param("kind", TEXT), Param("at", MOMENT)],
        actor=ACTOR,
        target=_target(kind),
        told=LIKE_CREATED.row("done d, target t", **TOLD),
    )


@write(Liked)
def _unlike(kind: str) -> Command:
    thing = f"done d JOIN {LIKEABLE[kind]._meta.db_table} t ON t.id = %(likeable)s"
    return Command(
        """
        WITH target AS MATERIALIZED ({target}),
        done AS (
            DELETE FROM likes WHERE user_id = %(actor)s AND likeable_type = %(kind)s
            AND likeable_id = %(likeable)s RETURNING id
        ), told AS ({told})
        SELECT true AS allowed, target.id IS NOT NULL AS found,
               EXISTS (SELECT FROM done) AS changed,
               coalesce(exact_likes_count - (SELECT count(*) FROM done), 0) AS likes_count
        FROM (SELECT) one LEFT JOIN target ON true
        """,
        [Param("kind", TEXT), Param("actor")],
        target=_target(kind),
        told=LIKE_DELETED.row(thing, **TOLD),
    )
