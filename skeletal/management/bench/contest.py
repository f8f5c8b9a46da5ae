"""One run: the world, equal answers, then times, depth, throughput and memory."""

import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any, cast

import psycopg
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.models import Max

from skeletal.actions.counters import sweep
from skeletal.errors import DairaError, Forbidden, NotFound
from skeletal.management.bench import answers, depth, memory
from skeletal.management.bench.cases import CASES, Case
from skeletal.management.bench.crowd import Made, calls_per_second
from skeletal.management.bench.measuring import Contender, Series, interleave
from skeletal.management.bench.report import Line, Report
from skeletal.management.bench.subjects import Ask, Subjects, choose
from skeletal.management.bench.writes import WRITES, WriteCase
from skeletal.models import OutboxEvent
from skeletal.queries import content, feed

OURS, FLOOR, ORDINARY = "ours", "floor", "ordinary"
CROWD, CROWD_SECONDS = 50, 3.0
Tell = Callable[[str], object]


class DifferentAnswers(DairaError):
    """Two contenders do not answer alike: their times would mean nothing."""

    code = "different_answers"


def run(
    world: str, *, rounds: int = 8, calls: int = 200, names: list[str] | None = None, tell: Tell
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
        rows = [self._equal(case, ask) for ask in asks[:20]]
        series = interleave(self._contenders(case), asks, self.rounds)
        return _line(case, series, sum(rows) / len(rows))

    def write(self, case: WriteCase) -> Line:
        """Compare what the contenders tell, then time a write with its commit.

        What was told is taken away again. Raises DifferentAnswers.
        """
        last = _last_fact()
        asks = self._found(case, [a for a in self.subjects.asks(case.asks) if not case.stands(a)])
        try:
            self._tell_alike(case, asks[0])
            return _line(case, interleave(self._contenders(case), asks, self.rounds), 1)
        finally:
            OutboxEvent.objects.filter(id__gt=last).delete()
            sweep()

    def _tell_alike(self, case: WriteCase, ask: Ask) -> None:
        told = {}
        for contender in self._contenders(case):
            last = _last_fact()
            contender.call(ask)
            facts = OutboxEvent.objects.filter(id__gt=last).order_by("id")
            told[contender.name] = list(facts.values_list("name", "aggregate_id", "actor_id"))
        if len({str(facts) for facts in told.values()}) > 1 or not told[OURS]:
            raise DifferentAnswers(f"{case.name}: after {ask} the outbox tells {told}")

    def depths(self) -> list[depth.Depth]:
        few, heavy = self.subjects.few, self.subjects.heavy
        lists: dict[str, depth.Read] = {
            "feed of a reader of 10": lambda cursor: feed.get_user_feed(few, cursor),
            "feed of a reader of 1,500": lambda cursor: feed.get_user_feed(heavy, cursor),
            "public posts": lambda cursor: content.list_public_posts(cursor, viewer_id=heavy),
        }
        found = []
        for name, read in lists.items():
            found += depth.measure(name, read, _backend(), self.rounds)
        return found

    def throughput(self) -> dict[str, float]:
        """Calls a second of one process: 8 threads against the floor's, and 50 connections."""
        case = CASES[0]
        asks = self._asks(case)
        contenders: dict[str, Made] = {
            OURS: lambda: nullcontext(case.ours),
            FLOOR: lambda: _floor_call(case),
        }
        found = {}
        for threads in (8, CROWD):
            for name, made in contenders.items():
                label = f"{case.name}, {threads} threads, {name}"
                found[label] = calls_per_second(threads, CROWD_SECONDS, made, asks)
        return found

    def _asks(self, case: Case) -> list[Ask]:
        return self._found(case, self.subjects.asks(case.asks))

    def _found(self, case: Case | WriteCase, asks: list[Ask]) -> list[Ask]:
        """Calls that find something: whoever is blocked or suspended is not found."""
        found = []
        for ask in asks:
            with suppress(NotFound, Forbidden):
                case.ours(ask)
                found.append(ask)
        return found

    def _contenders(self, case: Case | WriteCase) -> list[Contender]:
        floor = self.link.info.backend_pid
        return [
            Contender(OURS, case.ours, _backend(), self.calls),
            Contender(FLOOR, lambda ask: case.floor(self.cursor, ask), floor, self.calls),
            Contender(ORDINARY, case.ordinary, _backend(), self.calls // 10),
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
        wall_to_floor=ours.quiet("wall") / floor.quiet("wall"),
        client_to_floor=ours.quiet("client") / floor.quiet("client"),
        orm_wall=ordinary.quiet("wall") / ours.quiet("wall"),
        orm_client=ordinary.quiet("client") / ours.quiet("client"),
    )


def _last_fact() -> int:
    return OutboxEvent.objects.aggregate(last=Max("id"))["last"] or 0


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
