"""Texts of our own making, long and tiny, Arabic and English, with tags, marks and emoji."""

from dataclasses import dataclass
from random import Random

from skeletal.management.seeding import words
from skeletal.management.seeding.encoding import text, text_array
from skeletal.rules.entities import hashtag_name

LONGEST = 4800
"""Leaves room for two names within the 5,000 characters of a post."""
LONG_COMMENT = 1800

TAGS = (0, 1, 0, 2, 0, 1, 0, 3)
"""How many hashtags a text bears: seven for each eight texts."""


@dataclass(frozen=True)
class Body:
    """A text ready for use: its bytes, the numbers of its tags, and two encoded fields."""

    content: bytes
    tags: tuple[int, ...]
    tag_field: bytes
    language_field: bytes


@dataclass(frozen=True)
class Tag:
    """A hashtag: folded, and as written."""

    name: str
    shown: str


def username(letter: str, person: int) -> str:
    """A name that no two people of two worlds share."""
    return f"{words.FIRST_NAMES[person % len(words.FIRST_NAMES)]}_{letter}{person}"


def shown_name(person: int) -> str:
    """A first and a family name; many people bear the same."""
    first = words.SHOWN_NAMES[person % len(words.SHOWN_NAMES)]
    return f"{first} {words.FAMILY_NAMES[person * 7 // 3 % len(words.FAMILY_NAMES)]}"


def make_tags(count: int) -> list[Tag]:
    """Return `count` different tags, Arabic and English, the same in every world."""
    tags = []
    for number in range(count):
        first = words.TAG_FIRST[number % len(words.TAG_FIRST)]
        turn = number // len(words.TAG_FIRST)
        seconds = words.TAG_SECOND if first.isascii() else words.TAG_SECOND_ARABIC
        second = "" if turn == 0 else ("_" * (not first.isascii())) + seconds[turn % len(seconds)]
        again = turn // len(seconds)
        shown = f"{first}{second}{again or ''}"
        tags.append(Tag(hashtag_name(shown), shown))
    return tags


class Phrasebook:
    """All texts of a world, made once; rows choose among them."""

    def __init__(self, rng: Random, tags: int, bodies: int) -> None:
        self._rng = rng
        self.tags = make_tags(tags)
        self.bodies = [self._body(number) for number in range(bodies)]
        self.remarks = [self._remark(number).encode() for number in range(max(64, bodies // 2))]
        self.bios = ["", *(self.sentence(number)[:300] for number in range(40))]

    def sentence(self, number: int) -> str:
        """One sentence: Arabic for odd numbers, English for even, sometimes of both."""
        source, other = (
            (words.ARABIC, words.ENGLISH) if number % 2 else (words.ENGLISH, words.ARABIC)
        )
        choice = self._rng.choice
        said = choice(words.MARKS) + choice(source).strip()
        if self._rng.random() < 0.15:
            said += f" {choice(other).strip()}"
        return said + choice(words.EMOJI)

    def _body(self, number: int) -> Body:
        chosen = self._choose_tags(number)
        said = self._said(number)
        for tag in chosen:
            said += f" #{self.tags[tag].shown}"
        names = [self.tags[tag].name for tag in chosen]
        return Body(said.encode(), chosen, text_array(names), text("ar" if number % 2 else "en"))

    def _choose_tags(self, number: int) -> tuple[int, ...]:
        """None, one, two or three different tags, the first ones most often."""
        if number % 20 == 7:
            return ()
        drawn = [
            int(len(self.tags) * self._rng.random() ** 3) for _ in range(TAGS[number % len(TAGS)])
        ]
        return tuple(dict.fromkeys(drawn))

    def _said(self, number: int) -> str:
        if number % 20 == 7:
            return words.TINY[number // 20 % len(words.TINY)]
        if number % 200 == 13:
            return self._long(number, LONGEST)
        return ". ".join(self.sentence(number) for _ in range(1 + number % 3))

    def _remark(self, number: int) -> str:
        if number % 5 == 2:
            return words.TINY[number // 5 % len(words.TINY)]
        if number % 300 == 31:
            return self._long(number, LONG_COMMENT)
        return self.sentence(number)

    def _long(self, number: int, length: int) -> str:
        paragraphs: list[str] = []
        while sum(map(len, paragraphs)) + 2 * len(paragraphs) < length - 250:
            paragraphs.append(". ".join(self.sentence(number) for _ in range(2)))
        return "\n\n".join(paragraphs)
