"""The words by which a text is found, and what finds them: the same here and in PostgreSQL."""

import re
from collections.abc import Iterable

from skeletal.rules import tables, texts
from skeletal.rules.folding import fold

SEPARATORS = "".join(
    f"\\U{first:08x}-\\U{last:08x}" for first, last in tables.ranges("separators.txt")
)
"""What stands between the brackets of a regular expression, in Python and in PostgreSQL."""

LONGEST_WORD = 511
"""Characters of a word that count: 2,044 bytes at most, and a tsvector holds words of 2,046."""
LONGEST_NAME_WORD = 50
SHORTEST_MISSPELT = 4
"""Letters of a word that may have one letter too many, too few or wrong."""
LONGEST_QUERY = 200

ARTICLES = ("وال", "فال", "بال", "كال", "ال", "لل")
"""The article, and what is written together with it."""
PARTICLES = ("و", "ف", "ب", "ل")
"""And, so, in, for: one letter before the word."""
SHORTEST_STEM = 3
ARABIC = re.compile("[\u0621-\u06d3]+")


_between = re.compile(f"[{SEPARATORS}]+")


def words(text: str) -> list[str]:
    """Return the folded words of a text in their order, each cut after LONGEST_WORD characters.

    Linear in the text. A script that is written without spaces gives long words.
    """
    return [word[:LONGEST_WORD] for word in _between.split(fold(text)) if word]


def query(text: object, *, field: str = "query") -> str:
    """Return the tsquery of what holds all words of `text`, or "" where it has none.

    Each word is meant as it stands: no operator, no wildcard, no stem. One in Arabic is also found
    with the article and the particles that are written onto it, and without the article. Raises
    InvalidInput for what is no text, a longer one, NUL and half of a surrogate pair.
    """
    wanted = dict.fromkeys(words(texts.text(text, field=field, most=LONGEST_QUERY)))
    return " & ".join(f"({' | '.join(map(_quoted, _forms(word)))})" for word in wanted)


def misspelt(name: str) -> str:
    """Return the tsquery of names with all words of a folded `name`, one letter of each amiss.

    One letter more, less or other, or two that changed places, in words of four letters or more:
    two such words are equal once at most one letter is left out of each.
    """
    wanted = dict.fromkeys(word[:LONGEST_NAME_WORD] for word in words(name))
    return " & ".join(f"({' | '.join(map(_quoted, _lacking(word)))})" for word in wanted)


def _lacking(word: str) -> Iterable[str]:
    """A word, and what is left of it without one letter."""
    if len(word) < SHORTEST_MISSPELT:
        return [word]
    places = range(len(word), -1, -1)
    return dict.fromkeys(word[:place] + word[place + 1 :] for place in places)


def likeness(one: str, other: str) -> float:
    """How alike two folded names are, from 0 to 1: the part of all trigrams that both have."""
    first, second = _trigrams(one), _trigrams(other)
    return len(first & second) / (len(first | second) or 1)


def _trigrams(name: str) -> set[str]:
    """Each three letters of a word, which two blanks go before and one follows."""
    padded = (f"  {word} " for word in words(name))
    return {word[place : place + 3] for word in padded for place in range(len(word) - 2)}


def _quoted(word: str) -> str:
    """A word holds neither quote nor backslash: both part words."""
    return f"'{word}'"


def _forms(word: str) -> Iterable[str]:
    stem = _without_article(word) if ARABIC.fullmatch(word) else ""
    if len(stem) < SHORTEST_STEM:
        return [word]
    return dict.fromkeys([word, stem, *(before + stem for before in (*ARTICLES, *PARTICLES))])


def _without_article(word: str) -> str:
    for article in ARTICLES:
        if word.startswith(article) and len(word) >= len(article) + SHORTEST_STEM:
            return word.removeprefix(article)
    return word
