"""Follows and requests: once each, exactly counted, never behind a block."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from skeletal.actions import social
from skeletal.errors import Forbidden, InvalidInput, NotFound
from skeletal.models import Block, Circle, CircleMember, Follow, FollowRequest, User
from skeletal.queries.users import get_user_stats
from skeletal.records.social import Changed, FollowResult
from tests.actions.crowds import at_once
from tests.actions.facts import told
from tests.factories import make_follow, make_user
from tests.queries.crowd import INACTIVE
from tests.queries.statements import statements


@pytest.fixture
def dana(db: None) -> User:
    """Knows nobody."""
    return make_user(username="dana")


@pytest.fixture
def hidden(db: None) -> User:
    """A private account."""
    return make_user(username="hidden", is_private=True)


def pair(one: User, two: User) -> dict[str, str]:
    return {"follower_id": str(one.pk), "followee_id": str(two.pk)}


def test_a_follow_stands_once_and_is_counted_at_once(alice: User, dana: User) -> None:
    first = social.follow_user(dana.pk, alice.pk)
    assert first == FollowResult(state="following", changed=True, followers_count=1)
    again = social.follow_user(dana.pk, alice.pk)
    assert again == FollowResult(state="following", changed=False, followers_count=1)
    (row,) = Follow.objects.all()
    assert told() == [("follow.created", {"follow_id": str(row.pk), **pair(dana, alice)})]
    assert get_user_stats(dana.pk).following_count == 1

    assert social.unfollow_user(dana.pk, alice.pk) == Changed(changed=True)
    assert social.unfollow_user(dana.pk, alice.pk) == Changed(changed=False)
    assert told() == [("follow.deleted", {"follow_id": str(row.pk), **pair(dana, alice)})]
    assert get_user_stats(alice.pk).followers_count == 0


def test_each_is_one_statement(alice: User, dana: User, hidden: User) -> None:
    for call in (
        partial(social.follow_user, dana.pk, alice.pk),
        partial(social.unfollow_user, dana.pk, alice.pk),
        partial(social.follow_user, dana.pk, hidden.pk),
        partial(social.accept_follow, hidden.pk, dana.pk),
        partial(social.unblock_user, dana.pk, alice.pk),
        partial(social.mute_user, dana.pk, alice.pk),
        partial(social.unmute_user, dana.pk, alice.pk),
    ):
        assert len(statements(call)) == 1, call
    sent = statements(partial(social.block_user, dana.pk, alice.pk))
    assert len([text for text in sent if "SAVEPOINT" not in text]) == 2


def test_nobody_follows_themselves(alice: User) -> None:
    with pytest.raises(InvalidInput, match="themselves"):
        social.follow_user(alice.pk, alice.pk)


@pytest.mark.parametrize("state", INACTIVE)
def test_who_is_not_active_neither_follows_nor_is_followed(
    alice: User, dana: User, state: str
) -> None:
    User.objects.filter(pk=dana.pk).update(**INACTIVE[state])
    with pytest.raises(Forbidden):
        social.follow_user(dana.pk, alice.pk)
    with pytest.raises(NotFound):
        social.follow_user(alice.pk, dana.pk)
    for absent in (1, -1, 2**63, 2**70):
        with pytest.raises(NotFound):
            social.follow_user(alice.pk, absent)
        with pytest.raises(Forbidden):
            social.follow_user(absent, alice.pk)
    assert not Follow.objects.exists()
    assert not told()


def test_no_follow_across_a_block(alice: User, carol: User) -> None:
    for one, two in ((alice, carol), (carol, alice)):
        with pytest.raises(NotFound):
            social.follow_user(one.pk, two.pk)


def test_a_private_account_is_asked(dana: User, hidden: User) -> None:
    asked = social.follow_user(dana.pk, hidden.pk)
    assert asked == FollowResult(state="requested", changed=True, followers_count=0)
    assert social.follow_user(dana.pk, hidden.pk).changed is False
    (request,) = FollowRequest.objects.all()
    assert told() == [("follow.requested", {"request_id": str(request.pk), **pair(dana, hidden)})]

    assert social.accept_follow(hidden.pk, dana.pk) == Changed(changed=True)
    assert social.accept_follow(hidden.pk, dana.pk) == Changed(changed=False)
    assert not FollowRequest.objects.exists()
    assert [name for name, _ in told()] == ["follow.created"]
    followed = social.follow_user(dana.pk, hidden.pk)
    assert followed == FollowResult(state="following", changed=False, followers_count=1)


def test_a_request_is_declined_or_withdrawn(dana: User, hidden: User) -> None:
    social.follow_user(dana.pk, hidden.pk)
    assert social.decline_follow(hidden.pk, dana.pk).changed
    with pytest.raises(NotFound):
        social.decline_follow(hidden.pk, dana.pk)
    with pytest.raises(NotFound):
        social.accept_follow(hidden.pk, dana.pk)
    social.follow_user(dana.pk, hidden.pk)
    assert social.unfollow_user(dana.pk, hidden.pk).changed
    assert not FollowRequest.objects.exists()
    assert not Follow.objects.exists()


def test_who_asked_follows_when_the_account_opens(dana: User, hidden: User) -> None:
    social.follow_user(dana.pk, hidden.pk)
    User.objects.filter(pk=hidden.pk).update(is_private=False)
    assert social.follow_user(dana.pk, hidden.pk).state == "following"
    assert not FollowRequest.objects.exists()


def test_a_follower_stays_one_when_the_account_closes(bob: User, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_private=True)
    again = social.follow_user(bob.pk, alice.pk)
    assert again == FollowResult(state="following", changed=False, followers_count=1)
    assert not FollowRequest.objects.exists()


def test_a_block_cuts_both_ways(alice: User, dana: User, hidden: User) -> None:
    make_follow(follower=alice, followee=dana)
    make_follow(follower=dana, followee=alice)
    for owner, member in ((alice, dana), (dana, alice)):
        circle = Circle.objects.create(owner=owner, name="near")
        CircleMember.objects.create(circle=circle, member=member)
        CircleMember.objects.create(circle=circle, member=hidden)
    assert social.block_user(alice.pk, dana.pk) == Changed(changed=True)
    assert social.block_user(alice.pk, dana.pk) == Changed(changed=False)
    assert not Follow.objects.exists()
    assert set(CircleMember.objects.values_list("member_id", flat=True)) == {hidden.pk}
    names = [name for name, _ in told()]
    assert sorted(names) == ["follow.deleted", "follow.deleted", "user.blocked"]
    assert get_user_stats(alice.pk).followers_count == 0

    social.follow_user(alice.pk, hidden.pk)
    told()
    social.block_user(hidden.pk, alice.pk)
    assert not FollowRequest.objects.exists()
    assert social.unblock_user(hidden.pk, alice.pk) == Changed(changed=True)
    assert social.unblock_user(hidden.pk, alice.pk) == Changed(changed=False)
    assert [name for name, _ in told()] == ["user.blocked", "user.unblocked"]


def test_a_suspended_person_can_be_blocked_and_blocks_nobody(alice: User, dana: User) -> None:
    User.objects.filter(pk=dana.pk).update(status="suspended")
    assert social.block_user(alice.pk, dana.pk).changed
    with pytest.raises(Forbidden):
        social.block_user(dana.pk, alice.pk)
    with pytest.raises(NotFound):
        social.block_user(alice.pk, 1)
    with pytest.raises(InvalidInput):
        social.block_user(alice.pk, alice.pk)
    assert Block.objects.count() == 1


@pytest.mark.usefixtures("committed_db")
def test_fifty_follows_at_once_are_one() -> None:
    one, two = make_user(), make_user()
    results = at_once([partial(social.follow_user, one.pk, two.pk)] * 50)
    assert sum(result.changed for result in results) == 1
    assert {result.state for result in results} == {"following"}
    assert get_user_stats(two.pk).followers_count == 1
    ends = at_once([partial(social.unfollow_user, one.pk, two.pk)] * 50)
    assert sum(end.changed for end in ends) == 1
    assert [name for name, _ in told()] == ["follow.created", "follow.deleted"]


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("private", [False, True])
def test_a_block_and_a_follow_at_once_never_leave_the_follow(private: bool) -> None:
    for _ in range(25):
        one, two = make_user(), make_user(is_private=private)
        follow: Callable[[], Any] = partial(social.follow_user, one.pk, two.pk)
        if private:
            follow()
            follow = partial(social.accept_follow, two.pk, one.pk)
        back = partial(social.follow_user, two.pk, one.pk)
        results = at_once([follow, partial(social.block_user, two.pk, one.pk), back, follow])
        assert Block.objects.filter(blocker=two, blocked=one).exists(), results
        assert not Follow.objects.filter(follower__in=(one, two)).exists(), results
        assert not FollowRequest.objects.filter(follower=one).exists(), results
        wrong = [r for r in results if isinstance(r, Exception) and not isinstance(r, NotFound)]
        assert not wrong
        assert get_user_stats(two.pk).followers_count == 0
