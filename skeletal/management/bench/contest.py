"""One run: the world, equal answers, then times, depth, throughput and memory."""

import os
import platform
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from itertools import chain, product
from statistics import median
from typing import Any, cast

import psycopg
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from skeletal.actions.counters import sweep
from skeletal.cache.feeds import RESTS
from skeletal.errors import DairaError, Forbidden, NotFound
from skeletal.management.bench import answers, depth, feeds, memory
from skeletal.management.bench.cases import CASES, Case
from skeletal.management.bench.crowd import Made, calls_per_second
from skeletal.management.bench.measuring import Call, Contender, Series, interleave
from skeletal.management.bench.report import Line, Report
from skeletal.management.bench.subjects import ASKS, Ask, Subjects, choose
from skeletal.management.bench.traces import Found, Traces
from skeletal.management.bench.writes import WRITES, Way, WriteCase
from skeletal.queries import content, feed

OURS, FLOOR, ORDINARY = "ours", "floor", "ordinary"
CROWD, CROWD_SECONDS, TURNS = 50, 2.0, 3
HOUR = 3600.0
LONGER = 5
"""A turn of a write is so many times as long as a read's: what it leaves is removed after it."""
ALIKE = 3
"""Asks of a write whose rows are compared."""
Tell = Callable[[str], object]


class DifferentAnswers(DairaError):
    """Two contenders do not answer alike: their times would mean nothing."""

    code = "different_answers"


def run(
    world: str, *, rounds: int = 40, calls: int = 40, names: list[str] | None = None, tell: Tell
) -> Report:
    """Measure the reads in `names`, or all, `calls` times a round; raises DifferentAnswers."""
    subjects = choose()
    with _floor_connection() as link:
        bench = _Bench(subjects, link, rounds, calls)
        report = Report(world, machine())
        for case in CASES:
            if not names or case.name in names:
                report.lines.append(bench.line(case))
                tell(case.name)
        for write in WRITES:
            if not names or write.name in names:
                report.writes.append(bench.write(write))
                tell(write.name)
        if not names:
            report.depths = bench.depths()
            report.feeds = feeds.measure(_backend(), rounds)
            report.memory = memory.now(_backend())
            report.throughput = bench.throughput()
    return report


def machine() -> str:
    """What the figures were measured on."""
    wrapper = cast("DatabaseWrapper", connections["default"])
    wrapper.ensure_connection()
    version = wrapper.connection.info.parameter_status("server_version")
    cores = os.cpu_count()
    return f"{cores} cores, PostgreSQL {version}, Python {platform.python_version()}"


class _Bench:
    """The contenders over one connection each."""

    def __init__(
        self, subjects: Subjects, link: "psycopg.Connection[Any]", rounds: int, calls: int
    ) -> None:
        self.subjects, self.link = subjects, link
        self.rounds, self.calls = rounds, calls
        self.cursor = link.cursor(binary=True)

    def line(self, case: Case) -> Line:
        asks = self._asks(case)
        rows = [self._equal(case, ask) for ask in filter(case.settled, asks[:20])]
        if not rows:
            raise DifferentAnswers(f"{case.name}: no call has one right answer alone")
        series = interleave(self._contenders(case), asks, self.rounds)
        return _line(case, series, sum(rows) / len(rows))

    def write(self, case: WriteCase) -> Line:
        """Compare what the contenders do, then time a write with its commit.

        The world is afterwards as it was. Raises DifferentAnswers.
        """
        before = Traces()
        try:
            prepared = self._prepared(case)
            ready = Traces()
            asks = self._found(case.ours.call, prepared)
            ready.remove()
            for ask in asks[:ALIKE]:
                self._alike(case, ask, before, ready)
            rounds = max(self.rounds // LONGER, 1)
            series = interleave(self._writers(case), asks, rounds, ready.remove)
            return _line(case, series, 1)
        finally:
            before.remove()
            sweep()

    def _prepared(self, case: WriteCase) -> list[Ask]:
        number = max(ASKS, 2 * LONGER * self.calls) if case.once else ASKS
        prepared = []
        for ask in self.subjects.asks(case.asks, number):
            with suppress(NotFound, Forbidden):
                if not case.stands(ask):
                    prepared.append(case.prepare(ask))
        return prepared

    def _alike(self, case: WriteCase, ask: Ask, before: Traces, ready: Traces) -> None:
        """Compare the rows that stand when the thing is done, and when it is undone."""
        untouched, wanted = before.found(), list[Found]()
        for name, way in self._ways(case).items():
            made = way.do(ask)
            found = [before.found()]
            if way.undo is not None:
                way.undo(ask, made)
                found.append(before.found())
            ready.remove()
            wanted = wanted or found
            _require_alike(f"{case.name}: {name}", ask, wanted, found)
        if wanted[0] == untouched:
            raise DifferentAnswers(f"{case.name}: after {ask} all is as before")

    def depths(self) -> list[depth.Depth]:
        """Of feeds by plain SQL: a window has no deep pages."""
        few, heavy = self.subjects.few, self.subjects.heavy
        lists: dict[str, depth.Read] = {
            "feed of a reader of 10": lambda cursor: feed.get_user_feed(few, cursor),
            "feed of a reader of 1,500": lambda cursor: feed.get_user_feed(heavy, cursor),
            "public posts": lambda cursor: content.list_public_posts(cursor, viewer_id=heavy),
        }
        for reader in (few, heavy):
            RESTS.rest(reader, HOUR)
        try:
            measured = [
                depth.measure(name, read, _backend(), self.rounds) for name, read in lists.items()
            ]
        finally:
            RESTS.clear()
        return list(chain.from_iterable(measured))

    def throughput(self) -> dict[str, float]:
        """Calls a second of one process: 8 threads against the floor's, and 50 connections.

        The median of three turns each, in turn.
        """
        case = CASES[0]
        asks = self._asks(case)
        contenders: dict[str, Made] = {
            OURS: lambda: nullcontext(case.ours),
            FLOOR: lambda: _floor_call(case),
        }
        found = defaultdict[str, list[float]](list)
        for threads, (name, made) in product((8, CROWD) * TURNS, contenders.items()):
            label = f"{case.name}, {threads} threads, {name}"
            found[label].append(calls_per_second(threads, CROWD_SECONDS, made, asks))
        return {label: float(median(rates)) for label, rates in found.items()}

    def _asks(self, case: Case) -> list[Ask]:
        return self._found(case.ours, self.subjects.asks(case.asks))

    def _found(self, ours: Call, asks: list[Ask]) -> list[Ask]:
        """Calls that find something: whoever is blocked or suspended is not found."""
        found = []
        for ask in asks:
            with suppress(NotFound, Forbidden):
                ours(ask)
                found.append(ask)
        return found

    def _contenders(self, case: Case) -> list[Contender]:
        ways = (case.ours, partial(case.floor, self.cursor), case.ordinary)
        return self._three(self.calls, *ways)

    def _writers(self, case: WriteCase) -> list[Contender]:
        ways = self._ways(case)
        return self._three(LONGER * self.calls, *(way.call for way in ways.values()))

    def _ways(self, case: WriteCase) -> dict[str, Way]:
        do, undo = case.floor
        floor = Way(partial(do, self.cursor), undo and partial(undo, self.cursor))
        return {OURS: case.ours, FLOOR: floor, ORDINARY: case.ordinary}

    def _three(self, calls: int, ours: Call, floor: Call, ordinary: Call) -> list[Contender]:
        return [
            Contender(OURS, ours, _backend(), calls),
            Contender(FLOOR, floor, self.link.info.backend_pid, calls),
            Contender(ORDINARY, ordinary, _backend(), max(calls // 10, 1)),
        ]

    def _equal(self, case: Case, ask: Ask) -> int:
        """Compare the three answers; return the number of rows."""
        ours = answers.ours(case.ours(ask))
        others = {
            FLOOR: case.floor(self.cursor, ask),
            ORDINARY: answers.ordinary(case.ordinary(ask), case.name == "get_following_list"),
        }
        for name, rows in others.items():
            wanted = rows[: case.limit or None]
            if (ours != wanted) if case.ordered else (set(map(str, ours)) != set(map(str, wanted))):
                raise DifferentAnswers(f"{case.name}: {name} does not answer {ask} as we do")
        return len(ours)


def _line(case: Case | WriteCase, series: dict[str, Series], rows: float) -> Line:
    ours, floor, ordinary = series[OURS], series[FLOOR], series[ORDINARY]
    return Line(
        name=case.name,
        target_ms=case.target_ms,
        statements=case.statements,
        rows=rows,
        p50=ours.percentile(50),
        p99=ours.percentile(99),
        server=ours.quiet("server"),
        client=ours.quiet("client"),
        wall_to_floor=ours.to(floor, "wall"),
        client_to_floor=ours.to(floor, "client"),
        orm_wall=ordinary.to(ours, "wall"),
        orm_client=ordinary.to(ours, "client"),
        limit=case.limit if isinstance(case, WriteCase) else None,
    )


def _require_alike(who: str, ask: Ask, wanted: list[Found], found: list[Found]) -> None:
    for ours, theirs in zip(wanted, found, strict=True):
        for table, rows in ours.items():
            if rows != theirs[table]:
                sentence = f"after {ask} there are in {table} {theirs[table]}, by ours {rows}"
                raise DifferentAnswers(f"{who} does something else: {sentence}")


@contextmanager
def _floor_call(case: Case) -> Iterator[Callable[[Ask], Any]]:
    with _floor_connection() as link:
        cursor = link.cursor(binary=True)
        yield lambda ask: case.floor(cursor, ask)


def _backend() -> int:
    wrapper = cast("DatabaseWrapper", connections["default"])
    wrapper.ensure_connection()
    return int(wrapper.connection.info.backend_pid)


def _floor_connection() -> "psycopg.Connection[Any]":
    """A connection as one would open it by hand, with the same server settings."""
    parameters = cast("DatabaseWrapper", connections["default"]).get_connection_params()
    for django_only in ("pool", "cursor_factory", "context"):
        parameters.pop(django_only, None)
    return psycopg.connect(**{**parameters, "prepare_threshold": 0}, autocommit=True)
