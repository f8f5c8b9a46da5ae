"""Follows, and requests to follow private accounts: one statement each.

A block and a follow of the same two exclude each other: `daira_pair_is_blocked` waits for whoever
changes the pair and then looks anew.
"""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from skeletal.actions.acting import ACTOR, require
from skeletal.actions.events import Fact
from skeletal.actions.social.facts import FOLLOW_CREATED, FOLLOW_DELETED, FOLLOW_REQUESTED
from skeletal.db.prepared import MOMENT, Command, Param, write
from skeletal.errors import InvalidInput, NotFound
from skeletal.models import User
from skeletal.queries.counters import exact
from skeletal.queries.visibility import Sight, visible
from skeletal.records import Count, Record
from skeletal.records.social import Changed, FollowResult
from skeletal.rules.values import past

PAIR = [Param("follower"), Param("followee")]
STATES = {True: "following", False: "requested"}


class Followed(Record, frozen=True, kw_only=True):
    """The answer of the statement."""

    allowed: bool
    found: bool
    follows: bool
    changed: bool
    followers_count: Count


def follow_user(follower_id: int, followee_id: int, *, at: datetime | None = None) -> FollowResult:
    """Follow a person, or ask a private one: 1 statement.

    Repeatable. `at` is the time of a follow that comes from elsewhere. Raises InvalidInput for
    oneself, Forbidden for an account that is not active, NotFound for one that is absent, not
    visible or on either side of a block.
    """
    if follower_id == followee_id:
        raise InvalidInput("nobody follows themselves", field="followee_id")
    answer = _follow().first(
        actor=follower_id, viewer=follower_id, other=followee_id, at=past(at, "at")
    )
    done = require(answer, "user")
    return FollowResult(
        state=STATES[done.follows], changed=done.changed, followers_count=done.followers_count
    )


def unfollow_user(follower_id: int, followee_id: int) -> Changed:
    """End a follow, or withdraw the request: 1 statement. Repeatable; who is absent is no error."""
    answer = _unfollow().first(follower=follower_id, followee=followee_id)
    return Changed(changed=bool(answer))


def accept_follow(followee_id: int, follower_id: int) -> Changed:
    """Let one who asked follow: 1 statement.

    Repeatable while the follow stands. Raises Forbidden for an account that is not active,
    NotFound where nobody asked, and where the two are on either side of a block.
    """
    answer = _accept().first(actor=followee_id, other=follower_id)
    return Changed(changed=require(answer, "follow request").changed)


def decline_follow(followee_id: int, follower_id: int) -> Changed:
    """Refuse one who asked, who is not told: 1 statement. Raises NotFound where nobody asked."""
    if not _decline().first(followee=followee_id, follower=follower_id):
        raise NotFound("no such follow request")
    return Changed(changed=True)


def _told(fact: Fact, source: str, follower: str, followee: str, **own: str) -> str:
    return fact.row(
        source, of=follower, actor=follower, follower_id=follower, followee_id=followee, **own
    )


@write(Followed)
def _follow() -> Command:
    seen = visible(User.objects.filter(pk=Param("other")), Sight.PERSON)
    counted: QuerySet[Any] = exact(seen, "user_profile", ("followers_count",), at="profile__")
    created = _told(FOLLOW_CREATED, "done d", "%(actor)s", "%(other)s", follow_id="d.id")
    requested = _told(FOLLOW_REQUESTED, "asked d", "%(actor)s", "%(other)s", request_id="d.id")
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), target AS MATERIALIZED ({target}),
        standing AS MATERIALIZED (
            SELECT FROM follows WHERE follower_id = %(actor)s AND followee_id = %(other)s
        ), pair AS MATERIALIZED (
            SELECT target.is_private, daira_pair_is_blocked(%(actor)s, %(other)s) AS blocked
            FROM actor, target WHERE NOT EXISTS (SELECT FROM standing)
        ), done AS (
            INSERT INTO follows (id, follower_id, followee_id, created_at)
            SELECT CASE WHEN %(at)s IS NULL THEN daira_id() ELSE daira_id(%(at)s) END,
                   %(actor)s, %(other)s, coalesce(%(at)s, now())
            FROM pair WHERE NOT blocked AND NOT is_private
            ON CONFLICT DO NOTHING RETURNING id
        ), asked AS (
            INSERT INTO follow_requests (follower_id, followee_id)
            SELECT %(actor)s, %(other)s FROM pair WHERE NOT blocked AND is_private
            ON CONFLICT DO NOTHING RETURNING id
        ), withdrawn AS (
            DELETE FROM follow_requests WHERE follower_id = %(actor)s AND followee_id = %(other)s
            AND EXISTS (SELECT FROM done)
        ), told AS ({created}), asked_told AS ({requested})
        SELECT EXISTS (SELECT FROM actor) AS allowed,
               target.id IS NOT NULL AND NOT coalesce(pair.blocked, false) AS found,
               EXISTS (SELECT FROM standing) OR NOT coalesce(target.is_private, false) AS follows,
               EXISTS (SELECT FROM done) OR EXISTS (SELECT FROM asked) AS changed,
               coalesce(target.exact_followers_count, 0) + (SELECT count(*) FROM done)
                   AS followers_count
        FROM (SELECT) one LEFT JOIN target ON true LEFT JOIN pair ON true
        """,
        [Param("at", MOMENT)],
        actor=ACTOR,
        target=counted.values("id", "is_private", "exact_followers_count"),
        created=created,
        requested=requested,
    )


@write(int)
def _unfollow() -> Command:
    told = _told(FOLLOW_DELETED, "done d", "%(follower)s", "%(followee)s", follow_id="d.id")
    return Command(
        """
        WITH done AS (
            DELETE FROM follows WHERE follower_id = %(follower)s AND followee_id = %(followee)s
            RETURNING id
        ), withdrawn AS (
            DELETE FROM follow_requests
            WHERE follower_id = %(follower)s AND followee_id = %(followee)s RETURNING id
        ), told AS ({told})
        SELECT id FROM done UNION ALL SELECT id FROM withdrawn
        """,
        PAIR,
        told=told,
    )


class Accepted(Record, frozen=True, kw_only=True):
    """The answer of the statement."""

    allowed: bool
    found: bool
    changed: bool


@write(Accepted)
def _accept() -> Command:
    told = _told(FOLLOW_CREATED, "done d", "%(other)s", "%(actor)s", follow_id="d.id")
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), pair AS MATERIALIZED (
            SELECT daira_pair_is_blocked(%(actor)s, %(other)s) AS blocked FROM actor
        ), request AS (
            DELETE FROM follow_requests USING pair
            WHERE follower_id = %(other)s AND followee_id = %(actor)s AND NOT blocked
            RETURNING follower_id
        ), done AS (
            INSERT INTO follows (follower_id, followee_id)
            SELECT %(other)s, %(actor)s FROM request ON CONFLICT DO NOTHING RETURNING id
        ), told AS ({told})
        SELECT EXISTS (SELECT FROM actor) AS allowed,
               EXISTS (SELECT FROM request) OR EXISTS (
                   SELECT FROM follows WHERE follower_id = %(other)s AND followee_id = %(actor)s
               ) AS found,
               EXISTS (SELECT FROM done) AS changed
        """,
        [Param("actor"), Param("other")],
        actor=ACTOR,
        told=told,
    )


@write(int)
def _decline() -> Command:
    return Command(
        """
        DELETE FROM follow_requests
        WHERE follower_id = %(follower)s AND followee_id = %(followee)s RETURNING id
        """,
        PAIR,
    )
