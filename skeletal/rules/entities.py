"""Finds what a text names: hashtags, people and web addresses, and where they stand.

What counts follows Twitter, whose conformance suite the tests run: offsets count code points, a
name ends where letters end. `docs/text.md` says where we differ. All of it is linear in the text:
each character is looked at a bounded number of times.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple
from unicodedata import category

from skeletal.errors import InvalidInput
from skeletal.rules import limits, usernames
from skeletal.rules.folding import fold

LONGEST_HOST = 253
LONGEST_LABEL = 63


class Entity(NamedTuple):
    """What is named, as written and without its sign; `start` is the sign's place."""

    text: str
    start: int
    end: int


class Entities(NamedTuple):
    """All that a text names, each kind in its order."""

    hashtags: tuple[Entity, ...]
    mentions: tuple[Entity, ...]
    urls: tuple[Entity, ...]


def extract(text: str) -> Entities:
    """Find everything at once; what stands within a web address is a part of it."""
    found = urls(text)
    tags = _hashtags(text, {entity.start for entity in found})
    return Entities(_outside(found, tags), _outside(found, _mentions(text)), found)


def hashtags(text: str) -> tuple[Entity, ...]:
    """Find hashtags: # or ＃, then letters, marks, digits and _, one of them a letter.

    It ends where an address with a scheme begins. `hashtag_name` tells which of them are one.
    """
    return extract(text).hashtags


def mentions(text: str) -> tuple[Entity, ...]:
    """Find @ or ＠ before what has the form of a username, whether or not there is such a person.

    `usernames.username` gives its normal form, and refuses some that only look like names.
    """
    return extract(text).mentions


def urls(text: str) -> tuple[Entity, ...]:
    """Find http and https addresses, and those without a scheme whose host is plainly one."""
    return tuple(_urls(text))


def hashtag_name(display: object, *, field: str = "hashtag") -> str:
    """Return the name by which hashtags are one: folded, 1 to 100 characters.

    `display` is a hashtag as written, with or without its sign. Raises InvalidInput for a text
    that is none.
    """
    if not isinstance(display, str):
        raise InvalidInput("a hashtag is a text", field=field)
    tag = display[1:] if display[:1] in SIGNS else display
    if not _is_tag(tag) or _tag_end(tag, 0) != len(tag):
        raise InvalidInput(
            "a hashtag holds 1 to 100 letters, digits and underscores, "
            "at least one of them a letter",
            field=field,
        )
    return fold(tag)


def _outside(taken: Sequence[Entity], found: Iterator[Entity]) -> tuple[Entity, ...]:
    starts = [entity.start for entity in taken]

    def free(entity: Entity) -> bool:
        before = bisect_right(starts, entity.start)
        return before == 0 or taken[before - 1].end <= entity.start

    return tuple(filter(free, found))


# Hashtags

SIGNS = ("#", "＃")
SIGN = re.compile("[#＃](?![#＃])")
WITHIN = frozenset(
    "_\u200c\u200d\ua67e\u05be\u05f3\u05f4～\u301c\u309b\u309c\u30a0・〃\u0f0b\u0f0c·"
)
"""No letters, but parts of words: joiners, Hebrew, Tibetan, Japanese signs, the Catalan dot."""
SELECTORS = ("\ufe0e", "\ufe0f")
"""They end an emoji, and a hashtag may follow it at once."""


def _hashtags(text: str, addresses: Set[int]) -> Iterator[Entity]:
    place = 0
    while sign := SIGN.search(text, place):
        start = sign.start()
        place = end = _tag_end(text, sign.end())
        if text.startswith("://", end):
            end = next((end - size for size in (4, 5) if end - size in addresses), end)
        if _may_begin(text, start) and not text.startswith((*SIGNS, "://"), end):
            tag = text[start + 1 : end]
            if _is_tag(tag):
                yield Entity(tag, start, end)


def _may_begin(text: str, start: int) -> bool:
    before = text[start - 1 : start]
    if text.startswith(("\ufe0f", "\u20e3"), start + 1):
        return False  # the keycap #️⃣
    return before in SELECTORS or not before or not (before == "&" or _in_tag(before))


def _tag_end(text: str, place: int) -> int:
    while place < len(text) and _in_tag(text[place]):
        place += 1
    return place


def _in_tag(character: str) -> bool:
    kind = category(character)
    return kind[0] in "LM" or kind == "Nd" or character in WITHIN


def _is_tag(tag: str) -> bool:
    if not 0 < len(tag) <= limits.HASHTAG:
        return False
    name = fold(tag)
    return len(name) <= limits.HASHTAG and any(map(str.isalpha, name))


# Mentions

BEFORE_NAME = "(?:(?<![A-Za-z0-9_!#$%&*@＠])|(?<=[Rr][Tt])(?<![A-Za-z0-9_][Rr][Tt]))"
LATIN_LETTERS = "\u00c0-\u024f\u1e00-\u1eff"
ACCENTS = f"{LATIN_LETTERS}\u0300-\u036f"
"""Latin letters and marks that no username holds: what they continue is no name."""
NAME = re.compile(
    f"{BEFORE_NAME}[@＠]"
    f"([A-Za-z0-9_]++(?![{ACCENTS}])|[{usernames.ARABIC}][{usernames.ARABIC}0-9٠-٩۰-۹_]*+)"
    "(?![@＠]|://)"
)


def _mentions(text: str) -> Iterator[Entity]:
    for match in NAME.finditer(text):
        name = match[1] if match[1].isascii() else match[1].rstrip("_")
        if usernames.SHORTEST <= len(name) <= usernames.LONGEST:
            yield Entity(name, match.start(), match.start() + 1 + len(name))


# Web addresses

BEFORE_URL = f"(?<![A-Za-z0-9@＠$#＃{ACCENTS}])"
BARE = f"[A-Za-z0-9{LATIN_LETTERS}-]"
PATH = r"""[^\s()<>"`{}^\\\x00-\x20\x7f«»،؛؟\u2000-\u2012\u2014-\U0010ffff]"""
"""What an address may go on with: ASCII, –, and letters of scripts that set spaces around it."""
TRAILING = "!*';:,.$%[]~@|?&"
"""What ends a sentence rather than an address."""
ADDRESS = re.compile(
    f"{BEFORE_URL}(?:(?P<scheme>https?://)(?P<host>[\\w.-]++)"
    f"|(?<![_./:+-])(?P<bare>{BARE}++(?:\\.{BARE}++)++))",
    re.IGNORECASE,
)
REST = re.compile(rf"(?::[0-9]{{1,5}}+)?(?P<path>[/?#](?:{PATH}++|\({PATH}{{0,200}}+\))*+)?")
GENERIC = frozenset(("com", "edu", "gov", "info", "int", "mil", "net", "org"))
"""Top-level domains that are believed without a scheme; those of countries only with a path."""
MIXED = re.compile(r"(?<=\.)([A-Za-z]++)(?=[^\W\d_A-Za-z])")
LABEL = re.compile(r"(?!xn--.*[^\x00-\x7f])[^\W_](?:[\w-]*[^\W_])?", re.IGNORECASE)
TOP = re.compile(r"[A-Za-z]{2,}|xn--[A-Za-z0-9-]*[A-Za-z0-9]|[^\W\d_\x00-\x7f]{2,}", re.IGNORECASE)


def _urls(text: str) -> Iterator[Entity]:
    place = 0
    while found := ADDRESS.search(text, place):
        place = found.end()
        group = "host" if found["scheme"] else "bare"
        host = _cut(found[group])
        end = found.start(group) + len(host)
        rest = REST.match(text, end)
        path = (rest["path"] or "") if rest else ""
        if text.startswith(("@", "＠"), end) or not _is_host(host, bool(found["scheme"]), path):
            continue
        place = end = _end(rest, path) if rest else end
        yield Entity(text[found.start() : end], found.start(), end)


def _cut(host: str) -> str:
    """The host before text that follows it with no space: `example.comです`."""
    for mixed in MIXED.finditer(host):
        if mixed[1].lower() in GENERIC:
            return host[: mixed.end()]
    return host.rstrip(".")


def _end(rest: re.Match[str], path: str) -> int:
    return rest.end() - (len(path) - len(path.rstrip(TRAILING)))


def _is_host(host: str, with_scheme: bool, path: str) -> bool:
    *labels, top = host.split(".")
    if not labels or len(host) > LONGEST_HOST or not TOP.fullmatch(top):
        return False
    if not with_scheme and not _is_plain(labels, top, path):
        return False
    return "_" not in labels[-1] and all(
        len(label) <= LONGEST_LABEL and LABEL.fullmatch(label) for label in labels
    )


def _is_plain(labels: Sequence[str], top: str, path: str) -> bool:
    """Whether a host is meant though no scheme says so."""
    if top.lower() in GENERIC:
        return True
    return len(top) == 2 and (labels[0].lower() == "www" or path.startswith("/"))
