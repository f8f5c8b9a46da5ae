"""Copies of people and sign-ins follow their rows: at once, else by the outbox."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.test import Client

from skeletal.actions import users
from skeletal.cache import breaker, profiles, sessions
from skeletal.errors import Unauthenticated
from skeletal.jobs import Ran, run_pending
from skeletal.models import OutboxEvent, User, UserProfile
from skeletal.queries.users import get_multiple_users, get_session
from skeletal.records import SYSTEM
from tests.admin.conftest import address
from tests.cache.conftest import Own
from tests.cache.test_away import until_closed
from tests.cache.test_tier import CARD
from tests.factories import make_user
from tests.queries.statements import statements

pytestmark = pytest.mark.usefixtures("committed_db", "own")


@pytest.fixture
def socket_seconds() -> float:
    return 1


@pytest.fixture
def nour() -> User:
    return make_user(username="nour", password="a long secret", is_staff=True, is_superuser=True)


def by_the_admin(user: User, model: Any, **sent: Any) -> None:
    client = Client()
    client.force_login(user)
    assert client.post(address(model, "change", user.pk), sent).status_code == 302


WRITES: dict[str, Callable[[User], Any]] = {
    "update_profile": lambda user: users.update_profile(user.pk, display_name="new"),
    "suspend_user": lambda user: users.suspend_user(user.pk),
    "restore_user": lambda user: (
        User.objects.update(status="suspended"),
        users.restore_user(user.pk),
    ),
    "the admin's account": lambda user: by_the_admin(
        user, User, status="active", verified="on", is_staff="on", is_superuser="on"
    ),
    "the admin's page": lambda user: by_the_admin(
        user, UserProfile, display_name="new", bio="", trust_score=1, badges=""
    ),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_write_forgets_the_card_at_once_and_by_its_event(nour: User, name: str) -> None:
    profiles.set_user_profile(nour.pk, CARD)
    WRITES[name](nour)
    assert profiles.get_user_profile(nour.pk) is None
    profiles.set_user_profile(nour.pk, CARD)
    assert run_pending().failed == 0
    assert profiles.get_user_profile(nour.pk) is None


def test_a_new_account_is_no_longer_known_to_be_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr("skeletal.actions.users.copies.invalidate_profile", told.append)
    made = users.register_user("nour", "nour@example.com", "correct horse")
    assert told == [made]


def test_nothing_is_forgotten_before_the_commit_or_of_what_was_rolled_back(nour: User) -> None:
    profiles.set_user_profile(nour.pk, CARD)
    with transaction.atomic():
        users.update_profile(nour.pk, display_name="new")
        assert profiles.get_user_profile(nour.pk) == CARD
    assert profiles.get_user_profile(nour.pk) is None
    profiles.set_user_profile(nour.pk, CARD)
    with transaction.atomic():
        users.update_profile(nour.pk, display_name="newer")
        transaction.set_rollback(True)
    assert profiles.get_user_profile(nour.pk) == CARD


def test_the_admin_s_suspension_signs_out(nour: User) -> None:
    made = users.open_session(nour.pk, "web")
    assert get_session(made.access_token)
    by_the_admin(nour, User, status="suspended", is_staff="on", is_superuser="on")
    assert sessions.get_session_token(made.access_token) is None
    with pytest.raises(Unauthenticated):
        get_session(made.access_token)


ENDS: dict[str, Callable[[User, Any], Any]] = {
    "close": lambda user, made: users.close_session(user.pk, made.session_id),
    "close all": lambda user, made: users.close_sessions(user.pk),
    "rotate": lambda user, made: users.rotate_session(made.refresh_token),
    "suspend": lambda user, made: users.suspend_user(user.pk),
}


@pytest.mark.parametrize("name", ENDS)
def test_the_end_of_a_sign_in_is_told_again_by_its_event(nour: User, name: str) -> None:
    made = users.open_session(nour.pk, "web")
    ENDS[name](nour, made)
    sessions.set_session_token(nour.pk, made.access_token, 60)
    assert run_pending().failed == 0
    assert sessions.get_session_token(made.access_token) is None


def test_what_redis_did_not_hear_is_told_until_it_does(nour: User, own: Own) -> None:
    """The server goes on where it was: nothing but the event takes the old copy away."""
    made = users.open_session(nour.pk, "web")
    get_session(made.access_token)
    profiles.set_user_profile(nour.pk, CARD)
    run_pending()
    own.freeze()
    for _ in range(breaker.FAILURES):
        profiles.get_user_profile(nour.pk)
    users.update_profile(nour.pk, display_name="new")
    users.close_session(nour.pk, made.session_id)
    assert run_pending() == Ran(failed=2)
    own.thaw()
    until_closed()
    assert profiles.get_user_profile(nour.pk) == CARD, "nobody has told it yet"
    OutboxEvent.objects.update(retry_at=Now())
    assert run_pending() == Ran(done=2)
    assert profiles.get_user_profile(nour.pk) is None
    with pytest.raises(Unauthenticated):
        get_session(made.access_token)


def test_what_waits_for_redis_is_never_given_up_and_soon_tried_again(nour: User, own: Own) -> None:
    own.stop()
    users.update_profile(nour.pk, display_name="new")
    for _ in range(12):
        assert run_pending() == Ran(failed=1)
        row = OutboxEvent.objects.get()
        assert row.retry_at is not None
        assert (row.retry_at - row.created_at).total_seconds() < 60
        OutboxEvent.objects.update(retry_at=Now())
    own.start()
    until_closed()
    assert run_pending() == Ran(done=1)


def test_a_sign_in_whose_void_was_lost_ends_within_a_minute(
    nour: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "JUDGED_SECONDS", 0)
    made = users.open_session(nour.pk, "web")
    get_session(made.access_token)
    monkeypatch.setattr(sessions._tier, "void", lambda *names: False)
    users.close_session(nour.pk, made.session_id)
    assert sessions.get_session_token(made.access_token), "the copy is still there"
    with pytest.raises(Unauthenticated):
        get_session(made.access_token)


def test_the_system_s_cards_come_from_the_tier(nour: User) -> None:
    people = [nour.pk, *(make_user().pk for _ in range(4))]
    cards = get_multiple_users(people)
    assert statements(lambda: get_multiple_users([*people, 5], SYSTEM)) == ["users"]
    assert statements(lambda: get_multiple_users([*people, 5], SYSTEM)) == []
    assert get_multiple_users([*people, 5], SYSTEM) == cards
    assert list(get_multiple_users(people[::-1], SYSTEM)) == people[::-1]


def test_a_person_s_are_judged_by_the_rows(nour: User) -> None:
    other = make_user()
    get_multiple_users([nour.pk], SYSTEM)
    for viewer in (None, other.pk):
        assert statements(partial(get_multiple_users, [nour.pk], viewer)) == ["users"]


def test_a_transaction_reads_and_copies_nothing_but_rows(nour: User) -> None:
    made = users.open_session(nour.pk, "web")
    get_multiple_users([nour.pk], SYSTEM)
    with transaction.atomic():
        users.update_profile(nour.pk, display_name="never")
        assert get_multiple_users([nour.pk], SYSTEM)[nour.pk].display_name == "never"
        profiles.invalidate_profile(nour.pk)
        get_multiple_users([nour.pk], SYSTEM)
        get_session(made.access_token)
        users.close_sessions(nour.pk)
        with pytest.raises(Unauthenticated):
            get_session(made.access_token)
        transaction.set_rollback(True)
    assert profiles.get_user_profile(nour.pk) is None
    assert sessions.get_session_token(made.access_token) is None
    assert get_multiple_users([nour.pk], SYSTEM)[nour.pk].display_name == "Nour"
    assert get_session(made.access_token)


def test_away_the_rows_answer(nour: User, own: Own) -> None:
    made = users.open_session(nour.pk, "web")
    own.stop()
    for _ in range(breaker.FAILURES + 3):
        assert list(get_multiple_users([nour.pk], SYSTEM)) == [nour.pk]
        assert get_session(made.access_token).user_id == nour.pk
