"""Counts every statement by its shape (calls, errors, slow ones, time) and finds repeated ones.

Each process counts for itself and adds what it counted to the Prometheus counters, which are
summed over processes: after each request, when a second has passed, and at exit. A process that
is killed loses what it counted since. No value of a statement is kept, logged or exported.
"""

import atexit
import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic, perf_counter_ns
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.sql import Composable

from skeletal import metrics
from skeletal.db.fingerprints import CONTROL, fingerprint
from skeletal.errors import RepeatedQuery

SLOW = 100_000_000
"""Nanoseconds above which a statement is counted as slow."""
VERY_SLOW = 1_000_000_000
"""Nanoseconds above which it is also logged."""
FINGERPRINTS = 300
"""Fingerprints that one process counts by name; all further ones count as OTHER."""
OTHER = "other"
REPEATS = 5
"""Times that one request may send one statement before the guard speaks."""
TEXTS, LONGEST = 1_000, 4_096
"""How many texts are remembered with their tally, and up to which length."""
FLUSH_SECONDS = 1.0

log = logging.getLogger("daira.queries")

_lock = threading.Lock()
_tallies: "dict[str, Tally]" = {}
_by_text: "dict[str, Tally]" = {}
_times: dict[str, list[int]] = {}
_failed: dict[str, list[int]] = {}
_due = 0.0
_repeats: ContextVar[Counter[str] | None] = ContextVar("repeats", default=None)


class Tally:
    """What one statement did in this process since the last flush.

    Appending to a list cannot be torn by another thread, so recording takes no lock: 0.12 µs.
    """

    __slots__ = ("_failed", "_times", "fingerprint", "guarded")

    def __init__(self, fingerprint: str, times: list[int], failed: list[int]) -> None:
        self.fingerprint = fingerprint
        self.guarded = fingerprint not in CONTROL
        self._times = times
        self._failed = failed

    def record(self, nanoseconds: int) -> None:
        """Count one call that took so long. Threads lose nothing."""
        self._times.append(nanoseconds)
        if nanoseconds > VERY_SLOW:
            log.warning("%s took %d ms", self.fingerprint, nanoseconds // 1_000_000)
        repeats = _repeats.get()
        if repeats is not None and self.guarded:
            repeats[self.fingerprint] += 1
        if monotonic() > _due:
            flush()

    def fail(self, nanoseconds: int) -> None:
        """Count one call that raised: it counts as a call and as an error."""
        self._failed.append(nanoseconds)
        self.record(nanoseconds)


def tally(fingerprint: str) -> Tally:
    """Return this process's tally of a statement; ask once and keep it.

    Above FINGERPRINTS the tally still knows its fingerprint, but counts as OTHER.
    """
    with _lock:
        label = fingerprint
        if label not in _times and len(_times) >= FINGERPRINTS:
            label = OTHER
        times, failed = _times.setdefault(label, []), _failed.setdefault(label, [])
        if label == OTHER:
            return Tally(fingerprint, times, failed)
        return _tallies.setdefault(label, Tally(fingerprint, times, failed))


def count_statements(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Count one statement of a Django cursor: an execute wrapper, hung on every connection.

    Whoever counts for itself and calls the other wrappers leaves out this one, by identity.
    """
    counted = _tally_of(sql)
    started = perf_counter_ns()
    try:
        answer = execute(sql, params, many, context)
    except Exception:
        counted.fail(perf_counter_ns() - started)
        raise
    counted.record(perf_counter_ns() - started)
    return answer


def watch(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Hang the monitor on a connection, once; `connection_created` calls this at each connect.

    It goes first: `execute_wrapper()` takes its own wrapper off the end of the list.
    """
    if count_statements not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, count_statements)


def flush() -> None:
    """Add what this process counted since the last time to the counters of all processes."""
    global _due
    _due = monotonic() + FLUSH_SECONDS
    with _lock:
        for label, times in _times.items():
            if times:
                took, failed = _drain(times), _drain(_failed[label])
                slow = sum(each > SLOW for each in took) if max(took) > SLOW else 0
                metrics.add_statements(label, len(took), len(failed), slow, sum(took) / 1e9)


def _drain(values: list[int]) -> list[int]:
    """Take what stands in a list to which others may append meanwhile."""
    taken = values[:]
    del values[: len(taken)]
    return taken


def get_metrics() -> dict[str, Any]:
    """Return what all processes counted that share PROMETHEUS_MULTIPROC_DIR, dead ones too.

    Without that folder: what this process counted. `total` (failed ones included), `slow` and
    `errors` are numbers of statements; then `total_time_ms`, `avg_query_time_ms` and
    `slow_query_percentage`. `statements` gives the same by fingerprint. Other processes' last
    second may be missing. Reads files, sends no statement: milliseconds.
    """
    flush()
    sums = metrics.statement_sums()
    names = {name for figures in sums.values() for name in figures}
    whole = {name: sum(figures.get(name, 0) for figures in sums.values()) for name in names}
    return _report(whole) | {"statements": {name: _report(sums[name]) for name in sorted(sums)}}


@contextmanager
def guard(limit: int = REPEATS, *, fatal: bool = True) -> Iterator[None]:
    """Raise RepeatedQuery at the end of the block if it sent a statement more than `limit` times.

    Counts what this thread (or asynchronous task) sends, transaction control left out. With
    `fatal` off it only warns and counts. An error of the block itself is not replaced.
    """
    outer, counts = _repeats.get(), Counter[str]()
    token = _repeats.set(counts)
    try:
        yield
    finally:
        _repeats.reset(token)
        if outer is not None:
            outer.update(counts)
    for name, count in counts.most_common():
        if count > limit:
            _tell_repeated(name, count, limit, fatal=fatal)


def _tell_repeated(name: str, count: int, limit: int, *, fatal: bool) -> None:
    metrics.REPEATED_QUERIES.labels(name).inc()
    sentence = f"{name} was sent {count} times where {limit} are allowed"
    if fatal:
        raise RepeatedQuery(sentence, statement=name, count=count)
    log.warning("%s", sentence)


def _report(figures: dict[str, float]) -> dict[str, float]:
    total, slow, seconds = (figures.get(name, 0) for name in ("calls", "slow", "seconds"))
    return {
        "total": int(total),
        "slow": int(slow),
        "errors": int(figures.get("errors", 0)),
        "total_time_ms": seconds * 1000,
        "avg_query_time_ms": seconds * 1000 / total if total else 0.0,
        "slow_query_percentage": slow * 100 / total if total else 0.0,
    }


def _tally_of(sql: Any) -> Tally:
    text = sql.as_string() if isinstance(sql, Composable) else str(sql)
    found = _by_text.get(text)
    if found is None:
        found = tally(fingerprint(text))
        if len(_by_text) >= TEXTS:
            _by_text.clear()
        if len(text) <= LONGEST:
            _by_text[text] = found
    return found


def _begin_at_zero() -> None:
    """In a forked child: what the parent counted is the parent's to flush,
    and one of its threads may have held the lock."""
    global _lock
    _lock = threading.Lock()
    for values in (*_times.values(), *_failed.values()):
        values.clear()


os.register_at_fork(after_in_child=_begin_at_zero)
atexit.register(flush)
