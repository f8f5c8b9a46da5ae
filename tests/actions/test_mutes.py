"""Mutes: for ever or for a time, set anew by each call."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from skeletal.actions import social
from skeletal.errors import Forbidden, InvalidInput, NotFound
from skeletal.models import Mute, User
from skeletal.queries.content import get_multiple_posts
from skeletal.records.social import Changed
from tests.actions.crowds import at_once
from tests.actions.facts import told
from tests.factories import make_post, make_user


def test_a_mute_hides_until_it_is_lifted(alice: User, bob: User) -> None:
    post = make_post(author=alice)
    assert social.mute_user(bob.pk, alice.pk) == Changed(changed=True)
    assert not get_multiple_posts([post.pk], bob.pk)
    assert social.unmute_user(bob.pk, alice.pk) == Changed(changed=True)
    assert social.unmute_user(bob.pk, alice.pk) == Changed(changed=False)
    assert get_multiple_posts([post.pk], bob.pk)
    assert [name for name, _ in told()] == ["user.muted", "user.unmuted"]


def test_a_further_call_sets_time_and_scope_anew(alice: User, bob: User) -> None:
    social.mute_user(bob.pk, alice.pk, seconds=60)
    left = Mute.objects.get().expires_at
    assert left is not None
    assert timedelta(seconds=50) < left - datetime.now(UTC) <= timedelta(seconds=60)
    social.mute_user(bob.pk, alice.pk, scope="notifications")
    mute = Mute.objects.get()
    assert (mute.expires_at, mute.scope) == (None, "notifications")


@pytest.mark.parametrize(
    "how",
    [
        *({"seconds": wrong} for wrong in (0, -1, True, 1.5, "60", 10**12)),
        *({"scope": wrong} for wrong in ("", "ALL", "posts")),
    ],
)
def test_a_wrong_time_or_scope_is_refused(alice: User, bob: User, how: Any) -> None:
    with pytest.raises(InvalidInput):
        social.mute_user(bob.pk, alice.pk, **how)
    assert not Mute.objects.exists()


def test_oneself_the_absent_and_the_blocked_are_not_muted(alice: User, carol: User) -> None:
    with pytest.raises(InvalidInput):
        social.mute_user(alice.pk, alice.pk)
    with pytest.raises(NotFound):
        social.mute_user(alice.pk, 1)
    with pytest.raises(NotFound):
        social.mute_user(carol.pk, alice.pk)
    User.objects.filter(pk=alice.pk).update(status="suspended")
    with pytest.raises(Forbidden):
        social.mute_user(alice.pk, carol.pk)


@pytest.mark.usefixtures("committed_db")
def test_fifty_mutes_at_once_are_one() -> None:
    one, two = make_user(), make_user()
    results = at_once([partial(social.mute_user, one.pk, two.pk)] * 50)
    assert results == [Changed(changed=True)] * 50
    assert Mute.objects.count() == 1
