"""A text or a JSON value that passes can be stored and is given back unchanged."""

import json
import math
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from skeletal.errors import InvalidInput
from skeletal.rules.texts import json_value, text
from tests.db.walking import EXAMPLES

SOUND = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | SOUND
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SOUND, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def refused(value: object, **options: Any) -> str:
    """Why a text is refused."""
    with pytest.raises(InvalidInput) as refusal:
        text(value, field="bio", **options)
    assert refusal.value.context == {"field": "bio"}
    return refusal.value.message


def refused_json(value: object, **options: Any) -> str:
    """Why a JSON value is refused."""
    with pytest.raises(InvalidInput) as refusal:
        json_value(value, field="metadata", **options)
    assert refusal.value.context == {"field": "metadata"}
    return refusal.value.message


def test_a_text_is_returned_as_it_came() -> None:
    for sound in ("", "مرحبا", " spaces \r\n\t", "e\u0301", "\u202eabc", "\x01\x7f", "😀" * 500):
        assert text(sound, field="bio", most=500) is sound


def test_a_text_is_counted_by_code_points() -> None:
    assert refused("😀" * 501, most=500) == "at most 500 characters, this has 501"


@pytest.mark.parametrize("value", ["a\0", "\0", "\ud83d", "a\udc00b", "\udc00\ud800"])
def test_nul_and_half_surrogate_pairs_are_refused(value: str) -> None:
    assert "cannot hold" in refused(value, most=500)
    assert "cannot hold" in refused_json(["x", {"key": value}])
    assert "cannot hold" in refused_json({value: 1})


@pytest.mark.parametrize("value", [None, 5, b"abc", ["abc"]])
def test_only_a_text_is_a_text(value: object) -> None:
    assert refused(value, most=500) == "this must be a text"


@pytest.mark.parametrize("value", ["", " \n", "\u200b\ufeff\u00a0", "\u3164", "\u202e\u2060", "ـ"])
def test_a_text_that_shows_nothing_is_blank(value: str) -> None:
    assert refused(value, most=500, least=1) == "this must not be blank"
    assert text(value, field="bio", most=500) == value


def test_least_counts_what_shows() -> None:
    assert text("a\u200b b", field="name", most=9, least=2) == "a\u200b b"
    assert refused("a\u200b ", most=9, least=2) == "this needs 2 visible characters"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2**63, -(10**400)])
def test_a_number_is_finite_and_fits(value: float) -> None:
    assert "number must" in refused_json({"a": [value]})


@pytest.mark.parametrize("value", [b"x", (1,), {1}, object(), {1: "a"}, {None: "a"}, 1j])
def test_only_json_is_json(value: object) -> None:
    assert refused_json([value])


@pytest.mark.parametrize(("open_", "close"), [("[", "]"), ('{"a":', "}")])
def test_json_is_nested_so_deep_and_no_deeper(open_: str, close: str) -> None:
    for inner in ("1", "[]"):
        nested = open_ * 3 + inner + close * 3
        depth = 3 + (inner == "[]")
        assert json_value(json.loads(nested), field="metadata", depth=depth)
        assert (
            refused_json(json.loads(nested), depth=depth - 1)
            == f"nested more than {depth - 1} deep"
        )


def test_json_that_is_nested_without_end_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert "nested" in refused_json(endless)
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    assert "nested" in refused_json(deep)


def test_json_is_bounded_in_bytes() -> None:
    assert json_value({"a": "م" * 4}, field="metadata", size=16)
    assert "16 bytes" in refused_json({"a": "م" * 5}, size=16)
    assert "bytes" in refused_json([0] * 1_000_000)


def test_json_that_repeats_itself_is_not_unfolded() -> None:
    value: Any = "x"
    for _ in range(8):
        value = [value] * 1000
    assert "bytes" in refused_json(value)


@EXAMPLES
@given(sound=SOUND, value=JSON)
def test_what_passes_is_stored_and_given_back(db: None, sound: str, value: object) -> None:
    assert text(sound, field="bio", most=5000) == sound
    assert json_value(value, field="metadata", depth=20) is value
    written = json.dumps(value)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text, %s::jsonb::text", [sound, written])
        stored, read = cursor.fetchone()
    assert stored == sound
    exactly = partial(json.loads, parse_float=Decimal, parse_int=Decimal)
    assert exactly(read) == exactly(written)


def test_naughty_strings_are_stored_and_given_back(db: None, data: Path) -> None:
    naughty = json.loads((data / "naughty-strings" / "blns.json").read_text("utf-8"))
    for one in naughty:
        assert text(one, field="content", most=5000) is one
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [naughty])
        assert cursor.fetchone()[0] == naughty
    assert len(naughty) == 515
