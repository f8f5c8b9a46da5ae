"""Whatever a client sends, the answer is typed: 400, 404 or 405, never 500."""

from typing import Any

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from skeletal.errors import PoolExhausted
from skeletal.queries import content
from tests.api.doors import LISTS, PREFIX, SINGLES, WITH_ID, lists, refusal, singles
from tests.factories import make_follow, make_post, make_user
from tests.queries.crowd import Crowd

BAD_LIMITS = [
    "0", "-1", "101", "1000000000", "1e9", "1e1", "abc", "", " 5", "5 ", "+5", "5.0", "05", "0x5",
    "٥", "²", "5\0", "NaN", "null", "true", "9" * 5000, "5,6", "5\n",
]  # fmt: skip
BAD_CURSORS = ["", "x", "\0", "a\0b", "null", "AAAA", "é", "A" * 2**20, "../../etc", "' OR 1=1--"]
BAD_IDS = [
    "0", "00", "01", "007", "-1", "+1", "abc", "1a", "1.0", "1e3", "٣", "१", "²", str(2**63),
    "9" * 100, "%00", "1%00", "%0A", "1%0A", "%20", "null", "None", "%ED%A0%80", "1,2",
]  # fmt: skip


def _short(value: str) -> str:
    return f"{value[:12]!r}x{len(value)}"


@pytest.mark.parametrize("limit", BAD_LIMITS, ids=_short)
def test_a_bad_limit_is_refused(crowd: Crowd, client: Client, limit: str) -> None:
    for address in [*lists(crowd).values(), singles(crowd)["post"]]:
        refusal(client.get(address, {"limit": limit}), 400, "invalid_input", field="limit")


@pytest.mark.parametrize("cursor", BAD_CURSORS, ids=_short)
def test_a_bad_cursor_is_refused(crowd: Crowd, client: Client, cursor: str) -> None:
    for address in lists(crowd).values():
        answer = client.get(address, {"cursor": cursor})
        refusal(answer, 400, "invalid_cursor", field="cursor")


@pytest.mark.parametrize("name", LISTS)
def test_a_damaged_cursor_is_refused(crowd: Crowd, client: Client, name: str) -> None:
    address = lists(crowd)[name]
    cursor = client.get(address, {"limit": 5}).json()["next_cursor"]
    swapped = cursor[:9] + ("A" if cursor[9] != "A" else "B") + cursor[10:]
    for damaged in (cursor[:-1], cursor[1:], cursor + "A", swapped, cursor.swapcase(), cursor * 2):
        answer = client.get(address, {"cursor": damaged})
        refusal(answer, 400, "invalid_cursor", field="cursor")


@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_of_another_list_is_refused(crowd: Crowd, client: Client, name: str) -> None:
    addresses = lists(crowd)
    cursor = client.get(addresses.pop(name), {"limit": 5}).json()["next_cursor"]
    for other in addresses.values():
        refusal(client.get(other, {"cursor": cursor}), 400, "invalid_cursor", field="cursor")


@pytest.mark.parametrize("place", ["posts", "followers", "following"])
def test_a_cursor_of_another_person_is_refused(db: None, client: Client, place: str) -> None:
    one, other = make_user(), make_user()
    for user in (one, other):
        for _ in range(2):
            make_post(author=user), make_follow(followee=user), make_follow(follower=user)
    answer = client.get(f"{PREFIX}users/{one.pk}/{place}/", {"limit": 1})
    params = {"cursor": answer.json()["next_cursor"]}
    assert client.get(f"{PREFIX}users/{one.pk}/{place}/", params).status_code == 200
    refusal(client.get(f"{PREFIX}users/{other.pk}/{place}/", params), 400, "invalid_cursor")


@pytest.mark.parametrize("identifier", BAD_IDS, ids=_short)
def test_a_bad_id_is_not_found(db: None, client: Client, identifier: str) -> None:
    for address in WITH_ID:
        refusal(client.get(PREFIX + address.format(identifier)), 404, "not_found")


@pytest.mark.parametrize("spelling", ["017", "1٧", "١٧", "+17", "17.0", "17%00", "%2017"])
def test_an_id_in_another_spelling_is_not_found(db: None, client: Client, spelling: str) -> None:
    make_post(id=17)
    assert client.get(f"{PREFIX}posts/17/").status_code == 200
    refusal(client.get(f"{PREFIX}posts/{spelling}/"), 404, "not_found")


def test_an_id_beyond_63_bits_leads_nowhere() -> None:
    assert resolve(f"{PREFIX}posts/{2**63 - 1}/").kwargs == {"post_id": 2**63 - 1}
    with pytest.raises(Resolver404):
        resolve(f"{PREFIX}posts/{2**63}/")


@pytest.mark.parametrize("identifier", [1, 2**53 + 1, 2**63 - 1])
def test_an_absent_id_is_not_found(db: None, client: Client, identifier: int) -> None:
    for address in WITH_ID:
        refusal(client.get(PREFIX + address.format(identifier)), 404, "not_found")


@pytest.mark.parametrize("address", WITH_ID)
def test_absent_and_unseen_are_not_told_apart(db: None, client: Client, address: str) -> None:
    unseen = make_post(visibility="private", author=make_user(status="suspended"))
    identifier = unseen.author_id if address.startswith("users") else unseen.pk
    hidden = client.get(PREFIX + address.format(identifier))
    refusal(hidden, 404, "not_found")
    assert hidden.content == client.get(PREFIX + address.format(1)).content


@pytest.mark.parametrize("name", LISTS + SINGLES)
def test_an_unknown_parameter_is_named(crowd: Crowd, client: Client, name: str) -> None:
    address = (lists(crowd) | singles(crowd))[name]
    for unknown in ("page", "offset", "format", "Limit", "limit[]", "", "a\0b"):
        answer = client.get(address, {unknown: "1"})
        refusal(answer, 400, "invalid_input", field=unknown)
    long = client.get(address, {"x" * 2**20: "1"})
    refusal(long, 400, "invalid_input")
    assert len(long.content) < 500


@pytest.mark.parametrize("name", SINGLES)
def test_a_single_object_takes_no_cursor(crowd: Crowd, client: Client, name: str) -> None:
    answer = client.get(singles(crowd)[name], {"cursor": "x"})
    refusal(answer, 400, "invalid_input", field="cursor")


def test_a_parameter_given_twice_is_refused(db: None, client: Client) -> None:
    answer = client.get(f"{PREFIX}posts/?limit=5&limit=6")
    refusal(answer, 400, "invalid_input", field="limit")


def test_a_query_of_too_many_fields_is_refused(db: None, client: Client) -> None:
    refusal(client.get(f"{PREFIX}posts/?" + "a&" * 2000), 400, "invalid_input")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_another_method_is_refused(crowd: Crowd, client: Client, method: str) -> None:
    for address in (lists(crowd) | singles(crowd)).values():
        answer = getattr(client, method)(address)
        refusal(answer, 405, "method_not_allowed")
        assert answer["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("address", ["/api/", "/api/v1/", "/api/v2/posts/", "/api/v1/posts/1/x/"])
def test_an_unknown_address_of_the_api_is_json(db: None, client: Client, address: str) -> None:
    answer = client.get(address)
    refusal(answer, 404, "not_found")
    assert answer["Cache-Control"] == "no-store"


def test_an_unknown_address_elsewhere_is_djangos_page(db: None, client: Client) -> None:
    answer = client.get("/nowhere/")
    assert (answer.status_code, answer["Content-Type"][:9]) == (404, "text/html")


def test_an_exhausted_pool_asks_to_come_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise PoolExhausted("all connections are taken")

    monkeypatch.setattr(content, "list_public_posts", refuse)
    answer = client.get(f"{PREFIX}posts/")
    refusal(answer, 503, "pool_exhausted")
    assert answer["Retry-After"] == "1"
