"""Blocks and mutes: what keeps people apart."""

from skeletal.actions.acting import ACTOR, lock_pair, require
from skeletal.actions.lasting import end_of
from skeletal.actions.social.facts import BLOCKED, FOLLOW_DELETED, MUTED, UNBLOCKED, UNMUTED
from skeletal.db.prepared import MOMENT, TEXT, Command, Param, write
from skeletal.db.transactions import execute_transaction
from skeletal.errors import InvalidInput
from skeletal.models import User
from skeletal.queries.visibility import Sight, visible
from skeletal.records import Record
from skeletal.records.social import Changed
from skeletal.rules import words
from skeletal.rules.values import word

ANYBODY = User.objects.filter(pk=Param("other")).values("id")
BOTH = [Param("actor"), Param("other")]


class Walled(Record, frozen=True, kw_only=True):
    """The answer of the statement."""

    allowed: bool
    found: bool
    changed: bool


def block_user(blocker_id: int, blocked_id: int) -> Changed:
    """Block a person: follows, requests and places in circles and lists end both ways.

    2 statements. Repeatable, and possible against one who blocks back or is suspended. Raises
    InvalidInput for oneself, Forbidden for an account that is not active, NotFound for one that
    is absent.
    """
    _require_two(blocker_id, blocked_id, "blocked_id")

    def write_it() -> Walled | None:
        lock_pair(blocker_id, blocked_id)
        return _block().first(actor=blocker_id, other=blocked_id)

    return Changed(changed=require(execute_transaction(write_it), "user").changed)


def unblock_user(blocker_id: int, blocked_id: int) -> Changed:
    """Lift a block; what it ended does not come back: 1 statement. Repeatable."""
    return Changed(changed=_unblock().first(actor=blocker_id, other=blocked_id) is not None)


def mute_user(
    muter_id: int, muted_id: int, *, seconds: int | None = None, scope: str = "all"
) -> Changed:
    """Hide what a person writes, or only what they cause to be told: 1 statement.

    For ever, or for `seconds` from now (1 to ten years); a further call sets both anew. `changed`
    is always true. Raises InvalidInput, Forbidden, and NotFound for an account that is absent or
    not visible.
    """
    _require_two(muter_id, muted_id, "muted_id")
    answer = _mute().first(
        actor=muter_id,
        viewer=muter_id,
        other=muted_id,
        scope=word(scope, words.MUTES, "scope"),
        expires_at=end_of(seconds),
    )
    return Changed(changed=require(answer, "user").changed)


def unmute_user(muter_id: int, muted_id: int) -> Changed:
    """Show again what a person writes: 1 statement. Repeatable."""
    return Changed(changed=_unmute().first(actor=muter_id, other=muted_id) is not None)


def _require_two(one: int, other: int, field: str) -> None:
    if one == other:
        raise InvalidInput("that is the same account", field=field)


@write(Walled)
def _block() -> Command:
    told = BLOCKED.row(
        "done", of="%(actor)s", actor="%(actor)s", blocker_id="%(actor)s", blocked_id="%(other)s"
    )
    ended = FOLLOW_DELETED.row(
        "cut d",
        of="d.follower_id",
        actor="%(actor)s",
        follow_id="d.id",
        follower_id="d.follower_id",
        followee_id="d.followee_id",
    )
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), target AS MATERIALIZED ({target}),
        both_ways (one, two) AS (
            SELECT actor.id, target.id FROM actor, target
            UNION ALL SELECT target.id, actor.id FROM actor, target
        ), done AS (
            INSERT INTO blocks (blocker_id, blocked_id) SELECT actor.id, target.id
            FROM actor, target ON CONFLICT DO NOTHING RETURNING id
        ), cut AS (
            DELETE FROM follows USING both_ways WHERE follower_id = one AND followee_id = two
            RETURNING follows.id, follower_id, followee_id
        ), withdrawn AS (
            DELETE FROM follow_requests USING both_ways
            WHERE follower_id = one AND followee_id = two
        ), expelled AS (
            DELETE FROM circle_members USING circles, both_ways
            WHERE circle_id = circles.id AND owner_id = one AND member_id = two
        ), struck AS (
            DELETE FROM user_list_members USING user_lists, both_ways
            WHERE user_list_id = user_lists.id AND owner_id = one AND member_id = two
        ), told AS ({told}), ended AS ({ended})
        SELECT EXISTS (SELECT FROM actor) AS allowed, EXISTS (SELECT FROM target) AS found,
               EXISTS (SELECT FROM done) AS changed
        """,
        BOTH,
        actor=ACTOR,
        target=ANYBODY,
        told=told,
        ended=ended,
    )


@write(int)
def _unblock() -> Command:
    told = UNBLOCKED.row(
        "done", of="%(actor)s", actor="%(actor)s", blocker_id="%(actor)s", blocked_id="%(other)s"
    )
    return Command(
        """
        WITH done AS (
            DELETE FROM blocks WHERE blocker_id = %(actor)s AND blocked_id = %(other)s RETURNING id
        ), told AS ({told})
        SELECT id FROM done
        """,
        BOTH,
        told=told,
    )


@write(Walled)
def _mute() -> Command:
    told = MUTED.row(
        "done", of="%(actor)s", actor="%(actor)s", muter_id="%(actor)s", muted_id="%(other)s"
    )
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), target AS MATERIALIZED ({target}),
        done AS (
            INSERT INTO mutes (muter_id, muted_id, scope, expires_at)
            SELECT actor.id, target.id, %(scope)s, %(expires_at)s FROM actor, target
            ON CONFLICT (muter_id, muted_id)
            DO UPDATE SET scope = excluded.scope, expires_at = excluded.expires_at RETURNING id
        ), told AS ({told})
        SELECT EXISTS (SELECT FROM actor) AS allowed, EXISTS (SELECT FROM target) AS found,
               EXISTS (SELECT FROM done) AS changed
        """,
        [*BOTH, Param("scope", TEXT), Param("expires_at", MOMENT)],
        actor=ACTOR,
        target=visible(User.objects.filter(pk=Param("other")), Sight.PERSON).values("id"),
        told=told,
    )


@write(int)
def _unmute() -> Command:
    told = UNMUTED.row(
        "done", of="%(actor)s", actor="%(actor)s", muter_id="%(actor)s", muted_id="%(other)s"
    )
    return Command(
        """
        WITH done AS (
            DELETE FROM mutes WHERE muter_id = %(actor)s AND muted_id = %(other)s RETURNING id
        ), told AS ({told})
        SELECT id FROM done
        """,
        BOTH,
        told=told,
    )
