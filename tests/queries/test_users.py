"""Who is seen, and with which counts."""

import pytest
from django.db import IntegrityError, connection, transaction

from skeletal.actions.counters import sweep
from skeletal.errors import InvalidCursor, InvalidInput, NotFound
from skeletal.models import CounterDelta, User, UserProfile
from skeletal.queries.users import get_multiple_users, get_user_with_stats, list_users
from skeletal.records import SYSTEM
from skeletal.records.users import UserCard
from tests.factories import make_follow, make_post, make_user
from tests.queries.crowd import INACTIVE


def test_a_card_tells_who_it_is(alice: User) -> None:
    (found,) = list_users().data
    assert found == UserCard(
        id=alice.pk, username="alice", display_name="Alice", avatar_url="", verified=False
    )


def test_counts_are_exact_before_and_after_the_sweep(alice: User, bob: User) -> None:
    make_follow(follower=alice)
    make_post(author=alice)
    make_post(author=alice, status="hidden")
    before = get_user_with_stats(alice.pk)
    assert (before.followers_count, before.following_count, before.posts_count) == (1, 1, 1)
    assert alice.profile.followers_count == 0
    assert sweep() > 0
    assert get_user_with_stats(alice.pk) == before


def test_counts_add_open_differences_of_both_signs(alice: User) -> None:
    for delta in (5, -2):
        CounterDelta.objects.create(
            object_type="user_profile", object_id=alice.pk, counter="followers_count", delta=delta
        )
    assert get_user_with_stats(alice.pk).followers_count == 3


def test_counts_are_never_below_zero(alice: User) -> None:
    CounterDelta.objects.create(
        object_type="user_profile", object_id=alice.pk, counter="followers_count", delta=-7
    )
    assert get_user_with_stats(alice.pk).followers_count == 0


@pytest.mark.parametrize("state", INACTIVE)
def test_an_account_that_is_not_active_is_not_found(db: None, state: str) -> None:
    seen, unseen = make_user(), make_user(**INACTIVE[state])
    assert [card.id for card in list_users().data] == [seen.pk]
    assert list(get_multiple_users([unseen.pk, seen.pk])) == [seen.pk]
    with pytest.raises(NotFound):
        get_user_with_stats(unseen.pk)


def test_the_system_sees_every_account(db: None) -> None:
    unseen = make_user(status="suspended")
    assert get_user_with_stats(unseen.pk, viewer_id=SYSTEM).id == unseen.pk


@pytest.mark.parametrize("user_id", [0, -1, 1, 2**63 - 1, 2**63, 2**70])
def test_an_absent_id_is_not_found(db: None, user_id: int) -> None:
    assert get_multiple_users([user_id]) == {}
    with pytest.raises(NotFound):
        get_user_with_stats(user_id)


def test_a_batch_keeps_the_order_asked_and_drops_doubles(db: None) -> None:
    first, second = make_user(), make_user()
    ids = [second.pk, first.pk, second.pk]
    assert list(get_multiple_users(ids)) == [second.pk, first.pk]
    assert get_multiple_users([]) == {}


def test_no_account_stands_without_a_profile(alice: User) -> None:
    UserProfile.objects.filter(user=alice).delete()
    with pytest.raises(IntegrityError, match="users_have_profiles"), transaction.atomic():
        connection.cursor().execute("SET CONSTRAINTS users_have_profiles IMMEDIATE")
    User.objects.filter(pk=alice.pk).delete()


@pytest.mark.parametrize("limit", [0, -1, 101, 10**9])
def test_a_limit_outside_its_range_is_refused(db: None, limit: int) -> None:
    with pytest.raises(InvalidInput):
        list_users(limit=limit)


def test_a_cursor_that_is_not_ours_is_refused(db: None) -> None:
    with pytest.raises(InvalidCursor):
        list_users(cursor="x")
