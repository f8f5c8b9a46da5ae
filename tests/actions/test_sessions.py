"""Sign-ins: two random tokens, one use of each refresh token, ends that no rotation puts off."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from skeletal.actions import users
from skeletal.db.ids import compose, milliseconds, moment_of
from skeletal.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from skeletal.models import AuditLog, User, UserDevice, UserSession
from skeletal.queries.users import get_session
from skeletal.records.users import SessionTokens
from skeletal.security.tokens import digest_of
from tests.actions.crowds import at_once, behind
from tests.actions.facts import told
from tests.factories import make_user
from tests.queries.crowd import INACTIVE
from tests.queries.statements import statements

DAY = 86_400


def opened(user: User, **more: Any) -> SessionTokens:
    return users.open_session(user.pk, "web", **more)


def sent_by(call: Callable[[], object]) -> int:
    return len([text for text in statements(call) if "SAVEPOINT" not in text])


def later(**by: float) -> None:
    """Let all sign-ins be so much older, and what was taken back so long ago."""
    ago = timedelta(**by)
    for name in ("access_expires_at", "expires_at", "revoked_at"):
        UserSession.objects.update(**{name: F(name) - ago})


def test_both_tokens_are_random_and_their_digests_alone_are_kept(alice: User) -> None:
    one, other = opened(alice, ip_address="192.0.2.1"), opened(alice)
    tokens = {one.access_token, one.refresh_token, other.access_token, other.refresh_token}
    assert len(tokens) == 4
    assert all(len(token) == 43 for token in tokens)
    row = UserSession.objects.get(pk=one.session_id)
    assert row.access_digest == digest_of(one.access_token)
    assert row.refresh_token == digest_of(one.refresh_token)
    assert not tokens & {str(value) for value in vars(row).values()}
    assert (row.device_type, row.ip_address, row.device) == ("web", "192.0.2.1", None)
    assert (one.access_seconds, one.refresh_seconds) == (3600, 30 * DAY)
    assert told()[0] == (
        "session.opened",
        {"user_id": str(alice.pk), "session_id": str(one.session_id)},
    )


def test_a_token_lets_its_person_in(alice: User) -> None:
    made = opened(alice, fingerprint="phone")
    ticket = get_session(made.access_token)
    assert (ticket.user_id, ticket.session_id) == (alice.pk, made.session_id)
    assert ticket.device_id == UserDevice.objects.get().pk
    for wrong in (made.refresh_token, made.access_token[:-1], "", "\0", None, 5):
        with pytest.raises(Unauthenticated):
            get_session(wrong)  # type: ignore[arg-type]


def test_a_device_is_one_row_however_often_it_signs_in(alice: User) -> None:
    for user in (alice, alice, make_user()):
        opened(user, fingerprint="phone")
    assert UserDevice.objects.count() == 2
    assert UserSession.objects.filter(device__user=F("user")).count() == 3


def test_what_they_cost(alice: User) -> None:
    assert sent_by(lambda: opened(alice)) == 3
    assert sent_by(lambda: opened(alice, fingerprint="x")) == 4
    made = opened(alice)
    assert sent_by(lambda: users.rotate_session(made.refresh_token)) == 8
    assert sent_by(lambda: users.close_session(alice.pk, made.session_id)) == 1
    last = opened(alice)
    assert sent_by(lambda: users.close_session(alice.pk, last.session_id)) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"device_type": "fridge"},
        {"fingerprint": ""},
        {"fingerprint": "x" * 65},
        {"ip_address": "nowhere"},
        {"user_id": "1"},
    ],
    ids=str,
)
def test_what_breaks_a_rule_opens_nothing(alice: User, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        users.open_session(**dict[str, Any](user_id=alice.pk, device_type="web") | wrong)
    assert not UserSession.objects.exists()


@pytest.mark.parametrize("state", INACTIVE)
def test_who_is_not_active_is_not_let_in(db: None, state: str) -> None:
    user = make_user()
    made = opened(user)
    User.objects.filter(pk=user.pk).update(**INACTIVE[state])
    for refused, call in (
        (Forbidden, partial(opened, user)),
        (Unauthenticated, partial(get_session, made.access_token)),
        (Unauthenticated, partial(users.rotate_session, made.refresh_token)),
    ):
        with pytest.raises(refused):
            call()


def test_a_rotation_ends_what_it_replaces(alice: User) -> None:
    first = opened(alice, fingerprint="phone", ip_address="192.0.2.1")
    told()
    second = users.rotate_session(first.refresh_token, ip_address="192.0.2.2")
    old, new = UserSession.objects.order_by("pk")
    assert old.revoked_at is not None
    assert (new.family_id, new.device_id) == (old.family_id, old.device_id)
    assert new.ip_address == "192.0.2.2"
    assert get_session(second.access_token).user_id == alice.pk
    with pytest.raises(Unauthenticated):
        get_session(first.access_token)
    [(name, ended), (other, _)] = told()
    assert (name, other) == ("session.ended", "session.opened")
    assert (ended["session_ids"], ended["reason"]) == ([str(old.pk)], "rotated")


def test_a_refresh_token_that_comes_again_ends_its_family(alice: User) -> None:
    kept = opened(alice)
    first = opened(alice)
    second = users.rotate_session(first.refresh_token)
    third = users.rotate_session(second.refresh_token)
    later(seconds=11)
    with pytest.raises(Unauthenticated):
        users.rotate_session(first.refresh_token)
    with pytest.raises(Unauthenticated):
        get_session(third.access_token)
    with pytest.raises(Unauthenticated):
        users.rotate_session(third.refresh_token)
    assert get_session(kept.access_token)
    reasons = [what["reason"] for name, what in told() if name == "session.ended"]
    assert reasons == ["rotated", "rotated", "reused"]


def test_two_calls_that_cross_end_nothing(alice: User) -> None:
    first = opened(alice)
    second = users.rotate_session(first.refresh_token)
    with pytest.raises(Conflict):
        users.rotate_session(first.refresh_token)
    assert get_session(second.access_token)


def test_who_signed_out_rotates_nothing(alice: User) -> None:
    made = opened(alice)
    users.close_session(alice.pk, made.session_id)
    with pytest.raises(Unauthenticated):
        users.rotate_session(made.refresh_token)


@pytest.mark.parametrize("token", ["x", "", "\ud800", None, 5])
def test_an_unknown_refresh_token_is_refused(alice: User, token: Any) -> None:
    opened(alice)
    with pytest.raises(Unauthenticated):
        users.rotate_session(token)


def test_tokens_end(alice: User) -> None:
    made = opened(alice)
    later(seconds=3601)
    with pytest.raises(Unauthenticated):
        get_session(made.access_token)
    second = users.rotate_session(made.refresh_token)
    assert get_session(second.access_token)
    later(days=31)
    with pytest.raises(Unauthenticated):
        users.rotate_session(second.refresh_token)


def test_no_rotation_puts_the_end_of_a_sign_in_off(alice: User) -> None:
    made = opened(alice)
    begun = datetime.now(UTC) - timedelta(days=180) + timedelta(seconds=600)
    UserSession.objects.update(family_id=compose(milliseconds(begun), 0, 0))
    second = users.rotate_session(made.refresh_token)
    assert 590 < second.access_seconds <= second.refresh_seconds <= 600
    UserSession.objects.update(family_id=compose(milliseconds(begun) - 600_000, 0, 0))
    with pytest.raises(Unauthenticated):
        users.rotate_session(second.refresh_token)


def test_a_family_is_as_old_as_its_sign_in(alice: User) -> None:
    opened(alice)
    row = UserSession.objects.get()
    assert abs(moment_of(row.family_id) - timezone.now()) < timedelta(seconds=60)


def test_one_closes_one_s_own_sign_ins(alice: User, bob: User) -> None:
    one, other, third = (opened(alice) for _ in range(3))
    assert not users.close_session(bob.pk, one.session_id).changed
    assert UserSession.objects.filter(revoked_at=None).count() == 3
    assert users.close_session(alice.pk, one.session_id).changed
    assert not users.close_session(alice.pk, one.session_id).changed
    assert users.close_sessions(alice.pk, but=other.session_id) == 1
    assert get_session(other.access_token)
    for gone in (one, third):
        with pytest.raises(Unauthenticated):
            get_session(gone.access_token)
    assert users.close_sessions(alice.pk) == 1


def test_suspension_signs_out_and_restoring_does_not_sign_in(alice: User, bob: User) -> None:
    made = opened(alice)
    told()
    assert users.suspend_user(alice.pk, admin_id=bob.pk, note="spam").changed
    assert not users.suspend_user(alice.pk, admin_id=bob.pk).changed
    assert [name for name, _ in told()] == ["session.ended", "user.suspended"]
    with pytest.raises(Unauthenticated):
        get_session(made.access_token)
    with pytest.raises(Forbidden):
        opened(alice)
    assert users.restore_user(alice.pk, admin_id=bob.pk).changed
    assert not users.restore_user(alice.pk).changed
    with pytest.raises(Unauthenticated):
        get_session(made.access_token)
    assert get_session(opened(alice).access_token)
    rows = AuditLog.objects.order_by("pk").values_list("action", "resource_id", "admin_id")
    assert list(rows) == [
        ("user.suspended", alice.pk, bob.pk),
        ("user.restored", alice.pk, bob.pk),
    ]


@pytest.mark.parametrize("state", ["deactivated", "erased"])
def test_who_left_is_neither_suspended_nor_restored(alice: User, state: str) -> None:
    User.objects.filter(pk=alice.pk).update(status=state)
    for call in (users.suspend_user, users.restore_user):
        with pytest.raises(NotFound):
            call(alice.pk)
        with pytest.raises(NotFound):
            call(1)


@pytest.mark.parametrize(
    "end",
    [
        lambda user, made: users.close_session(user.pk, made.session_id),
        lambda user, made: users.close_sessions(user.pk),
        lambda user, made: users.rotate_session(made.refresh_token),
        lambda user, made: users.suspend_user(user.pk),
    ],
    ids=["close", "close all", "rotate", "suspend"],
)
@pytest.mark.usefixtures("committed_db")
def test_what_is_taken_back_is_seen_at_once(end: Callable[[User, SessionTokens], Any]) -> None:
    user = make_user()
    made = opened(user)
    assert get_session(made.access_token)
    assert statements(lambda: get_session(made.access_token)) == []
    end(user, made)
    with pytest.raises(Unauthenticated):
        get_session(made.access_token)


@pytest.mark.usefixtures("committed_db")
def test_of_many_rotations_at_once_one_stands() -> None:
    user = make_user()
    made = opened(user)
    results = at_once([partial(users.rotate_session, made.refresh_token)] * 8)
    good = [one for one in results if isinstance(one, SessionTokens)]
    assert len(good) == 1, results
    assert sum(isinstance(one, Conflict) for one in results) == 7
    assert get_session(good[0].access_token)


@pytest.mark.usefixtures("committed_db")
def test_what_is_rotated_while_all_is_ended_ends_too() -> None:
    user = make_user()
    made = opened(user)
    rotated, ended = behind(
        partial(users.rotate_session, made.refresh_token), partial(users.close_sessions, user.pk)
    )
    assert ended == 1
    with pytest.raises(Unauthenticated):
        get_session(rotated.access_token)
