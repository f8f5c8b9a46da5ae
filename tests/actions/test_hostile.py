"""Whatever is sent to the writes between people is stored as it is, or refused by name."""

import inspect
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from skeletal.actions import social, users
from skeletal.actions.users.accounts import RULES as PAGE
from skeletal.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from skeletal.models import Bookmark, Circle, KeywordFilter, Message, User, UserList
from skeletal.queries.social import get_filter_matches, list_messages
from skeletal.rules import filters
from tests.factories import make_post

WILD: tuple[Any, ...] = (
    *(None, True, -1, 0, 2**63, 2**70, 1.5, float("nan"), float("inf")),
    *("", "x", "7", "\0", "\ud800", "x" * 1_000_000, "\u202e" * 300, "ﷺ" * 90),
    *(b"x", [], [[]], [None], ["\0"], {}, {"a": {}}, set(), object(), range(10**6)),
)
GOOD: dict[str, Any] = {
    "action": "hide",
    "body": "hello",
    "bookmarkable_type": "post",
    "client_nonce": "n1",
    "contexts": ["home"],
    "folder": "later",
    "group_key": "like:1",
    "hashtag": "cairo",
    "idempotency_key": None,
    "kind": "custom",
    "likeable_type": "post",
    "media_urls": ["https://a.test"],
    "name": "near",
    "phrase": "cat",
    "scope": "all",
    "seconds": 60,
    "username": "nour_1",
    "email": "nour@a.test",
    "password": "long enough",
    "display_name": "Nour",
    "phone": None,
    "region": None,
    "locale": "ar",
    "at": None,
    "device_type": "web",
    "fingerprint": None,
    "ip_address": None,
    "session_id": 1,
    "but": None,
    "admin_id": None,
    "note": "",
    "whole_word": True,
}
ACTORS = {"user_id", "follower_id", "blocker_id", "muter_id", "owner_id", "sender_id"}
WRITES = {
    name: found
    for module in (social, users)
    for name, found in inspect.getmembers(module, inspect.isfunction)
    if name not in ("notify", "create_administrator", "settle_change", "update_profile")
}


def sound(name: str, alice: User, bob: User) -> Any:
    """A value that is sound for an argument of this name."""
    if name == "other_ids":
        return [bob.pk]
    return GOOD.get(name, alice.pk if name in ACTORS else bob.pk)


@pytest.mark.parametrize("name", WRITES)
def test_no_argument_of_any_write_breaks_it(alice: User, bob: User, name: str) -> None:
    write = WRITES[name]
    arguments = list(inspect.signature(write).parameters)
    if name == "rotate_session":
        GOOD["refresh_token"] = users.open_session(alice.pk, "web").refresh_token
    call = {one: sound(one, alice, bob) for one in arguments}
    for one in arguments:
        for wild in WILD:
            try:
                with transaction.atomic():
                    write(**{**call, one: wild})
            except (InvalidInput, Forbidden, NotFound, Conflict, Unauthenticated):
                continue
            except Exception as error:
                pytest.fail(f"{one}={wild!r:.40} gives {error!r:.200}")


@pytest.mark.parametrize("name", [*PAGE, "user_id"])
def test_no_change_of_a_page_breaks_it(alice: User, name: str) -> None:
    for wild in WILD:
        call = {"user_id": alice.pk, "bio": "x", name: wild}
        try:
            with transaction.atomic():
                users.update_profile(**call)
        except (InvalidInput, Forbidden):
            continue


def naughty(data: Path) -> list[str]:
    return list(json.loads((data / "naughty-strings" / "blns.json").read_text()))


def test_naughty_texts_come_back_as_they_were_sent(alice: User, bob: User, data: Path) -> None:
    direct = social.open_conversation(alice.pk, [bob.pk]).id
    post = make_post(author=alice)
    stored = 0
    for n, text in enumerate(naughty(data)):
        try:
            social.send_message(alice.pk, direct, text, f"n{n}")
        except InvalidInput:
            assert not filters.folded(text)
            continue
        assert list_messages(bob.pk, direct, limit=1).data[0].body == text
        stored += 1
        if len(text) <= 50:
            social.bookmark(bob.pk, "post", post.pk, text)
            assert Bookmark.objects.get().folder == text.strip()
    assert stored == Message.objects.count() > 450


@pytest.mark.parametrize("rows", [Circle, UserList, KeywordFilter])
def test_naughty_names_are_stored_or_refused(
    alice: User, data: Path, rows: type[Circle | UserList | KeywordFilter]
) -> None:
    make: dict[Any, Callable[..., Any]] = {
        Circle: partial(social.create_circle, alice.pk),
        UserList: partial(social.create_list, alice.pk),
        KeywordFilter: partial(social.create_keyword_filter, alice.pk, whole_word=False),
    }
    column = "shown" if rows is KeywordFilter else "name"
    stored = 0
    for text in naughty(data):
        rows.objects.all().delete()
        try:
            id_ = make[rows](text).id
        except InvalidInput:
            continue
        stored += 1
        assert rows.objects.values_list(column, flat=True).get(pk=id_) == text.strip()
        if rows is KeywordFilter:
            assert get_filter_matches(alice.pk, [f"a {text} b"])[0]
        with pytest.raises(Conflict):
            make[rows](text)
    assert stored > 300


def test_naughty_hashtags_are_not_there_or_none(alice: User, data: Path) -> None:
    for text in naughty(data):
        with pytest.raises((InvalidInput, NotFound)):
            social.follow_hashtag(alice.pk, text)


@pytest.mark.parametrize("name", ["bio", "display_name"])
def test_naughty_pages_are_stored_or_refused(alice: User, data: Path, name: str) -> None:
    stored = 0
    for text in naughty(data):
        try:
            users.update_profile(alice.pk, **{name: text})
        except InvalidInput:
            continue
        alice.profile.refresh_from_db()
        assert getattr(alice.profile, name) == (text if name == "bio" else text.strip())
        stored += 1
    assert stored > 300


def test_naughty_accounts_are_opened_or_refused(db: None, data: Path, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    opened = 0
    for number, text in enumerate(naughty(data)):
        for call in ({"display_name": text}, {"username": text}, {"email": text}, {"phone": text}):
            sound: dict[str, Any] = {"username": f"nour_{number}", "email": f"n{number}@a.test"}
            try:
                with transaction.atomic():
                    users.register_user(**{**sound, "password": "long enough", **call})
                opened += 1
            except (InvalidInput, Conflict):
                continue
    assert opened > 300
