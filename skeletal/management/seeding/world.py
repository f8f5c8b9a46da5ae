"""A made-up world while it is being made: its sizes, its people, and what they made so far."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from skeletal.management.seeding.encoding import Encoder
from skeletal.management.seeding.loading import Surroundings
from skeletal.management.seeding.stream import Stream
from skeletal.management.seeding.texts import Phrasebook, username
from skeletal.management.seeding.timeline import Series, Year


def numbers() -> "array[int]":
    """An empty list of 64-bit numbers, 8 bytes each."""
    return array("q")


@dataclass(frozen=True)
class Sizes:
    """Rows of the big tables; the others follow from them."""

    users: int
    follows: int
    posts: int
    videos: int
    comments: int
    likes: int
    hashtags: int
    bodies: int
    """How many different texts posts are made from."""


@dataclass
class Things:
    """Rows of one kind in order of time, by number from 0: ids, and whose they are."""

    series: Series
    ids: "array[int]" = field(default_factory=numbers)
    owners: "array[int]" = field(default_factory=numbers)
    """The number of the person who made each."""

    def present(self, share: float) -> int:
        """How many were there at a share of the year, and are known already."""
        return min(len(self.ids), self.series.present(share))


@dataclass
class Notice:
    """Something that a person is told: times in microseconds, people by id."""

    moment: int
    user: int
    actor: int
    kind: str
    subject_type: str
    subject: int


@dataclass
class World:
    """What the chapters of a world share. Each chapter draws from a chance of its own."""

    name: str
    letter: str
    """Marks its names, so that two worlds may stand in one database."""
    seed: int
    year: Year
    sizes: Sizes
    stream: Stream
    around: Surroundings

    def __post_init__(self) -> None:
        sizes = self.sizes
        self.phrases = Phrasebook(self.random("texts"), sizes.hashtags, sizes.bodies)
        self.people = Things(self.series(sizes.users, lag=0.0, power=1.0))
        self.posts = Things(self.series(sizes.posts))
        self.videos = Things(self.series(sizes.videos))
        self.comments = Things(self.series(sizes.comments, lag=0.2))
        self.circles = Things(self.series(max(4, sizes.users // 4), lag=0.04, power=1.0))
        self.blocked: set[tuple[int, int]] = set()
        self.notices: list[Notice] = []
        self.chosen_bodies = numbers()
        self.named_in_posts: list[tuple[int, int]] = []
        self.named_in_comments: list[tuple[int, int]] = []

    def random(self, chapter: str) -> Random:
        """Chance for one chapter, the same in every run with the same seed."""
        return Random(f"{self.name}:{self.seed}:{chapter}")

    def series(self, rows: int, *, lag: float = 0.1, power: float = 2.0) -> Series:
        """Rows over this world's year."""
        return Series(self.year, rows, lag, power)

    def username(self, person: int) -> str:
        """The name under which a person signs in."""
        return username(self.letter, person)

    def add(self, encoder: Encoder, things: list[int], **columns: Iterable[Any]) -> None:
        """Put rows with these ids on the stream."""
        self.stream.add(encoder, len(things), id=things, **columns)

    def notify(self, notices: Iterable[Notice], expected: int) -> None:
        """Keep a sample of `expected` coming notices, at most about 40,000 of a kind."""
        stride = max(1, expected // 40_000)
        for number, notice in enumerate(notices):
            if number % stride == 0 and notice.user != notice.actor:
                self.notices.append(notice)

    def apart(self, first: int, second: int) -> bool:
        """Whether one of two people blocks the other."""
        return (first, second) in self.blocked or (second, first) in self.blocked


def batches(rows: list[tuple[Any, ...]], size: int = 2048) -> Iterator[list[list[Any]]]:
    """Cut rows into batches and turn each into columns."""
    for first in range(0, len(rows), size):
        yield [list(column) for column in zip(*rows[first : first + size], strict=True)]
