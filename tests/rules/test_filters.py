"""Which keyword filters a text meets."""

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skeletal.errors import InvalidInput
from skeletal.models import KeywordFilter
from skeletal.rules import filters


class Filter(NamedTuple):
    phrase: str
    whole_word: bool


def meets(shown: str, text: str, *, whole: bool = True) -> bool:
    wanted = Filter(filters.phrase(shown), whole)
    return filters.matching([wanted], text) == [wanted]


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("cat", "a Cat!"),
        ("cat", "#cat"),
        ("cat", "cats and cat"),
        ("#cat", "my#cat"),
        ("spoiler alert", "SPOILER\n\t alert"),
        ("café", "cafe"),
        ("كتاب", "كِتَـاب"),
        ("احمد", "أحمد قال"),
        ("猫", "猫が好き"),
        ("서울", "서울에서"),
        ("नमस्ते", "नमस्ते दुनिया"),
        ("😀", "so😀so"),
        ("١٢٣", "123"),
    ],
)
def test_a_whole_word_is_found(shown: str, text: str) -> None:
    assert meets(shown, text)


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("cat", "cats concat cat_ 1cat"),
        ("#cat", "#cats"),
        ("spoiler alert", "spoiler, alert"),
        ("كتاب", "كتابات"),
        ("नमस्त", "नमस्ते"),
        ("cat", ""),
    ],
)
def test_a_part_of_a_word_is_none(shown: str, text: str) -> None:
    assert not meets(shown, text)


def test_a_part_is_found_where_the_filter_says_so() -> None:
    assert meets("cat", "concatenate", whole=False)
    assert not meets("cat", "c at", whole=False)


@given(st.text(max_size=20), st.text(max_size=20), st.text(min_size=1, max_size=10))
def test_what_stands_alone_is_found(before: str, after: str, shown: str) -> None:
    try:
        made = filters.phrase(shown)
    except InvalidInput:
        return
    for whole in (True, False):
        assert filters.matching([Filter(made, whole)], f"{before} {shown} {after}")


def test_filters_keep_their_order() -> None:
    met = [Filter("cat", True), Filter("a", False)]
    assert filters.matching([met[0], Filter("dog", True), met[1]], "a cat") == met


@pytest.mark.parametrize("shown", ["", " \n", "\u200b", "ﷺ" * 20])
def test_a_phrase_that_leaves_nothing_or_too_much_is_refused(shown: str) -> None:
    with pytest.raises(InvalidInput):
        filters.phrase(shown)


def test_lengths_are_those_of_the_columns() -> None:
    for name, length in (("shown", filters.LONGEST_SHOWN), ("phrase", filters.LONGEST_PHRASE)):
        column: Any = KeywordFilter._meta.get_field(name)
        assert column.max_length == length
