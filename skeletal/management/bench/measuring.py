"""Interleaved timing: in each round every contender answers the same calls, one after another.

Rounds are short, so that what disturbs one contender mostly disturbs the others of its round too:
contenders are compared round by round, and the middle of these ratios counts.
"""

import gc
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise, permutations
from pathlib import Path
from statistics import median, quantiles
from typing import Any

Call = Callable[[Any], Any]


@dataclass
class Series:
    """What the rounds of one contender cost, in microseconds a call."""

    wall: list[float] = field(default_factory=list)
    client: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    calls: list[float] = field(default_factory=list)

    def quiet(self, what: str) -> float:
        """The lower quartile of the rounds: what other work on the machine disturbs least."""
        rounds = sorted(getattr(self, what))
        return float(rounds[len(rounds) // 4]) if rounds else 0.0

    def to(self, other: "Series", what: str) -> float:
        """How many times the other's cost in the same round: the median of all rounds."""
        rounds = zip(getattr(self, what), getattr(other, what), strict=True)
        return float(median(ours / theirs for ours, theirs in rounds))

    def percentile(self, percent: int) -> float:
        """Of all single calls, in microseconds."""
        return quantiles(self.calls, n=100)[percent - 1] if len(self.calls) > 1 else 0.0


@dataclass(frozen=True)
class Contender:
    """A way to answer a call, and the server process that answers it."""

    name: str
    call: Call
    backend: int
    calls: int


def _nothing() -> None:
    """After a read there is nothing to be done."""


def interleave(
    contenders: list[Contender],
    asks: list[Any],
    rounds: int,
    after: Callable[[], object] = _nothing,
) -> dict[str, Series]:
    """Run `rounds` rounds; the first call of each contender in a round is not counted.

    Each round goes on in the list of asks where the last one ended, and another order of the
    contenders has its turn; who makes fewer calls takes them from the whole of the round's.
    `after` runs, uncounted, once a contender has had its turn. The last ask is the uncounted one.
    """
    series = {contender.name: Series() for contender in contenders}
    orders = list(permutations(contenders))
    most = max(contender.calls for contender in contenders)
    first, counted = asks[-1], asks[:-1] or asks
    with _set_aside(), _apart(contender.backend for contender in contenders):
        for number in range(rounds):
            asked = [counted[(number * most + n) % len(counted)] for n in range(most)]
            for contender in orders[number % len(orders)]:
                chosen = asked[:: most // contender.calls][: contender.calls]
                _measure(contender, first, chosen, series[contender.name])
                after()
    return series


@contextmanager
def _set_aside() -> Iterator[None]:
    """What was there before is not looked at by the collector, which so takes little time."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _apart(backends: Iterable[int]) -> Iterator[None]:
    """This thread on one processor and the server's processes on another.

    To wake the other side then costs all contenders the same; left alone, the system may keep one
    of them for long where it is woken in half the time. Where it cannot be told, it is left alone.
    """
    before: dict[int, set[int]] = {}
    with suppress(OSError, AttributeError):
        first, *_, last = sorted(os.sched_getaffinity(0)) * 2
        for process, core in ((0, first), *((backend, last) for backend in set(backends))):
            before[process] = os.sched_getaffinity(process)
            os.sched_setaffinity(process, {core})
    try:
        yield
    finally:
        for process, cores in before.items():
            with suppress(OSError):
                os.sched_setaffinity(process, cores)


def server_ns(backend: int) -> int | None:
    """Nanoseconds that a server process on this machine spent on a processor."""
    try:
        return int(Path(f"/proc/{backend}/schedstat").read_text(encoding="ascii").split()[0])
    except OSError:
        return None


def _measure(contender: Contender, first: Any, asks: list[Any], series: Series) -> None:
    call, clock = contender.call, time.perf_counter_ns
    gc.collect()
    call(first)
    server, client = server_ns(contender.backend), time.process_time_ns()
    marks = [clock()]
    for ask in asks:
        call(ask)
        marks.append(clock())
    spent = time.process_time_ns() - client
    after = server_ns(contender.backend)
    series.calls += [(b - a) / 1000 for a, b in pairwise(marks)]
    series.wall.append((marks[-1] - marks[0]) / 1000 / len(asks))
    series.client.append(spent / 1000 / len(asks))
    if server is not None and after is not None:
        series.server.append((after - server) / 1000 / len(asks))
