"""A text is found by its words, whatever stands between them and however they are spelt."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skeletal.errors import InvalidInput
from skeletal.rules import searching, tables
from skeletal.rules.folding import fold
from skeletal.rules.searching import likeness, misspelt, query, words
from skeletal.rules.tables import make_separators
from tests.rules.test_folding import of_unicode_14

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The cat's WHISKERS, e-mail!", ["the", "cat", "s", "whiskers", "e", "mail"]),
        ("«الكِتابُ»، والمدرسةُ؟", ["الكتاب", "والمدرسه"]),
        ("#اليوم_العالمي ٢٠٢٦", ["اليوم", "العالمي", "2026"]),
        ("https://daira.example/a?b=1", ["https", "daira", "example", "a", "b", "1"]),
        ("می\u200cخواهم \u202bشمس\u202c", ["ميخواهم", "شمس"]),
        ("كــــلا ﷲ", ["كلا", "الله"]),
        ("😀👍🏽 ❤\ufe0f — … \u200f\t\n", []),
        ("½ ㎞", ["1", "2", "km"]),
        ("हिन्दी ภาษาไทย", ["हिन्दी", "ภาษาไทย"]),
        ("", []),
        ("x" * 600, ["x" * 511]),
    ],
)
def test_the_words_of_a_text(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(text=TEXT)
def test_words_are_folded_and_hold_nothing_that_parts(text: str) -> None:
    for word in words(text):
        assert 0 < len(word) <= searching.LONGEST_WORD
        assert fold(word) == word
        assert words(word) == [word]
        assert not set(word) & set(" \t\n'\\&|!:*()<>_\"")


@of_unicode_14
def test_what_parts_words_is_no_letter_mark_or_number() -> None:
    parting = {
        chr(code)
        for first, last in tables.ranges("separators.txt")
        for code in range(first, last + 1)
    }
    assert {unicodedata.category(one)[0] for one in parting} == {"C", "P", "S", "Z"}
    assert not {one for one in parting if unicodedata.category(one) in ("Cn", "Co", "Cs")}


@of_unicode_14
def test_the_table_is_what_its_maker_makes() -> None:
    assert make_separators.make() == tables.ranges("separators.txt")


def test_a_query_wants_each_of_its_words_once() -> None:
    assert query("Cat CAT dog") == "('cat') & ('dog')"


@pytest.mark.parametrize("written", ["كتاب", "الكِتَاب", "والكتاب", "للكتاب", "بالكتاب"])
def test_an_arabic_word_is_found_with_article_and_particles(written: str) -> None:
    wanted = query(written)
    for found in ("كتاب", "الكتاب", "والكتاب", "للكتاب", "وكتاب", "بكتاب", "لكتاب"):
        assert f"'{found}'" in wanted


@pytest.mark.parametrize("written", ["ال", "الله", "ولد", "من", "و", "cat", "カタカナ"])
def test_a_word_that_is_short_without_its_article_stays_whole(written: str) -> None:
    stays = query(written)
    assert f"'{fold(written)}'" in stays
    assert "'له'" not in stays
    assert "'د'" not in stays


@pytest.mark.parametrize("blank", ["", " ", "&", "!!! ||| :* <->", "😀", "\u200f\u202e", "___"])
def test_what_has_no_word_wants_nothing(blank: str) -> None:
    assert query(blank) == ""


@pytest.mark.parametrize("bad", [None, 5, b"x", "a\0b", "\ud800", "x" * 201, "😀" * 2**20])
def test_what_cannot_be_searched_for_is_refused(bad: object) -> None:
    with pytest.raises(InvalidInput) as refusal:
        query(bad)
    assert refusal.value.context == {"field": "query"}


@pytest.mark.parametrize(
    ("name", "written", "found"),
    [
        ("salma", "salma", True),
        ("salma", "salmma", True),
        ("salma", "slma", True),
        ("salma", "selma", True),
        ("salma", "aslma", True),
        ("salma", "zelma", False),
        ("salma", "sal", False),
        ("محمود", "محمد", True),
        ("نور الهدي", "نور الهدا", True),
        ("نور الهدي", "الهدي", True),
        ("نور", "نور الهدي", False),
        ("ab", "ac", False),
    ],
)
def test_one_letter_of_a_word_may_be_amiss(name: str, written: str, found: bool) -> None:
    held = {form for word in words(name) for form in _forms(misspelt(word))}
    assert all(held & _forms(word) for word in misspelt(written).split(" & ")) is found


def _forms(wanted: str) -> set[str]:
    return set(wanted.strip("()").replace("'", "").split(" | "))


@given(first=TEXT, second=TEXT)
def test_likeness_is_mutual_and_between_none_and_all(first: str, second: str) -> None:
    one, other = fold(first), fold(second)
    assert 0 <= likeness(one, other) == likeness(other, one) <= 1
    assert likeness(one, one) == (1 if words(one) else 0)


def test_what_is_more_alike_comes_first() -> None:
    names = ["salma nasr", "peter", "salma", "salim nour"]
    names.sort(key=lambda name: -likeness(name, "salma"))
    assert names == ["salma", "salma nasr", "salim nour", "peter"]
