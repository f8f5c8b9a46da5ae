"""Who follows whom, as a visitor sees it."""

from collections.abc import Callable
from typing import Any

import pytest

from skeletal.errors import InvalidCursor, NotFound
from skeletal.models import User
from skeletal.queries.social import (
    get_follower_list,
    get_following_list,
    is_blocked,
    is_following,
)
from tests.factories import make_follow, make_user
from tests.queries.crowd import INACTIVE

BOTH = pytest.mark.parametrize("read", [get_follower_list, get_following_list])
Read = Callable[..., Any]


def test_both_lists_show_the_other_end_newest_first(alice: User, bob: User) -> None:
    dina = make_user()
    newer = make_follow(follower=dina, followee=alice)
    followers = get_follower_list(alice.pk).data
    assert [row.user.id for row in followers] == [dina.pk, bob.pk]
    assert followers[0].followed_at == newer.created_at
    assert [row.user.id for row in get_following_list(bob.pk).data] == [alice.pk]
    assert get_follower_list(bob.pk).data == get_following_list(alice.pk).data == []


@pytest.mark.parametrize("state", INACTIVE)
def test_an_inactive_account_is_in_no_list(alice: User, bob: User, state: str) -> None:
    gone = make_user(**INACTIVE[state])
    make_follow(follower=gone, followee=alice)
    make_follow(follower=bob, followee=gone)
    assert [row.user.id for row in get_follower_list(alice.pk).data] == [bob.pk]
    assert [row.user.id for row in get_following_list(bob.pk).data] == [alice.pk]


@BOTH
@pytest.mark.parametrize("state", INACTIVE)
def test_the_lists_of_an_inactive_account_are_not_found(
    alice: User, bob: User, read: Read, state: str
) -> None:
    gone = make_user(**INACTIVE[state])
    make_follow(follower=gone, followee=alice)
    make_follow(follower=bob, followee=gone)
    with pytest.raises(NotFound):
        read(gone.pk)


@BOTH
@pytest.mark.parametrize("user_id", [0, -1, 2**63, 2**70])
def test_the_lists_of_nobody_are_not_found(db: None, read: Read, user_id: int) -> None:
    with pytest.raises(NotFound):
        read(user_id)


def test_a_cursor_fits_neither_the_other_list_nor_another_person(alice: User, bob: User) -> None:
    make_follow(followee=alice)
    make_follow(followee=bob)
    cursor = get_follower_list(alice.pk, limit=1).next_cursor
    assert [row.user.id for row in get_follower_list(alice.pk, cursor).data] == [bob.pk]
    for read, user_id in ((get_following_list, alice.pk), (get_follower_list, bob.pk)):
        with pytest.raises(InvalidCursor):
            read(user_id, cursor)


def test_questions_have_a_direction(alice: User, bob: User, carol: User) -> None:
    assert is_following(bob.pk, alice.pk)
    assert not is_following(alice.pk, bob.pk)
    assert is_blocked(alice.pk, carol.pk)
    assert not is_blocked(carol.pk, alice.pk)
    assert not is_following(2**63, 2**70)
    assert not is_blocked(2**63, 2**70)
