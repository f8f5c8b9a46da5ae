"""One person's name is written one way, in one script, and looks like no reserved name."""

import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skeletal.errors import InvalidInput
from skeletal.rules import usernames
from skeletal.rules.folding import fold
from skeletal.rules.tables import make_confusables
from skeletal.rules.usernames import LOOKS, RESERVED, skeleton, username

ARABIC = [chr(code) for code in range(0x600, 0x700) if re.match(f"[{usernames.ARABIC}]", chr(code))]
NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789_", min_size=3, max_size=30) | st.builds(
    str.__add__, st.sampled_from(ARABIC), st.text([*ARABIC, *"059_"], min_size=2, max_size=29)
)

NORMAL = {
    "alice": "alice",
    " Alice\n": "alice",
    "ＡＬＩＣＥ＿９": "alice_9",
    "user_1": "user_1",
    "_ab": "_ab",
    "a__": "a__",
    "1st": "1st",
    "محمد": "محمد",
    "أحمد_علي": "أحمد_علي",
    "أحمد٩٩": "أحمد99",
    "أحمد۹٩": "أحمد99",
    "ا\u0654حمد": "أحمد",
    "گلشن": "گلشن",
    "a" * 30: "a" * 30,
}
REFUSED = {
    "": "3 to 30",
    "  ": "3 to 30",
    "al": "3 to 30",
    "a" * 31: "3 to 30",
    "a" * 100_000: "3 to 30",
    "12345": "at least one of them a letter",
    "___": "at least one of them a letter",
    "١٢٣٤": "at least one of them a letter",
    "pаypal": "all of a to z",  # a Cyrillic а
    "раураl": "all of a to z",
    "αβγδ": "all of a to z",
    "éric": "all of a to z",
    "İstanbul": "all of a to z",
    "aliceمحمد": "ends with a letter",
    "99أحمد": "begins with a letter",
    "أحمد_": "ends with a letter",
    "مُحمد": "all Arabic",
    "مـحمد": "cannot hold",
    "ﺍﺣﻤﺪ": "cannot hold",
    "two words": "cannot hold",
    "ali\u200bce": "cannot hold",
    "محمد\u200f": "cannot hold",
    "ali\x00ce": "cannot hold",
    "ali\ud800ce": "cannot hold",
    "a.b.c": "all of a to z",
    "a-b-c": "all of a to z",
    "../etc": "all of a to z",
    "a%2fb": "all of a to z",
    "=cmd()": "all of a to z",
    "admin": "admin is reserved",
    "ADMIN": "admin is reserved",
    "adrnin": "looks like admin, which is reserved",
    "l0gin": "looks like login, which is reserved",
    "supp0rt": "looks like support, which is reserved",
}


@pytest.mark.parametrize(("written", "normal"), NORMAL.items())
def test_a_name_has_one_normal_form(written: str, normal: str) -> None:
    assert username(written) == normal
    assert username(normal) == normal


@pytest.mark.parametrize(("written", "why"), REFUSED.items(), ids=lambda text: ascii(text)[:30])
def test_what_is_no_name_is_refused_with_the_reason(written: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(why)) as refusal:
        username(written, field="name")
    assert refusal.value.context == {"field": "name"}


@pytest.mark.parametrize("value", [None, 5, b"alice", ["alice"]])
def test_only_a_text_is_a_name(value: object) -> None:
    with pytest.raises(InvalidInput):
        username(value)


@given(name=NAMES)
def test_a_normal_name_stays_and_fits_its_column(name: str) -> None:
    try:
        normal = username(name, reserved=True)
    except InvalidInput:
        assert name.endswith("_") or not re.search(f"[a-z{usernames.ARABIC}]", name)
        return
    assert normal == unicodedata.normalize("NFC", name)
    assert username(normal, reserved=True) == normal
    assert len(normal) <= usernames.LONGEST
    assert len(skeleton(normal)) <= 2 * usernames.LONGEST


@given(text=st.text())
def test_whatever_is_written_is_refused_or_normal(text: str) -> None:
    try:
        normal = username(text)
    except InvalidInput:
        return
    assert username(normal) == normal
    assert re.fullmatch(r"\w{3,30}", normal)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("paypal", "раура1"),
        ("modern", "rnodern"),
        ("google", "g00gle"),
        ("alice", "a1ice"),
        ("alice", "ＡＬＩＣＥ"),
        ("أحمد", "احمد"),
        ("علي", "على"),
        ("علي", "علی"),
        ("كريم", "کریم"),
        ("فاطمة", "فاطمه"),
    ],
)
def test_look_alikes_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    "names",
    ["alice alina alisa", "bob rob", "ali all", "سامي شامي", "بان تان ثان يان نان", "حر خر جر"],
)
def test_names_that_differ_have_skeletons_of_their_own(names: str) -> None:
    assert len(set(map(skeleton, names.split()))) == len(names.split())


def test_every_reserved_name_is_refused_and_nothing_looks_like_it() -> None:
    shapely = [name for name in RESERVED if re.fullmatch(r"[a-z0-9_]{3,30}", name)]
    named = [name for name in shapely if not name.isdecimal()]
    assert len(RESERVED) == 617
    assert len(named) > 500
    for name in named:
        assert username(name, reserved=True) == name
        for disguised in (name, name.replace("m", "rn"), name.replace("o", "0"), name.upper()):
            with pytest.raises(InvalidInput):
                username(disguised)


def test_a_number_lends_its_look_to_nobody() -> None:
    assert "101" in RESERVED
    assert username("lol") == "lol"


def test_the_tables_are_what_they_are_made_of(data: Path) -> None:
    listed = json.loads((data / "names" / "reserved-usernames.json").read_text("utf-8"))
    assert frozenset(listed) == RESERVED
    likes = make_confusables.read(data / "names" / "confusables.json.gz")
    assert len(likes) == 9619
    assert make_confusables.make(likes) == LOOKS


def test_each_two_look_alikes_have_one_skeleton(data: Path) -> None:
    """Of those that are folded already: folding may tell apart what only looked alike (I and l)."""
    likes = make_confusables.read(data / "names" / "confusables.json.gz")
    pairs = {(one, other) for one, others in likes.items() for other in others}
    folded = {pair for pair in pairs if all(map(str.islower, pair)) and _is_folded(*pair)}
    assert len(folded) > 200
    assert {pair for pair in folded if skeleton(pair[0]) != skeleton(pair[1])} == set()


def _is_folded(*texts: str) -> bool:
    return all(fold(text) == text for text in texts)
