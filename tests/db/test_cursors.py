"""Page tokens: small, exact, bound to their list, and refused when anything about them is wrong."""

import base64
import struct
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from skeletal.db import cursors
from skeletal.db.keyset import context_of, paginate
from skeletal.db.orders import read_order
from skeletal.errors import InvalidCursor
from skeletal.models import Hashtag, User, UserSettings
from skeletal.security import signing
from tests.db.walking import EXAMPLES, START, make, refused, token


def test_a_cursor_cut_or_lengthened_anywhere_is_refused(db: None) -> None:
    make([0] * 5)
    cursor = token()
    assert all(refused(cursor[:end]) for end in range(len(cursor)))
    assert all(refused(cursor[start:]) for start in range(1, len(cursor)))
    assert all(refused(cursor + tail) for tail in ("A", "=", "==", " ", "\n", "\0"))


def test_a_cursor_changed_in_one_character_is_refused(db: None) -> None:
    make([0] * 5)
    cursor = token()
    for place, was in enumerate(cursor):
        for now in "A-é\0" + chr(ord(was) ^ 1):
            if now != was:
                assert refused(cursor[:place] + now + cursor[place + 1 :])


@pytest.mark.parametrize(
    "cursor",
    ["", "\0", "a\0b", " ", "é", "١٢٣", "\ud800", "A" * 2**20, "é" * 2**20, "null", "0", "=" * 8],
    ids=lambda text: f"{text[:4]!r}x{len(text)}",
)
def test_what_is_no_cursor_is_refused(db: None, cursor: str) -> None:
    assert refused(cursor)


@EXAMPLES
@given(payload=st.binary(max_size=100))
def test_a_payload_signed_by_another_key_is_refused(payload: bytes) -> None:
    with pytest.raises(signing.BadToken):
        signing.unsign(signing.sign(payload, b"theirs"), [b"ours"])


@pytest.mark.parametrize(
    "payload",
    [b"", b"\1", b"\1\xc1", b"\1junk", [], [1], [None, 1], [1, 2, 3], [START], ["1"], {"a": 1}, 5],
    ids=repr,
)
def test_what_we_signed_for_this_list_but_is_no_key_of_it_is_refused(
    db: None, payload: Any
) -> None:
    rows, order = Hashtag.objects.all(), ("-created_at",)
    context = context_of(rows, read_order(rows, order))
    raw = payload if isinstance(payload, bytes) else b"\1" + msgspec.msgpack.encode(payload)
    assert refused(signing.sign(raw, settings.CURSOR_KEYS[0], context), order)


def test_a_token_of_integers_is_none_of_keys_and_the_other_way_round(db: None) -> None:
    rows = Hashtag.objects.all()
    context = context_of(rows, read_order(rows, ("-id",)))
    assert refused(cursors.position(context, 5))
    for version in {*range(256)} - {cursors.INTEGERS}:
        other = signing.sign(bytes([version, *bytes(8)]), settings.CURSOR_KEYS[0], context)
        with pytest.raises(InvalidCursor):
            cursors.read_position(other, context, 1)


def test_a_cursor_of_another_order_filter_or_value_is_refused(db: None) -> None:
    make([0] * 5)
    usable = Hashtag.objects.filter(usable=True)
    assert refused(token(order=("id",)))
    assert refused(token(order=("-created_at",)))
    assert refused(token(rows=usable))
    assert refused(token(), rows=usable)
    assert refused(token(rows=usable), rows=Hashtag.objects.filter(usable=False))
    assert refused(token(rows=usable), rows=usable.filter(trendable=True))
    assert refused(token(rows=usable.exclude(name="x")), rows=usable.exclude(name="y"))
    after_a, after_b = (Hashtag.objects.filter(name__gt=letter) for letter in "ab")
    assert refused(token(rows=after_a), rows=after_b)


def test_a_cursor_of_another_version_is_refused(db: None) -> None:
    make([0] * 5)
    rows = Hashtag.objects.all()
    context = context_of(rows, read_order(rows, ("-id",)))
    version, *keys = signing.unsign(token(), settings.CURSOR_KEYS, context)
    same = signing.sign(bytes([version, *keys]), settings.CURSOR_KEYS[0], context)
    assert len(paginate(rows, cursor=same, limit=5, order_by=("-id",)).data) == 3
    for other in {*range(256)} - {version}:
        assert refused(signing.sign(bytes([other, *keys]), settings.CURSOR_KEYS[0], context))


def test_a_token_beyond_the_bound_is_refused_though_signed() -> None:
    with pytest.raises(signing.BadToken):
        signing.unsign(signing.sign(b"x" * signing.MAX_TOKEN, b"ours"), [b"ours"])


def test_a_cursor_does_not_depend_on_what_is_selected(db: None) -> None:
    make([0] * 5)
    narrow = Hashtag.objects.only("name")
    page = paginate(narrow, cursor=token(), limit=5, order_by=("-id",))
    assert len(page.data) == 3


def test_an_old_key_still_verifies_and_a_dropped_one_does_not(db: None, settings: Settings) -> None:
    make([0] * 5)
    cursor = token()
    settings.CURSOR_KEYS = [b"new", *settings.CURSOR_KEYS]
    rows = Hashtag.objects.all()
    assert len(paginate(rows, cursor=cursor, limit=5, order_by=("-id",)).data) == 3
    assert token() != cursor
    settings.CURSOR_KEYS = [b"new"]
    assert refused(cursor)


def test_cursors_are_small_and_of_one_size(db: None) -> None:
    make(range(50))
    sizes = {
        len(base64.urlsafe_b64decode(token(limit, ("-created_at",)) + "=="))
        for limit in range(1, 50)
    }
    assert len(sizes) == 1
    assert max(sizes) < 64


def test_a_cursor_of_a_filled_list_is_refused_by_one_that_must_be_empty(db: None) -> None:
    make([0] * 5)
    assert paginate(Hashtag.objects.none(), cursor=None, limit=2, order_by=("-id",)).data == []
    assert refused(token(), rows=Hashtag.objects.none())


def test_a_filter_on_json_is_bound_by_its_whole_value(alice: User) -> None:
    """A JSON value shows its first 40 characters only; two that begin alike are two lists."""
    rows = UserSettings.objects.all()
    contexts = {
        context_of(chosen, read_order(chosen, ("-pk",)))
        for end in "ab"
        for chosen in [rows.filter(feed_preferences={"language": "x" * 100 + end})]
    }
    assert len(contexts) == 2


INT64 = st.integers(-(2**63), 2**63 - 1)
KINDS: tuple[tuple[Any, st.SearchStrategy[Any]], ...] = (
    (int, INT64),
    (str, st.text(max_size=100)),
    (bool, st.booleans()),
    (float, st.floats(allow_nan=False)),
    (Decimal, st.decimals(allow_nan=False, allow_infinity=False)),
    (datetime, st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0))),
    (date, st.dates()),
    (UUID, st.uuids()),
)
KEYS = st.lists(
    st.one_of(*(st.tuples(st.just(kind | None), values | st.none()) for kind, values in KINDS)),
    min_size=1,
    max_size=5,
)


@EXAMPLES
@given(keys=KEYS, context=st.binary(max_size=300))
def test_keys_of_every_type_come_back_exactly(keys: list[tuple[Any, Any]], context: bytes) -> None:
    values = tuple(value for _, value in keys)
    types = tuple(kind for kind, _ in keys)
    found = cursors.decode(cursors.encode(values, context), context, types)
    assert found == values
    assert [type(value) for value in found] == [type(value) for value in values]
    assert repr(found) == repr(values)


@EXAMPLES
@given(keys=st.lists(INT64, max_size=4), context=st.binary(max_size=300))
def test_positions_come_back_and_are_small(keys: list[int], context: bytes) -> None:
    cursor = cursors.position(context, *keys)
    assert cursors.read_position(cursor, context, len(keys)) == tuple(keys)
    assert len(cursor) == -(-(17 + 8 * len(keys)) * 4 // 3)


@EXAMPLES
@given(key=INT64, context=st.binary(max_size=20), other=st.binary(max_size=20))
def test_a_position_of_another_list_or_count_is_refused(
    key: int, context: bytes, other: bytes
) -> None:
    cursor = cursors.position(context, key)
    wrong = [(cursor, context, 0), (cursor, context, 2), (cursor + "A", context, 1)]
    wrong += [(cursor[:-1], context, 1), ("", context, 0), ("A" * 2**20, context, 1)]
    wrong += [(cursor, other, 1)] if other != context else []
    for given_cursor, given_context, count in wrong:
        with pytest.raises(InvalidCursor):
            cursors.read_position(given_cursor, given_context, count)


def test_a_position_takes_integers_of_64_bits() -> None:
    with pytest.raises(struct.error):
        cursors.position(b"", 2**63)


@EXAMPLES
@given(whole=st.binary(max_size=12), first=st.integers(0, 12), second=st.integers(0, 12))
def test_context_and_payload_do_not_run_into_each_other(
    whole: bytes, first: int, second: int
) -> None:
    """What is cut in two at another place has another signature."""
    macs = {
        signing.sign(whole[cut:], b"key", whole[:cut])[:21]
        for cut in {first, second, 0}
        if cut <= len(whole)
    }
    assert len(macs) == len({cut for cut in {first, second, 0} if cut <= len(whole)})


@pytest.mark.parametrize("length", [0, 1, 64, 65, 1000])
def test_keys_of_any_length_sign_apart(length: int) -> None:
    key, other = b"k" * length, b"k" * length + b"x"
    assert signing.unsign(signing.sign(b"payload", key), [other, key]) == b"payload"
    with pytest.raises(signing.BadToken):
        signing.unsign(signing.sign(b"payload", key), [other])


def test_the_longest_text_key_makes_a_token_that_is_taken_back(db: None) -> None:
    """A name of 100 characters of 4 bytes: over the bound of other tokens, below that of lists."""
    for letter in "abc":
        Hashtag.objects.create(name=letter + "\U0001f600" * 99, display_name="t")
    cursor = token(1, ("name",))
    assert signing.MAX_TOKEN < len(cursor) <= cursors.LONGEST
    page = paginate(Hashtag.objects.all(), cursor=cursor, limit=5, order_by=("name",))
    assert [row.name[0] for row in page.data] == ["b", "c"]
