"""Spellings that people take for the same fold alike; nothing else does."""

import csv
import gzip
import json
import unicodedata
from pathlib import Path
from typing import Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skeletal.rules import tables
from skeletal.rules.folding import TABLE, fold
from skeletal.rules.tables import make_folding

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
of_unicode_14 = pytest.mark.skipif(
    unicodedata.unidata_version != make_folding.UNICODE, reason="the table is of Unicode 14"
)
ASSIGNED = [
    chr(code)
    for code in range(0x110000)
    if unicodedata.category(chr(code)) not in ("Cn", "Co", "Cs")
]
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cn", "Co"]))
SEEN = st.text(
    st.sampled_from("aeiouAßİıéÅỗœ\u0301\u0308\u0323\u0307йЁїάΐςѷאבשׁأإؤئۀۂىةكﷲ\u0654\u064b")
    | st.characters(codec="ascii")
)
"""Letters and marks of scripts that are read without their marks."""

ALIKE = [
    ("مُحَمَّد", "محمد"),
    ("مـــحـــمـــد", "محمد"),
    ("أحمد إيمان آمال ٱلله", "احمد ايمان امال الله"),
    ("مسؤول شاطئ رئيس", "مسوول شاطي رييس"),
    ("على", "علي"),
    ("مدرسة", "مدرسه"),
    ("ایران کتاب ہۂۀۃ", "ايران كتاب هههه"),
    ("ﻻ ﻷ ﷲ ﷺ", "لا لا الله صلي الله عليه وسلم"),
    ("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ १२ １２", "0123456789 0123456789 12 12"),
    ("هٰذا رحمٰن", "هذا رحمن"),
    ("می\u200cخواهم", "ميخواهم"),
    ("\u202bشمس\u202c \u2067قمر\u2069\u200f\u061c", "شمس قمر"),
    ("CAFÉ cafe\u0301 Café", "cafe cafe cafe"),
    ("STRASSE straße", "strasse strasse"),
    ("İSTANBUL Istanbul ıstanbul", "istanbul istanbul istanbul"),
    ("Łódź Ærø Đorđe smörgåsbord", "lodz aero dorde smorgasbord"),
    ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
    ("Ёлка ёлка й\u0306", "елка елка и"),
    ("עַל־יְדֵי שׁ", "על־ידי ש"),
    ("ｈａｓｈｔａｇ１２３ ﬁ ㎞ ①", "hashtag123 fi km 1"),
    ("soft\u00adhyphen zero\u200bwidth \ufeff✌️", "softhyphen zerowidth ✌"),
    ("か\u3099 ｶﾞ", "が ガ"),
    ("क\u093c", "क़"),
]
APART = [
    "か が は ば ぱ カ ガ",
    "क क़ कि कु",
    "ก ก่ ก้ กา",
    "가 나 한 하 ㄱ ㄴ",
    "ه ھ ك گ ي ے س ش ص ض د ذ ء",
]
"""Words of each line that are not the same to one who reads them."""


@pytest.mark.parametrize(("written", "folded"), ALIKE)
def test_spellings_fold_alike(written: str, folded: str) -> None:
    assert fold(written) == fold(folded)
    if fold(folded) != folded:
        assert not folded.isascii()


@pytest.mark.parametrize("line", APART)
def test_letters_that_differ_stay_apart(line: str) -> None:
    words = line.split()
    assert len(set(map(fold, words))) == len(words)


def test_every_code_point_folds_once_and_for_all() -> None:
    assert [character for character in ASSIGNED if fold(fold(character)) != fold(character)] == []


@of_unicode_14
def test_every_case_of_a_letter_folds_alike() -> None:
    cases = (str.upper, str.lower, str.title, str.casefold)
    assert {c for c in ASSIGNED for case in cases if fold(case(c)) != fold(c)} == set()


@of_unicode_14
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_canonical_equivalents_fold_alike(form: Form) -> None:
    """But for Hangul, whose syllables are not taken apart."""
    differing = {c for c in ASSIGNED if fold(unicodedata.normalize(form, c)) != fold(c)}
    syllables = set(map(chr, range(0xAC00, 0xD7A4)))
    assert differing == (syllables if form == "NFD" else set())


@of_unicode_14
@pytest.mark.parametrize("form", ["NFKC", "NFKD"])
def test_compatibility_forms_fold_alike(form: Form) -> None:
    """But for Hangul, whose jamo are not joined."""
    differing = {c for c in ASSIGNED if fold(unicodedata.normalize(form, c)) != fold(c)}
    names = map(unicodedata.name, differing)
    assert [name for name in names if "HANGUL" not in name and "KOREAN" not in name] == []
    assert "ㄱ" in differing


@given(text=SEEN)
def test_both_normal_forms_of_a_text_fold_alike(text: str) -> None:
    forms = {fold(unicodedata.normalize(form, text)) for form in get_args(Form)}
    assert forms == {fold(text)}


@given(first=TEXT, second=TEXT)
def test_a_text_folds_as_its_parts(first: str, second: str) -> None:
    whole = fold(first + second)
    assert whole == fold(first) + fold(second)
    assert fold(whole) == whole


@of_unicode_14
def test_invisible_marks_and_direction_controls_go() -> None:
    unseen = [c for c in ASSIGNED if unicodedata.bidirectional(c) in {"LRE", "RLO", "PDI", "BN"}]
    kept = {c for c in unseen if fold(c)}
    controls = {c for c in kept if unicodedata.category(c) == "Cc"}
    assert {unicodedata.name(c) for c in kept - controls} == set()


def test_what_the_table_does_not_name_passes() -> None:
    others = ["\x00", "\n", "\ud800", "\ue000", "\U0001fae8", "\U000323af", "\U0010ffff", "#_-'"]
    assert [fold(text) for text in others] == others


def test_real_arabic_posts_keep_their_letters_and_nothing_else(data: Path) -> None:
    with gzip.open(data / "posts" / "arsarcasm-train-ar.csv.gz", "rt", encoding="utf-8") as file:
        tweets = [row["tweet"] for row in csv.DictReader(file)]
    letters = {c for tweet in tweets for c in fold(tweet) if "\u0600" <= c <= "\u08ff"}
    assert not letters & set(
        "أإآٱؤئىةیک٠١٢٣٤٥٦٧٨٩ـ\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652"
    )
    assert set("ابتثجحخدذرزسشصضطظعغفقكلمنهويء") <= letters
    assert not {c for tweet in tweets for c in fold(tweet) if "\ufb50" <= c <= "\ufd3d"}
    assert len(tweets) == 8437


def test_naughty_strings_fold_once(data: Path) -> None:
    for text in json.loads((data / "naughty-strings" / "blns.json").read_text("utf-8")):
        assert fold(fold(text)) == fold(text)
        assert fold(text) == "".join(map(fold, text))


@of_unicode_14
def test_the_table_is_what_its_maker_makes() -> None:
    assert make_folding.make() == TABLE


def test_a_table_is_read_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "FOLDER", tmp_path)
    tables.write("some.txt", "two\nremarks", {0x23: "", 0x1F600: "ab", 0x41: "é"})
    assert tables.characters("some.txt") == {0x23: "", 0x1F600: "ab", 0x41: "é"}
