"""Follows and blocks from published edge lists: plain, undirected, or rated with times."""

import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from re import sub
from typing import Any, TextIO

from skeletal.errors import InvalidInput
from skeletal.management.seeding.accounts import Account, write_accounts
from skeletal.management.seeding.encoding import Encoder
from skeletal.management.seeding.graph import BLOCKS, FOLLOWS
from skeletal.management.seeding.loading import Surroundings
from skeletal.management.seeding.reading import BadRow, digest, number, opened, rows, timely
from skeletal.management.seeding.stream import Stream
from skeletal.management.seeding.timeline import (
    DEFAULT_UNTIL,
    POSTGRES_EPOCH,
    SECOND,
    Series,
    Year,
    identifier,
)

FIRST_NODE, NODES = 960, 56
"""Nodes of ids for graph files; the file's name chooses one."""
SIGN_UP_SHARE = 0.05
"""Where a file has no times, all join in the first part of the year and follow in the rest."""
LONGEST_NAME = 30
SUFFIXES = (".csv", ".csv.gz", ".csv.xz")
BATCH = 4096
SHIFT = 60
"""Two numbers of people make one key: the first above, the second below this bit."""

Edge = tuple[int, int, int, int]
"""Source, target, rating, time in microseconds since 2000 (0: none)."""


def _directed(cells: list[str]) -> Iterator[Edge]:
    yield number(cells[0]), number(cells[1]), 1, 0


def _undirected(cells: list[str]) -> Iterator[Edge]:
    one, other = number(cells[0]), number(cells[1])
    yield one, other, 1, 0
    yield other, one, 1, 0


def _rated(cells: list[str]) -> Iterator[Edge]:
    seconds = float(cells[3])
    if not abs(seconds) < 1e11:
        raise ValueError(f'"{cells[3][:40]}" is not a time')
    since = round(seconds * SECOND) - int(POSTGRES_EPOCH.timestamp()) * SECOND
    yield number(cells[0]), number(cells[1]), int(cells[2]), timely(since)


READERS: dict[str, Callable[[list[str]], Iterator[Edge]]] = {
    "source,target": _directed,
    "a,b": _undirected,
    "source,target,rating,epoch_seconds": _rated,
}


class _Pairs:
    """Edges of one kind in the order of the file; of equal ones the first stays."""

    def __init__(self, kind: str, refused: Counter[str]) -> None:
        self._kind, self._refused = kind, refused
        self.pairs: dict[int, int] = {}
        """The time of each pair; a dict keeps the order."""

    def add(self, source: int, target: int, instant: int) -> None:
        key = source << SHIFT | target
        if source == target:
            self._refused[f"self-{self._kind}"] += 1
        elif key in self.pairs:
            self._refused[f"duplicate {self._kind}"] += 1
        else:
            self.pairs[key] = instant

    def drop_across(self, blocks: "_Pairs") -> None:
        """Refuse each pair of people of whom one blocks the other."""
        for key in blocks.pairs:
            source, target = key >> SHIFT, key & (1 << SHIFT) - 1
            for across in (key, target << SHIFT | source):
                if self.pairs.pop(across, None) is not None:
                    self._refused[f"{self._kind} across a block"] += 1


@dataclass
class GraphFile:
    """The people and edges of one file: a Source."""

    path: Path
    until: date = DEFAULT_UNTIL
    refused: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        if not self.path.name.endswith(SUFFIXES):
            raise InvalidInput(
                f"--graph takes a file ending in {', '.join(SUFFIXES)}, not {self.path}"
            )
        self._digest = digest([self.path])
        self._first_seen: dict[int, int] = {}

    @property
    def stem(self) -> str:
        """The file's name as usernames can hold it."""
        return (
            sub(r"[^a-z0-9]+", "_", self.path.name.partition(".csv")[0].lower()).strip("_")
            or "graph"
        )

    @property
    def name(self) -> str:
        return f"graph:{self.stem}"

    @property
    def year(self) -> Year:
        return Year(self.until, FIRST_NODE + zlib.crc32(self.stem.encode()) % NODES)

    @property
    def marker(self) -> int:
        return identifier(self.year.start, self.year.node, 0)

    @property
    def parameters(self) -> dict[str, Any]:
        return {"identity": {"file digest": self._digest}, "file": self.path.name}

    @property
    def tags(self) -> list[str]:
        return []

    def make(self, stream: Stream, around: Surroundings) -> None:
        """Read the file, then write its people, their blocks and their follows."""
        follows, blocks = _Pairs("follow", self.refused), _Pairs("block", self.refused)
        with opened(self.path) as file:
            timed = self._read(file, follows, blocks)
        follows.drop_across(blocks)
        ids = self._write_people(stream, timed)
        self._write_pairs(stream, BLOCKS, ("blocker_id", "blocked_id"), blocks.pairs, ids)
        self._write_pairs(stream, FOLLOWS, ("follower_id", "followee_id"), follows.pairs, ids)

    def _read(self, file: TextIO, follows: _Pairs, blocks: _Pairs) -> bool:
        """Sort all edges into the two; return whether the file has times."""
        header = file.readline().rstrip("\r\n")
        read = READERS.get(header)
        if read is None:
            known = " or ".join(f'"{known}"' for known in READERS)
            raise BadRow(self.path, 1, f'the header is {known}, not "{header[:60]}"')
        for line, cells in rows(self.path, file, ",", header.count(",") + 1):
            try:
                edges = list(read(cells))
            except ValueError as error:
                raise BadRow(self.path, line, str(error)) from None
            for source, target, rating, instant in edges:
                self._see(source, target, instant)
                if rating == 0:
                    self.refused["rating of zero"] += 1
                else:
                    (follows if rating > 0 else blocks).add(source, target, instant)
        return read is _rated

    def _see(self, source: int, target: int, instant: int) -> None:
        for person in (source, target):
            if instant < self._first_seen.get(person, 1 << 62):
                self._first_seen[person] = instant

    def _write_people(self, stream: Stream, timed: bool) -> dict[int, int]:
        """Return the id of each person by their number in the file."""
        people = sorted(self._first_seen, key=lambda person: (self._first_seen[person], person))
        year, last = self.year, max(people, default=0)
        stem = self.stem[: LONGEST_NAME - 1 - len(str(last))]
        accounts = []
        for index, person in enumerate(people):
            share = SIGN_UP_SHARE * index / len(people)
            joined = self._first_seen[person] if timed else year.moment(share)
            name = f"{stem}_{person}"
            accounts.append(Account(identifier(joined, year.node, index), joined, name, name))
        write_accounts(stream, accounts)
        return {person: account.id for person, account in zip(people, accounts, strict=True)}

    def _write_pairs(
        self,
        stream: Stream,
        encoder: Encoder,
        names: tuple[str, str],
        pairs: dict[int, int],
        ids: dict[int, int],
    ) -> None:
        """Write pairs in order of time; where there is none, in the order of the file."""
        keys = sorted(pairs, key=pairs.__getitem__)
        series = Series(self.year, max(1, len(keys)), SIGN_UP_SHARE)
        below = (1 << SHIFT) - 1
        for first in range(0, len(keys), BATCH):
            batch = keys[first : first + BATCH]
            times = [pairs[key] for key in batch]
            if not times[0]:
                times = series.times(first, first + len(batch))
            stream.add(
                encoder,
                len(batch),
                id=series.ids(first, times),
                created_at=times,
                **{
                    names[0]: [ids[key >> SHIFT] for key in batch],
                    names[1]: [ids[key & below] for key in batch],
                },
            )
