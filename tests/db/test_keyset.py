"""A walk over keyset pages shows each row once, in order, whatever ties, goes or comes."""

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from skeletal.db.keyset import paginate
from skeletal.errors import InvalidCursor, InvalidInput
from skeletal.models import Hashtag
from skeletal.security import signing

START = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
ORDERS = [("-id",), ("id",), ("-created_at",), ("created_at",), ("-created_at", "-id")]
Rows = QuerySet[Hashtag]
EXAMPLES = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def make(moments: Sequence[int], prefix: str = "t") -> None:
    """One tag for each number: the microseconds after START at which it was made."""
    Hashtag.objects.bulk_create(
        Hashtag(
            name=f"{prefix}{n}", display_name="t", created_at=START + timedelta(microseconds=moment)
        )
        for n, moment in enumerate(moments)
    )


def walk(
    rows: Rows,
    order: Sequence[str],
    limit: int,
    between: Callable[[list[Hashtag]], object] = lambda page: None,
) -> list[int]:
    """The ids of all pages, in the order seen; `between` runs after each page."""
    seen: list[int] = []
    cursor: str | None = None
    while True:
        page = paginate(rows, cursor=cursor, limit=limit, order_by=order)
        seen += [row.pk for row in page.data]
        assert page.has_more == (page.next_cursor is not None)
        if not page.has_more:
            return seen
        assert len(page.data) == limit
        between(page.data)
        cursor = page.next_cursor


def sorted_ids(rows: Rows, order: Sequence[str]) -> list[int]:
    last = "-id" if order[0].startswith("-") else "id"
    return list(rows.order_by(*order, last).values_list("pk", flat=True))


def token(limit: int = 2, order: Sequence[str] = ("-id",), rows: Rows | None = None) -> str:
    rows = Hashtag.objects.all() if rows is None else rows
    cursor = paginate(rows, cursor=None, limit=limit, order_by=order).next_cursor
    assert cursor is not None
    return cursor


def refused(cursor: str, order: Sequence[str] = ("-id",), rows: Rows | None = None) -> bool:
    rows = Hashtag.objects.all() if rows is None else rows
    with pytest.raises(InvalidCursor):
        paginate(rows, cursor=cursor, limit=2, order_by=order)
    return True


@pytest.mark.django_db
@EXAMPLES
@given(
    moments=st.lists(st.integers(0, 2), max_size=40),
    limit=st.integers(1, 9) | st.just(100),
    order=st.sampled_from(ORDERS),
)
@example(moments=[0] * 20, limit=10, order=("-created_at",))
@example(moments=[], limit=1, order=("id",))
def test_a_walk_shows_each_row_once_in_order(
    moments: list[int], limit: int, order: tuple[str, ...]
) -> None:
    Hashtag.objects.all().delete()
    make(moments)
    assert walk(Hashtag.objects.all(), order, limit) == sorted_ids(Hashtag.objects.all(), order)


@pytest.mark.django_db
@EXAMPLES
@given(
    moments=st.lists(st.integers(0, 2), min_size=1, max_size=30),
    limit=st.integers(1, 7),
    order=st.sampled_from(ORDERS),
    arriving=st.lists(st.integers(-1, 3), max_size=3),
)
def test_a_walk_survives_deleted_anchors_and_arrivals(
    moments: list[int], limit: int, order: tuple[str, ...], arriving: list[int]
) -> None:
    """Rows that stood throughout are seen once in order; the last row of each page is deleted."""
    Hashtag.objects.all().delete()
    make(moments)
    stood = sorted_ids(Hashtag.objects.all(), order)
    count = 0

    def between(page: list[Hashtag]) -> None:
        nonlocal count
        page[-1].delete()
        if (count := count + 1) <= 5:
            make(arriving, prefix=f"new{count}-")

    seen = walk(Hashtag.objects.all(), order, limit, between)
    assert [pk for pk in seen if pk in set(stood)] == stood
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("order", [("-id",), ("-created_at",), ("created_at",)], ids=str)
def test_thousands_of_ties_lose_nothing(db: None, order: tuple[str, ...]) -> None:
    make([n // 1500 for n in range(3000)])
    seen = walk(Hashtag.objects.all(), order, 97)
    assert seen == sorted_ids(Hashtag.objects.all(), order)
    assert len(seen) == 3000


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_has_more_is_right_at_the_bound(db: None, count: int) -> None:
    make([0] * count)
    page = paginate(Hashtag.objects.all(), cursor=None, limit=2, order_by=("-id",))
    assert (len(page.data), page.has_more) == (min(count, 2), count > 2)
    assert (page.next_cursor is None) == (count <= 2)


def test_a_page_is_one_range_of_the_index(db: None) -> None:
    make([0] * 5)
    cursor = token(order=("-created_at",))
    with CaptureQueriesContext(connection) as captured:
        paginate(Hashtag.objects.all(), cursor=cursor, limit=2, order_by=("-created_at",))
    (query,) = captured.captured_queries
    assert '("hashtags"."created_at", "hashtags"."id") < (' in query["sql"]
    assert "OFFSET" not in query["sql"]
    assert query["sql"].endswith("LIMIT 3")


@pytest.mark.parametrize("limit", [0, -1, 101, 10**9])
def test_a_limit_outside_its_range_is_refused(db: None, limit: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        paginate(Hashtag.objects.all(), cursor=None, limit=limit, order_by=("-id",))
    assert refusal.value.context == {"field": "limit"}


def test_an_order_in_two_directions_is_a_mistake_of_ours(db: None) -> None:
    with pytest.raises(ValueError, match="one direction"):
        paginate(Hashtag.objects.all(), cursor=None, limit=2, order_by=("-created_at", "id"))


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
    [b"", b"\xc1", b"junk", [], [1], [1, b"scope"], [1, b"scope", 5], [2, b"s", [1]], {"a": 1}],
    ids=repr,
)
def test_what_we_signed_for_something_else_is_refused(
    db: None, settings: Settings, payload: Any
) -> None:
    raw = payload if isinstance(payload, bytes) else msgspec.msgpack.encode(payload)
    assert refused(signing.sign(raw, settings.CURSOR_KEYS[0]))


def test_a_cursor_of_another_order_filter_or_value_is_refused(db: None) -> None:
    make([0] * 5)
    usable = Hashtag.objects.filter(usable=True)
    assert refused(token(order=("id",)))
    assert refused(token(order=("-created_at",)))
    assert refused(token(rows=usable))
    assert refused(token(), rows=usable)
    assert refused(token(rows=usable), rows=Hashtag.objects.filter(usable=False))
    assert refused(token(rows=usable), rows=usable.filter(trendable=True))
    after_a, after_b = (Hashtag.objects.filter(name__gt=letter) for letter in "ab")
    assert refused(token(rows=after_a), rows=after_b)


def test_a_cursor_of_another_version_is_refused(db: None, settings: Settings) -> None:
    make([0] * 5)
    keys = settings.CURSOR_KEYS
    version, *rest = msgspec.msgpack.decode(signing.unsign(token(), keys))
    same = signing.sign(msgspec.msgpack.encode([version, *rest]), keys[0])
    assert len(paginate(Hashtag.objects.all(), cursor=same, limit=5, order_by=("-id",)).data) == 3
    assert refused(signing.sign(msgspec.msgpack.encode([version + 1, *rest]), keys[0]))


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
