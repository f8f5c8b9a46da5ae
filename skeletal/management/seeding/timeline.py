"""When things happened: rows of a table spread over a year, denser towards its end."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from skeletal.db import ids
from skeletal.errors import InvalidInput

DEFAULT_UNTIL = date(2026, 1, 1)
"""A constant, so that two seeds on two days are equal."""
YEAR = timedelta(days=365)
SECOND = 1_000_000
DAY = 86_400 * SECOND
POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
IDS_EPOCH = (ids.EPOCH - POSTGRES_EPOCH) // timedelta(microseconds=1)
CHUNK_ROWS = 2048


def micros(moment: datetime) -> int:
    """Microseconds from 2000-01-01 UTC to `moment`, as PostgreSQL stores times."""
    return (moment - POSTGRES_EPOCH) // timedelta(microseconds=1)


def identifier(moment: int, node: int, index: int) -> int:
    """Build the id of row number `index`, made at `moment` (microseconds since 2000)."""
    return ids.compose((moment - IDS_EPOCH) // 1000, node, index)


def read_until(value: str) -> date:
    """Read "today" or an ISO date from 2011 on, not in the future; raises InvalidInput."""
    today = datetime.now(UTC).date()
    if value == "today":
        return today
    try:
        until = date.fromisoformat(value)
    except ValueError:
        raise InvalidInput(f'--until takes an ISO date or "today", not "{value}"') from None
    if not date(2011, 1, 1) <= until <= today:
        raise InvalidInput(f"--until lies between 2011-01-01 and today, {value} does not")
    return until


@dataclass(frozen=True)
class Year:
    """The year before `until`, and the node that marks the ids of its rows."""

    until: date
    node: int

    @property
    def end(self) -> int:
        return micros(datetime(self.until.year, self.until.month, self.until.day, tzinfo=UTC))

    @property
    def start(self) -> int:
        return self.end - YEAR // timedelta(microseconds=1)

    def moment(self, share: float) -> int:
        """The time at a share (0 to 1) of the year."""
        return self.start + int((self.end - self.start) * share)


@dataclass(frozen=True)
class Series:
    """`rows` rows in order of time, from the share `lag` of the year to its end.

    By the share s of the time since `lag`, s to the power of `power` of them are made: 1 is
    even growth, 2 doubles the rate by the end.
    """

    year: Year
    rows: int
    lag: float = 0.0
    power: float = 2.0

    def share(self, index: int) -> float:
        """At which share of the year row `index` is made."""
        return float(self.lag + (1 - self.lag) * ((index + 0.5) / self.rows) ** (1 / self.power))

    def present(self, share: float) -> int:
        """How many rows are surely made before a share of the year."""
        since = max(0.0, (share - self.lag) / (1 - self.lag))
        return int(min(self.rows, max(0, math.floor(self.rows * since**self.power - 0.5))))

    def times(self, first: int, last: int) -> list[int]:
        """The times of rows `first` to `last` (excluded), ascending."""
        return self.times_of(range(first, last))

    def times_of(self, indices: Iterable[int]) -> list[int]:
        """The times of some rows."""
        root, rows, year = 1 / self.power, self.rows, self.year
        begin = year.moment(self.lag)
        span = year.end - begin
        return [begin + int(span * ((index + 0.5) / rows) ** root) for index in indices]

    def ids(self, first: int, times: list[int]) -> list[int]:
        """The ids of rows from `first` on, made at `times`."""
        compose, node = ids.compose, self.year.node
        return [
            compose((moment - IDS_EPOCH) // 1000, node, index)
            for index, moment in enumerate(times, first)
        ]

    def chunks(self) -> Iterator[tuple[int, int]]:
        """Cut the rows into ranges small enough for time to stand still within one."""
        size = min(CHUNK_ROWS, max(8, self.rows // 64))
        for first in range(0, self.rows, size):
            yield first, min(first + size, self.rows)
