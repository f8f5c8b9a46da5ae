"""Hashtags, mentions and addresses stand where Twitter's suite and real posts have them."""

import csv
import gzip
import json
import unicodedata
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from skeletal.errors import InvalidInput
from skeletal.rules import entities, limits
from skeletal.rules.entities import Entity, extract, hashtag_name, hashtags, mentions, urls
from skeletal.rules.folding import fold
from skeletal.rules.usernames import username

Find = Callable[[str], tuple[Entity, ...]]

SLUG = "Twitter's own shortener is a host like any other"
COUNTRY = "a country's domain is believed without a scheme only before a path"
OTHERS = {
    "Extract valid URL: http://✪df.ws/ejp": "a host holds letters, digits, - and _",
    "Extract URLs without protocol not on (com|org|edu|gov|net) domains": COUNTRY,
    "Extract short URLs without protocol on ccTLD domains without path": COUNTRY,
    "Extract some (tv|co) short URLs without protocol on ccTLD domains without path": COUNTRY,
    "Extract URL before newline": COUNTRY,
    "Extract domain followed by Japanese characters": COUNTRY,
    "Extract a t.co URL with a trailing apostrophe": SLUG,
    "Extract a t.co URL with a trailing hyphen": SLUG,
    "DO NOT extract URLs with > 40 characters in a t.co slug": SLUG,
    "Extract t.co URLs skipping trailing characters and adjusting indices correctly": SLUG,
}
"""Cases of Twitter's suite in which we differ, and why."""

SUITE: list[tuple[str, Find, str, int]] = [
    ("hashtags", hashtags, "", 65),
    ("hashtags_from_astral", hashtags, "", 3),
    ("hashtags_with_indices", hashtags, "hashtag", 8),
    ("mentions", mentions, "", 23),
    ("mentions_with_indices", mentions, "screen_name", 3),
    ("urls", urls, "", 91),
    ("urls_with_indices", urls, "url", 10),
    ("urls_with_directional_markers", urls, "url", 2),
    ("tco_urls_with_params", urls, "", 5),
]
HOSTILE = [
    "#", "@", "a", "#a", "@a", "a.", "a-", "http://", "http://a.com/(", "http://a.comテ", "://",
    "#tag ", "#tag", "@alice ", "@alice", "RT@", "http://a.com/x ", "#\u0301", "(a)", ".", "é.com",
    "#http://", "@أحمد_", "http://a.com/?x=1&#x", "xn--", "_@#/:",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "find", "key", "count"), SUITE, ids=[case[0] for case in SUITE])
def test_the_conformance_suite(data: Path, kind: str, find: Find, key: str, count: int) -> None:
    suite = yaml.safe_load((data / "twitter-text" / "extract.yml").read_text("utf-8"))["tests"]
    cases: list[dict[str, Any]] = suite[kind]
    differing = {
        case["description"] for case in cases if _found(find, case, key) != _asked(case, key)
    }
    assert len(cases) == count
    assert differing == {case["description"] for case in cases} & OTHERS.keys()


def _found(find: Find, case: dict[str, Any], key: str) -> list[object]:
    return [tuple(entity) if key else entity.text for entity in find(case["text"])]


def _asked(case: dict[str, Any], key: str) -> list[object]:
    return [(one[key], *one["indices"]) if key else one for one in case["expected"]]


def test_the_entities_of_real_posts(data: Path) -> None:
    """All that Twitter names is found, in place; Twitter names mentions as the account is written.

    What we find besides are names of nobody (Twitter lists only accounts that it knew), addresses
    at its shortener that it lists elsewhere (as it does with pictures), and some without a scheme.
    """
    named, missed, besides = Counter[str](), [], Counter[str]()
    with gzip.open(data / "posts" / "btc-tweets-en.jsonl.gz", "rt", encoding="utf-8") as file:
        for post in map(json.loads, file):
            for kind, found in extract(post["text"])._asdict().items():
                ours = {(text.lower(), start, end) for text, start, end in found}
                theirs = {(text.lower(), start, end) for text, start, end in post[kind]}
                named[kind] += len(theirs)
                missed += sorted(theirs - ours)
                besides.update(_sort(kind, text) for text, _, _ in ours - theirs)
    assert named == {"hashtags": 821, "mentions": 736, "urls": 628}
    assert missed == []
    assert besides == {"mentions": 96, "urls listed elsewhere": 41, "urls without a scheme": 7}


def _sort(kind: str, text: str) -> str:
    if kind != "urls":
        return kind
    return "urls listed elsewhere" if text.startswith("http://t.co/") else "urls without a scheme"


def test_the_entities_of_real_arabic_posts(data: Path) -> None:
    """Their numbers are as first counted; each stands in its place and has a name."""
    counts, names = Counter[str](), dict[str, set[str]]()
    with gzip.open(data / "posts" / "arsarcasm-train-ar.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found = extract(row["tweet"])
            _stand_in_place(row["tweet"])
            counts.update({kind: len(every) for kind, every in found._asdict().items()})
            for tag in found.hashtags:
                names.setdefault(hashtag_name(tag.text), set()).add(tag.text)
    assert counts == {"hashtags": 8725, "mentions": 2904, "urls": 4334}
    assert names["القدس"] == {"القدس", "ﺍﻟﻘﺪﺱ"}
    assert names["اسراييل"] == {"إسرائيل", "اسرائيل"}
    assert {"الوﻻيات_المتحدة", "الولايات_المتّحدة"} < names["الولايات_المتحده"]


def _stand_in_place(text: str) -> None:
    found = extract(text)
    for tag in (*found.hashtags, *found.mentions):
        assert text[tag.start] in "#＃@＠"
        assert text[tag.start + 1 : tag.end] == tag.text
    for url in found.urls:
        assert text[url.start : url.end] == url.text
    spans = sorted((entity.start, entity.end) for every in found for entity in every)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


@given(
    text=st.text()
    | st.lists(st.sampled_from([*HOSTILE, *"# @/.()_٣é\u200c😀&:", "https://", "مرحبا"])).map(
        "".join
    )
)
def test_entities_stand_in_place_and_apart(text: str) -> None:
    _stand_in_place(text)
    found = extract(text)
    assert (hashtags(text), mentions(text), urls(text)) == found
    for tag in found.hashtags:
        assert 0 < len(hashtag_name(tag.text)) <= limits.HASHTAG


@pytest.mark.parametrize("part", HOSTILE)
def test_a_hostile_megabyte_costs_what_its_length_costs(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were any of it quadratic, this would take hours. Each character is classed twice at most."""
    looks = 0

    def counted(character: str) -> str:
        nonlocal looks
        looks += 1
        return unicodedata.category(character)

    monkeypatch.setattr(entities, "category", counted)
    text = part * (1_000_000 // len(part))
    extract(text)
    assert looks <= 2 * len(text)


def test_ten_thousand_mentions_are_found() -> None:
    text = " ".join(f"@user_{number}" for number in range(10_000))
    assert [name.text for name in mentions(text)] == [f"user_{number}" for number in range(10_000)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@alice, @Bob_9! (@carol)", ["alice", "Bob_9", "carol"]),
        ("@محمد و@أحمد_علي، @سارة؟", ["محمد", "أحمد_علي", "سارة"]),
        ("@أحمد٩٩ @أحمد_ @ab @اب", ["أحمد٩٩", "أحمد"]),
        ("@aliceمرحبا @محمدhello", ["alice", "محمد"]),
        ("@" + "a" * 30 + " @" + "b" * 31 + " @" + "ا" * 31, ["a" * 30]),
        ("me@example.com @me@example.social https://example.com/@alice", []),
        ("@josé @jose\u0301", []),
        ("＠alice", ["alice"]),
    ],
)
def test_a_mention_has_the_form_of_a_username(text: str, found: list[str]) -> None:
    assert [entity.text for entity in mentions(text)] == found


@given(name=st.from_regex(r"[A-Za-z0-9_]{3,30}|[ا-غف-ي][ا-غف-ي0-9]{2,29}", fullmatch=True))
def test_whoever_has_a_username_can_be_mentioned(name: str) -> None:
    try:
        normal = username(name, reserved=True)
    except InvalidInput:
        return
    assert [username(one.text, reserved=True) for one in mentions(f"«@{name}»")] == [normal]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#السعودية#قطر", []),
        ("في #تونسhttps://example.com/a", ["تونس"]),
        ("#ـــ #ㅤ #١٢٣ #\u0301\u0301", []),
        ("#\ufe0f\u20e3 #tag", ["tag"]),
        ("&#tag; a#tag", []),
        ("#" + "ا" * 100 + " #" + "ب" * 101, ["ا" * 100]),
        ("#" + "㎞" * 51, []),
    ],
)
def test_hashtags_that_the_suite_does_not_know(text: str, found: list[str]) -> None:
    assert [entity.text for entity in hashtags(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://user:pass@example.com user@example.com", []),
        ("https://example.com@evil.example", []),
        ("javascript://example.com/%0aalert(1)", []),
        ("HTTPS://Example.COM:8443/A?b=c#d.", ["HTTPS://Example.COM:8443/A?b=c#d"]),
        ("https://ar.wikipedia.org/wiki/القاهرة، ثم", ["https://ar.wikipedia.org/wiki/القاهرة"]),
        ("(https://example.com/a_(b)).", ["https://example.com/a_(b)"]),
        ("«https://موقع.وزارة/»", ["https://موقع.وزارة/"]),
        ("http://localhost http://127.0.0.1 http://a", []),
        ("e.g. i.e. 3.14 a.b. file.txt", []),
    ],
)
def test_addresses_that_the_suite_does_not_know(text: str, found: list[str]) -> None:
    assert [entity.text for entity in urls(text)] == found


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("#Café", "cafe"),
        ("＃ＴＡＧ", "tag"),
        ("السعودية", "السعوديه"),
        ("#أي\u200cبي\u200cإم", "ايبيام"),
    ],
)
def test_a_hashtag_has_one_name(written: str, name: str) -> None:
    assert hashtag_name(written) == name == hashtag_name(name)


@pytest.mark.parametrize(
    "written", ["", "#", "##a", "a b", "123", "_", "ـ", "a" * 101, "a#b", "a\n"]
)
def test_what_is_no_hashtag_has_no_name(written: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        hashtag_name(written, field="tag")
    assert refusal.value.context == {"field": "tag"}


@given(tag=st.text(st.characters(categories=["L", "M", "Nd"]), max_size=120))
def test_a_name_is_folded_and_fits_its_column(tag: str) -> None:
    try:
        name = hashtag_name(tag)
    except InvalidInput:
        return
    assert name == fold(name) == hashtag_name(name)
    assert max(len(name), len(tag)) <= limits.HASHTAG
