"""Follows: done and ended."""

from typing import Any

from django.db import transaction

from skeletal.actions import social
from skeletal.actions.events import Fact
from skeletal.actions.social.facts import FOLLOW_CREATED, FOLLOW_DELETED
from skeletal.management.bench.ordinary import seen
from skeletal.management.bench.parts import ACTIVE
from skeletal.management.bench.report import Limit
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
from skeletal.models import Follow, FollowRequest, User
from skeletal.queries.counters import exact
from skeletal.queries.social import is_following

PAIR = {"follower_id": "%(viewer)s::text", "followee_id": "%(other)s::text"}
TOLD, TOLD_ASKED = {"follow_id": "d.id::text", **PAIR}, {"request_id": "d.id::text", **PAIR}
REQUEST = "follow_requests WHERE follower_id = %(viewer)s AND followee_id = %(other)s"
DO = by_hand(
    f"""
    WITH t AS MATERIALIZED (
      SELECT u.is_private, p.followers_count + coalesce(
        (SELECT sum(delta) FROM counter_deltas WHERE object_type = 'user_profile'
         AND object_id = u.id AND counter = 'followers_count'), 0) AS n
      FROM users u JOIN user_profiles p ON p.user_id = u.id
      WHERE u.id = %(other)s AND {ACTIVE} AND {NOT_BLOCKED}),
    pair AS MATERIALIZED (
      SELECT is_private, daira_pair_is_blocked(%(viewer)s, %(other)s) AS blocked FROM t
      WHERE {ME} AND NOT EXISTS (
        SELECT FROM follows WHERE follower_id = %(viewer)s AND followee_id = %(other)s)),
    done AS (
      INSERT INTO follows (follower_id, followee_id)
      SELECT %(viewer)s, %(other)s FROM pair WHERE NOT blocked AND NOT is_private
      ON CONFLICT DO NOTHING RETURNING id),
    asked AS (
      INSERT INTO follow_requests (follower_id, followee_id)
      SELECT %(viewer)s, %(other)s FROM pair WHERE NOT blocked AND is_private
      ON CONFLICT DO NOTHING RETURNING id),
    withdrawn AS (DELETE FROM {REQUEST} AND EXISTS (SELECT FROM done)),
    told AS ({tell("follow.created", "user", "%(viewer)s", "done d", **TOLD)}),
    told_asked AS ({tell("follow.requested", "user", "%(viewer)s", "asked d", **TOLD_ASKED)})
    SELECT t.n + (SELECT count(*) FROM done) FROM t
    """
)
UNDO = by_hand(
    f"""
    WITH done AS (
      DELETE FROM follows WHERE follower_id = %(viewer)s AND followee_id = %(other)s RETURNING id),
    withdrawn AS (DELETE FROM {REQUEST} RETURNING id),
    told AS ({tell("follow.deleted", "user", "%(viewer)s", "done d", **TOLD)})
    SELECT id FROM done UNION ALL SELECT id FROM withdrawn
    """
)


def _values(ask: Ask) -> dict[str, Any]:
    return {"viewer": ask.viewer, "other": ask.one}


@transaction.atomic
def _ordinary(ask: Ask) -> None:
    """Of an open account: a private one would be asked, and is left alone."""
    user = actor(ask)
    rows = seen(User.objects.filter(pk=ask.one), ask)
    other = exact(rows, "user_profile", ("followers_count",), at="profile__").get()
    follow, made = Follow.objects.get_or_create(follower=user, followee=other)
    if made:
        FollowRequest.objects.filter(follower=user, followee=other).delete()
        _tell(FOLLOW_CREATED, follow)


@transaction.atomic
def _ordinary_undo(ask: Ask, made: object) -> None:
    pair = {"follower_id": ask.viewer, "followee_id": ask.one}
    FollowRequest.objects.filter(**pair).delete()
    follows = Follow.objects.filter(**pair)
    for follow in follows:
        _tell(FOLLOW_DELETED, follow)
    follows.delete()


def _tell(fact: Fact, follow: Follow) -> None:
    user = follow.follower_id
    fact.tell(
        of=user, actor=user, follow_id=follow.pk, follower_id=user, followee_id=follow.followee_id
    )


def _left_alone(ask: Ask) -> bool:
    private = User.objects.filter(pk=ask.one, is_private=True)
    return is_following(ask.viewer, ask.one) or private.exists()


FOLLOW = WriteCase(
    "follow, unfollow",
    2,
    somebody,
    ours=Way(
        lambda ask: social.follow_user(ask.viewer, ask.one),
        lambda ask, made: social.unfollow_user(ask.viewer, ask.one),
    ),
    floor=Way(
        lambda cursor, ask: DO(cursor, _values(ask)),
        lambda cursor, ask, made: UNDO(cursor, _values(ask)),
    ),
    ordinary=Way(_ordinary, _ordinary_undo),
    stands=_left_alone,
    limit=Limit("CPU", 2),
)
