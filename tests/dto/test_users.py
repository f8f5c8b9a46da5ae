"""What makes and changes an account: nothing that the server owns."""

from typing import Any

import pytest

from skeletal.actions.users import accounts
from skeletal.dto.users import CreateUser, UpdateUser
from skeletal.errors import InvalidInput

GOOD: dict[str, Any] = {"username": "Nour_1", "email": " A@X.com ", "password": "long enough"}
SERVER_OWNED = (
    *("id", "is_staff", "is_superuser", "verified", "status", "trust_score", "badges"),
    *("password_hash", "username_skeleton", "followers_count", "created_at", "__class__"),
)


def test_values_come_in_their_one_form() -> None:
    read = CreateUser.read(GOOD)
    assert read == {"username": "nour_1", "email": "a@x.com", "password": "long enough"}


@pytest.mark.parametrize("name", SERVER_OWNED)
@pytest.mark.parametrize("dto", [CreateUser, UpdateUser])
def test_what_the_server_owns_is_never_taken(dto: Any, name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        dto.read({**(GOOD if dto is CreateUser else {}), name: "1"})
    assert caught.value.context["fields"] == {name: ["unknown field"]}


@pytest.mark.parametrize("data", [None, [], "x", 1, [GOOD]])
def test_what_is_no_object_is_refused(data: Any) -> None:
    for dto in (CreateUser, UpdateUser):
        with pytest.raises(InvalidInput):
            dto.read(data)


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": "admin"},
        {"username": ["x"]},
        {"email": "nobody"},
        {"password": "short"},
        {"password": "x" * 129},
        {"password": "long enough\0"},
        {"display_name": "x" * 51},
        {"region": "egypt"},
        {"region": "1a"},
        {"phone": "abc"},
        {"phone": "+999"},
        {"phone": "010 0123 4567"},
        {"locale": "\u200b\u200b"},
    ],
    ids=str,
)
def test_every_broken_rule_is_named_by_its_field(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        CreateUser.read({**GOOD, **wrong})
    assert caught.value.context["fields"].keys() == wrong.keys()  # type: ignore[attr-defined]


def test_a_phone_is_read_where_it_is_dialled() -> None:
    read = CreateUser.read({**GOOD, "phone": "010 0123 4567", "region": "eg"})
    assert (read["phone"], read["region"]) == ("010 0123 4567", "EG")


@pytest.mark.parametrize(
    "wrong", [{"display_name": "\u200b"}, {"bio": "x" * 10_000}, {"locale": ""}]
)
def test_a_page_keeps_the_rules_of_its_action(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        UpdateUser.read(wrong)
    assert caught.value.context["fields"].keys() == wrong.keys()  # type: ignore[attr-defined]


def test_an_avatar_can_be_taken_away() -> None:
    assert UpdateUser.read({"avatar_url": ""}) == {"avatar_url": ""}


def test_all_that_it_takes_is_an_argument_of_the_action() -> None:
    assert set(UpdateUser().fields) == accounts.RULES.keys()
