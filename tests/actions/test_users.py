"""Accounts: one for each name, look, address and number; pages changed by their owners."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password

from skeletal.actions import users
from skeletal.errors import Conflict, Forbidden, InvalidInput
from skeletal.models import Role, User, UserProfile
from skeletal.queries.users import get_user_with_stats
from skeletal.records.social import Changed
from tests.actions.crowds import at_once
from tests.actions.facts import told
from tests.queries.statements import statements

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def register(username: str = "nour", email: str = "nour@example.com", **more: Any) -> int:
    return users.register_user(username, email, PASSWORD, **more)


def test_an_account_has_a_page_and_settings() -> None:
    made = register("Nour_1", " NOUR@Example.com", phone="010 0123 4567", region="EG")
    user = User.objects.get(pk=made)
    assert (user.username, user.email, user.phone) == (
        "nour_1",
        "nour@example.com",
        "+201001234567",
    )
    assert check_password(PASSWORD, user.password)
    assert not any((user.is_staff, user.is_superuser, user.verified, user.is_private))
    assert user.settings.feed_preferences == {}
    assert get_user_with_stats(made).display_name == "nour_1"
    assert told() == [("user.registered", {"user_id": str(made)})]


def test_an_account_is_four_statements() -> None:
    sent = statements(register)
    assert len([text for text in sent if "SAVEPOINT" not in text]) == 4


def test_nobody_looks_like_an_administrator() -> None:
    Role.objects.create(name="administrator")
    users.create_administrator(username="boss", email="b@example.com", password=PASSWORD)
    with pytest.raises(Conflict, match="looks like"):
        register("b0ss")


@pytest.mark.parametrize(
    ("again", "field"),
    [
        ({"username": "NOUR"}, "username"),
        ({"username": "نور", "email": " Nour@EXAMPLE.com"}, "email"),
        ({"username": "other", "phone": "+20 100 123 4567"}, "phone"),
        ({"username": "n0ur"}, "username"),
    ],
)
def test_one_account_for_each_name_look_address_and_number(
    again: dict[str, Any], field: str
) -> None:
    register(phone="+201001234567")
    with pytest.raises(Conflict) as caught:
        register(**{"email": "other@example.com"} | again)
    assert caught.value.context["field"] == field
    assert User.objects.count() == 1
    assert UserProfile.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": "admin"},
        {"username": "ab"},
        {"email": "x"},
        {"phone": "12"},
        {"display_name": "x" * 51},
        {"display_name": "a\0"},
        {"locale": ""},
    ],
    ids=str,
)
def test_what_breaks_a_rule_makes_no_account(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        register(**wrong)
    for password in ("short", "x" * 129, "\0" * 9, None):
        with pytest.raises(InvalidInput):
            users.register_user("nour", "nour@example.com", password)  # type: ignore[arg-type]
    assert not User.objects.exists()


def test_a_page_is_changed_by_its_owner(alice: User) -> None:
    changes = {"display_name": " أليس ", "bio": "hi", "is_private": True, "avatar_url": ""}
    UserProfile.objects.update(updated_at=LONG_AGO)
    sent = statements(lambda: users.update_profile(alice.pk, **changes))
    assert len([text for text in sent if "SAVEPOINT" not in text]) == 4
    alice.refresh_from_db()
    assert alice.is_private
    assert alice.profile.updated_at > LONG_AGO
    page = get_user_with_stats(alice.pk)
    assert (page.display_name, page.bio, page.avatar_url) == ("أليس", "hi", "")
    assert users.update_profile(alice.pk) == Changed(changed=False)
    again = statements(lambda: users.update_profile(alice.pk, **changes))
    assert len([text for text in again if "SAVEPOINT" not in text]) == 1
    assert users.update_profile(alice.pk, **changes) == Changed(changed=False)
    assert [name for name, _ in told()] == ["user.changed"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"bio": "x" * 501},
        {"bio": None},
        {"display_name": " "},
        {"avatar_url": "javascript:x"},
        {"is_private": "yes"},
        {"locale": "x" * 36},
    ],
    ids=lambda wrong: str(wrong)[:30],
)
def test_a_change_that_breaks_a_rule_changes_nothing(alice: User, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        users.update_profile(alice.pk, **{"bio": "new"} | wrong)
    assert get_user_with_stats(alice.pk).bio == "Reads."
    with pytest.raises(TypeError, match="is_staff"):
        users.update_profile(alice.pk, is_staff=True)
    User.objects.filter(pk=alice.pk).update(status="suspended")
    for absent in (alice.pk, 1):
        with pytest.raises(Forbidden):
            users.update_profile(absent, bio="new")


@pytest.mark.usefixtures("committed_db")
def test_one_name_at_once_is_one_account() -> None:
    calls = [partial(register, "nour", f"n{n}@example.com") for n in range(8)]
    results = at_once(calls)
    assert sum(isinstance(result, int) for result in results) == 1, results
    assert sum(isinstance(result, Conflict) for result in results) == 7
    assert User.objects.count() == 1
