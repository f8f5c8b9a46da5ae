"""Blocks: one for each pair, and whoever comes while one is being made stays outside."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from skeletal.actions import social
from skeletal.errors import NotFound
from skeletal.models import Block, Follow, FollowRequest, Mute
from skeletal.queries.users import get_user_stats
from skeletal.records.social import Changed
from tests.actions.crowds import at_once, behind
from tests.actions.facts import told
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("committed_db")


def test_fifty_blocks_at_once_are_one() -> None:
    one, two = make_user(), make_user()
    social.follow_user(one.pk, two.pk)
    social.follow_user(two.pk, one.pk)
    told()
    results = at_once([partial(social.block_user, one.pk, two.pk)] * 50)
    assert sum(result.changed for result in results) == 1, results
    assert Block.objects.count() == 1
    names = sorted(name for name, _ in told())
    assert names == ["follow.deleted", "follow.deleted", "user.blocked"]
    ends = at_once([partial(social.unblock_user, one.pk, two.pk)] * 50)
    assert sum(end.changed for end in ends) == 1, ends
    assert [name for name, _ in told()] == ["user.unblocked"]
    assert get_user_stats(one.pk).followers_count == 0


def test_both_block_at_once() -> None:
    for _ in range(10):
        one, two = make_user(), make_user()
        results = at_once(
            [partial(social.block_user, a.pk, b.pk) for a, b in ((one, two), (two, one))]
        )
        assert results == [Changed(changed=True)] * 2


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("private", [False, True])
def test_a_follow_that_comes_during_a_block_finds_nobody(turned: bool, private: bool) -> None:
    one, two = make_user(), make_user(is_private=private)
    follow: Callable[[], Any] = partial(social.follow_user, one.pk, two.pk)
    if private:
        follow()
        follow = partial(social.accept_follow, two.pk, one.pk)
    blocker, blocked = (one, two) if turned else (two, one)
    wall, edge = behind(partial(social.block_user, blocker.pk, blocked.pk), follow)
    assert wall == Changed(changed=True)
    assert isinstance(edge, NotFound), edge
    assert not Follow.objects.exists()
    assert not FollowRequest.objects.exists()


@pytest.mark.parametrize("private", [False, True])
def test_a_block_that_comes_during_a_follow_ends_it(private: bool) -> None:
    one, two = make_user(), make_user(is_private=private)
    follow: Callable[[], Any] = partial(social.follow_user, one.pk, two.pk)
    if private:
        follow()
        follow = partial(social.accept_follow, two.pk, one.pk)
    edge, wall = behind(follow, partial(social.block_user, two.pk, one.pk))
    assert edge.changed
    assert wall == Changed(changed=True)
    assert not Follow.objects.exists()
    assert get_user_stats(two.pk).followers_count == 0
    names = {name for name, _ in told()}
    assert names >= {"follow.created", "follow.deleted", "user.blocked"}


def test_a_request_and_its_withdrawal_at_once_leave_one_or_none() -> None:
    for _ in range(10):
        one, two = make_user(), make_user(is_private=True)
        social.follow_user(one.pk, two.pk)
        results = at_once(
            [
                partial(social.unfollow_user, one.pk, two.pk),
                partial(social.accept_follow, two.pk, one.pk),
                partial(social.decline_follow, two.pk, one.pk),
            ]
        )
        done = [one for one in results if isinstance(one, Changed) and one.changed]
        assert done, results
        assert not FollowRequest.objects.exists()
        assert not any(
            isinstance(one, Exception) and not isinstance(one, NotFound) for one in results
        ), results
        Follow.objects.all().delete()


def test_mutes_and_their_ends_at_once() -> None:
    one, two = make_user(), make_user()
    results = at_once(
        [partial(social.mute_user, one.pk, two.pk), partial(social.unmute_user, one.pk, two.pk)]
        * 20
    )
    assert all(isinstance(result, Changed) for result in results), results
    assert Mute.objects.count() <= 1
