"""Which keyword filters a text meets."""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from skeletal.errors import InvalidInput
from skeletal.rules.folding import fold

CONTEXTS = ("home", "notifications", "threads", "public")
LONGEST_SHOWN, LONGEST_PHRASE = 100, 200
"""As it was typed, and folded: a character may fold to several."""


class Phrase(Protocol):
    """What a filter looks for."""

    @property
    def phrase(self) -> str: ...

    @property
    def whole_word(self) -> bool: ...


P = TypeVar("P", bound=Phrase)


def folded(text: str) -> str:
    """Return a text as filters compare it: folded, each stretch of white space one blank."""
    return " ".join(fold(text).split())


def phrase(shown: str, *, field: str = "phrase") -> str:
    """Return what a filter looks for, made of what a person typed; raises InvalidInput.

    Something of it must be left, of at most 200 characters.
    """
    made = folded(shown)
    if not 1 <= len(made) <= LONGEST_PHRASE:
        raise InvalidInput(f"folded it must have 1 to {LONGEST_PHRASE} characters", field=field)
    return made


def matching(filters: Iterable[P], text: str) -> list[P]:
    """Return the filters whose phrase the text holds, in their order.

    A whole word begins and ends where no letter, digit, mark or underscore goes on. An end of a
    phrase that is no such character needs no border, nor does one in a script that is written
    without spaces. So "cat" meets "#cat" and not "cats"; "#cat" meets "my#cat"; "猫" meets "猫が".
    """
    compared = folded(text)
    return [one for one in filters if _holds(compared, one)]


def _holds(text: str, wanted: Phrase) -> bool:
    places = _places(text, wanted.phrase)
    if not wanted.whole_word:
        return any(True for _ in places)
    return any(_is_whole(text, start, start + len(wanted.phrase)) for start in places)


def _places(text: str, part: str) -> Iterator[int]:
    start = text.find(part)
    while start >= 0:
        yield start
        start = text.find(part, start + 1)


def _is_whole(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    return not (_goes_on(before, text[start]) or _goes_on(after, text[end - 1]))


def _goes_on(beside: str, edge: str) -> bool:
    return bool(beside) and all(_in_word(one) and not _is_wide(one) for one in (beside, edge))


def _in_word(character: str) -> bool:
    return character == "_" or unicodedata.category(character)[0] in "LMN"


def _is_wide(character: str) -> bool:
    """Han, kana and hangul: their words stand side by side, or carry what follows."""
    return unicodedata.east_asian_width(character) in "WF"
