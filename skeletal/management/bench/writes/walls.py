"""Blocks and mutes: set and lifted."""

from typing import Any

from django.db import transaction

from skeletal.actions import social
from skeletal.actions.social.facts import BLOCKED, MUTED, UNBLOCKED, UNMUTED
from skeletal.management.bench.floor import Cursor
from skeletal.management.bench.ordinary import seen
from skeletal.management.bench.parts import ACTIVE
from skeletal.management.bench.subjects import Ask
from skeletal.management.bench.writes.case import (
    ME,
    NOT_BLOCKED,
    Way,
    WriteCase,
    actor,
    by_hand,
    somebody,
    tell,
)
from skeletal.models import (
    Block,
    CircleMember,
    Follow,
    FollowRequest,
    Mute,
    User,
    UserListMember,
)

BLOCK_TOLD = {"blocker_id": "%(viewer)s::text", "blocked_id": "%(other)s::text"}
MUTE_TOLD = {"muter_id": "%(viewer)s::text", "muted_id": "%(other)s::text"}
CUT_TOLD = {
    "follow_id": "d.id::text",
    "follower_id": "d.follower_id::text",
    "followee_id": "d.followee_id::text",
}
HOLD = by_hand("SELECT daira_lock_pair(%(viewer)s, %(other)s) IS NULL")
WALL = by_hand(
    f"""
    WITH t AS MATERIALIZED (SELECT id FROM users WHERE id = %(other)s AND {ME}),
    both_ways (one, two) AS (
      SELECT %(viewer)s, id FROM t UNION ALL SELECT id, %(viewer)s FROM t),
    done AS (
      INSERT INTO blocks (blocker_id, blocked_id) SELECT %(viewer)s, id FROM t
      ON CONFLICT DO NOTHING RETURNING id),
    cut AS (
      DELETE FROM follows USING both_ways WHERE follower_id = one AND followee_id = two
      RETURNING follows.id, follower_id, followee_id),
    withdrawn AS (
      DELETE FROM follow_requests USING both_ways WHERE follower_id = one AND followee_id = two),
    expelled AS (
      DELETE FROM circle_members USING circles, both_ways
      WHERE circle_id = circles.id AND owner_id = one AND member_id = two),
    struck AS (
      DELETE FROM user_list_members USING user_lists, both_ways
      WHERE user_list_id = user_lists.id AND owner_id = one AND member_id = two),
    told AS ({tell("user.blocked", "user", "%(viewer)s", "done", **BLOCK_TOLD)}),
    ended AS ({tell("follow.deleted", "user", "d.follower_id", "cut d", **CUT_TOLD)})
    SELECT EXISTS (SELECT FROM t), EXISTS (SELECT FROM done)
    """
)
LIFT = by_hand(
    f"""
    WITH done AS (
      DELETE FROM blocks WHERE blocker_id = %(viewer)s AND blocked_id = %(other)s RETURNING id),
    told AS ({tell("user.unblocked", "user", "%(viewer)s", "done", **BLOCK_TOLD)})
    SELECT id FROM done
    """
)
HUSH = by_hand(
    f"""
    WITH t AS MATERIALIZED (
      SELECT u.id FROM users u WHERE u.id = %(other)s AND {ACTIVE} AND {NOT_BLOCKED}),
    done AS (
      INSERT INTO mutes (muter_id, muted_id, scope, expires_at)
      SELECT %(viewer)s, id, 'all', NULL FROM t WHERE {ME} ON CONFLICT (muter_id, muted_id)
      DO UPDATE SET scope = excluded.scope, expires_at = excluded.expires_at RETURNING id),
    told AS ({tell("user.muted", "user", "%(viewer)s", "done", **MUTE_TOLD)})
    SELECT EXISTS (SELECT FROM t), EXISTS (SELECT FROM done)
    """
)
UNHUSH = by_hand(
    f"""
    WITH done AS (
      DELETE FROM mutes WHERE muter_id = %(viewer)s AND muted_id = %(other)s RETURNING id),
    told AS ({tell("user.unmuted", "user", "%(viewer)s", "done", **MUTE_TOLD)})
    SELECT id FROM done
    """
)


def _values(ask: Ask) -> dict[str, Any]:
    return {"viewer": ask.viewer, "other": ask.one}


def _by_hand_block(cursor: Cursor, ask: Ask) -> None:
    values = _values(ask)
    with cursor.connection.transaction():
        HOLD(cursor, values)
        WALL(cursor, values)


@transaction.atomic
def _ordinary_block(ask: Ask) -> None:
    """Nothing stands between the two, so no follow is told to have ended."""
    user, other = actor(ask), User.objects.get(pk=ask.one)
    _, made = Block.objects.get_or_create(blocker=user, blocked=other)
    for one, two in ((user, other), (other, user)):
        Follow.objects.filter(follower=one, followee=two).delete()
        FollowRequest.objects.filter(follower=one, followee=two).delete()
        CircleMember.objects.filter(circle__owner=one, member=two).delete()
        UserListMember.objects.filter(user_list__owner=one, member=two).delete()
    if made:
        BLOCKED.tell(of=user.pk, actor=user.pk, blocker_id=user.pk, blocked_id=other.pk)


@transaction.atomic
def _ordinary_unblock(ask: Ask, made: object) -> None:
    gone, _ = Block.objects.filter(blocker_id=ask.viewer, blocked_id=ask.one).delete()
    if gone:
        UNBLOCKED.tell(of=ask.viewer, actor=ask.viewer, blocker_id=ask.viewer, blocked_id=ask.one)


@transaction.atomic
def _ordinary_mute(ask: Ask) -> None:
    user, other = actor(ask), seen(User.objects.filter(pk=ask.one), ask).get()
    Mute.objects.update_or_create(
        muter=user, muted=other, defaults={"scope": "all", "expires_at": None}
    )
    MUTED.tell(of=user.pk, actor=user.pk, muter_id=user.pk, muted_id=other.pk)


@transaction.atomic
def _ordinary_unmute(ask: Ask, made: object) -> None:
    gone, _ = Mute.objects.filter(muter_id=ask.viewer, muted_id=ask.one).delete()
    if gone:
        UNMUTED.tell(of=ask.viewer, actor=ask.viewer, muter_id=ask.viewer, muted_id=ask.one)


def _near(ask: Ask) -> bool:
    """What a block would end, and its lifting not bring back."""
    pair = (ask.viewer, ask.one)
    return any(
        rows.exists()
        for rows in (
            Block.objects.filter(blocker__in=pair, blocked__in=pair),
            Follow.objects.filter(follower__in=pair, followee__in=pair),
            FollowRequest.objects.filter(follower__in=pair, followee__in=pair),
            CircleMember.objects.filter(circle__owner__in=pair, member__in=pair),
            UserListMember.objects.filter(user_list__owner__in=pair, member__in=pair),
        )
    )


def _muted(ask: Ask) -> bool:
    return Mute.objects.filter(muter=ask.viewer, muted=ask.one).exists()


BLOCK = WriteCase(
    "block, unblock",
    3,
    somebody,
    ours=Way(
        lambda ask: social.block_user(ask.viewer, ask.one),
        lambda ask, made: social.unblock_user(ask.viewer, ask.one),
    ),
    floor=Way(_by_hand_block, lambda cursor, ask, made: LIFT(cursor, _values(ask))),
    ordinary=Way(_ordinary_block, _ordinary_unblock),
    stands=_near,
)
MUTE = WriteCase(
    "mute, unmute",
    2,
    somebody,
    ours=Way(
        lambda ask: social.mute_user(ask.viewer, ask.one),
        lambda ask, made: social.unmute_user(ask.viewer, ask.one),
    ),
    floor=Way(
        lambda cursor, ask: HUSH(cursor, _values(ask)),
        lambda cursor, ask, made: UNHUSH(cursor, _values(ask)),
    ),
    ordinary=Way(_ordinary_mute, _ordinary_unmute),
    stands=_muted,
)
