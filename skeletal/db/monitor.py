"""Counts every statement: how often, how long, how many were slow or failed, over all processes.

A statement is known by its fingerprint, which never holds a value: prepared reads bear a name,
other SQL its verb, its first table and a hash of its text with lists of values folded.
"""

import atexit
import logging
import os
import re
from collections.abc import Callable
from hashlib import blake2b
from threading import Lock
from time import perf_counter_ns
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from skeletal import metrics

SLOW = 100_000_000
VERY_SLOW = 1_000_000_000
"""Nanoseconds from which a statement is counted as slow, and logged."""

MOST_FINGERPRINTS = 300
OTHER = "other"
VERB = re.compile(r'\s*(\w+)(?:.*?\b(?:FROM|INTO|UPDATE)\s+"?(\w+)"?)?', re.IGNORECASE | re.DOTALL)
VALUES = re.compile(r"'(?:[^']|'')*'|\b\d+\b")
LISTS = re.compile(r"\((?:\s*%s\s*,)*\s*%s\s*\)(?:\s*,\s*\((?:\s*%s\s*,)*\s*%s\s*\))*")

log = logging.getLogger("daira.queries")
_tallies: "dict[str, Tally]" = {}
_by_text: "dict[str, Tally]" = {}
_lock = Lock()


class Tally:
    """What one statement cost since the last flush; safe between threads."""

    __slots__ = ("calls", "errors", "fingerprint", "lock", "nanoseconds", "slow")

    def __init__(self, fingerprint: str) -> None:
        self.fingerprint = fingerprint
        self.lock = Lock()
        self.calls = self.errors = self.slow = self.nanoseconds = 0

    def record(self, nanoseconds: int) -> None:
        """Count a call that took so long."""
        with self.lock:
            self.calls += 1
            self.nanoseconds += nanoseconds
        if nanoseconds > SLOW:
            self._slow(nanoseconds)

    def fail(self, nanoseconds: int) -> None:
        """Count a call that raised after so long."""
        with self.lock:
            self.errors += 1
        self.record(nanoseconds)

    def take(self) -> metrics.Spent:
        """What was counted since the last call of this, and start anew."""
        with self.lock:
            spent = metrics.Spent(self.calls, self.errors, self.slow, self.nanoseconds / 1e9)
            self.calls = self.errors = self.slow = self.nanoseconds = 0
        return spent

    def _slow(self, nanoseconds: int) -> None:
        with self.lock:
            self.slow += 1
        if nanoseconds > VERY_SLOW:
            log.warning("%s took %d ms", self.fingerprint, nanoseconds // 1_000_000)


def tally(fingerprint: str) -> Tally:
    """The one tally of a fingerprint in this process; of "other" once there are 300."""
    with _lock:
        if fingerprint not in _tallies and len(_tallies) >= MOST_FINGERPRINTS:
            fingerprint = OTHER
        return _tallies.setdefault(fingerprint, Tally(fingerprint))


def count_statements(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
) -> Any:
    """Count what goes through Django's cursors: an `execute_wrapper` of every connection."""
    counted = _tally_of(sql if isinstance(sql, str) else repr(sql))
    started = perf_counter_ns()
    try:
        answer = execute(sql, params, many, context)
    except BaseException:
        counted.fail(perf_counter_ns() - started)
        raise
    counted.record(perf_counter_ns() - started)
    return answer


def watch_created(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Hang the monitor on a connection that was just opened, once."""
    if count_statements not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, count_statements)


def flush() -> None:
    """Add what this process counted to the figures that all processes share."""
    with _lock:
        tallies = list(_tallies.values())
    for counted in tallies:
        if counted.calls:
            metrics.add_statement(counted.fingerprint, counted.take())


def get_metrics() -> dict[str, Any]:
    """Figures of all processes that share PROMETHEUS_MULTIPROC_DIR, else of this one.

    `total`, `slow` (over 100 ms), `errors`, `total_time_ms`, `avg_query_time_ms`,
    `slow_query_percentage`, and under `statements` the same for each fingerprint. No query.
    """
    flush()
    statements = metrics.statements()
    total = metrics.Spent(*map(sum, zip(*statements.values(), strict=True))) if statements else None
    return {
        **_figures(total or metrics.Spent(0, 0, 0, 0.0)),
        "statements": {name: _figures(spent) for name, spent in sorted(statements.items())},
    }


def fingerprint(sql: str) -> str:
    """`select posts 3f2a91bc`: without values, and the same for lists of any length."""
    text = LISTS.sub("(…)", VALUES.sub("?", sql))
    found = VERB.match(text)
    verb, table = found.groups() if found else ("", None)
    digest = blake2b(text.encode(errors="replace"), digest_size=4).hexdigest()
    return " ".join(filter(None, (verb.lower()[:20], table, digest)))


def _tally_of(sql: str) -> Tally:
    found = _by_text.get(sql)
    if found is None:
        found = tally(fingerprint(sql))
        if len(_by_text) < 10 * MOST_FINGERPRINTS:
            _by_text[sql] = found
    return found


def _figures(spent: metrics.Spent) -> dict[str, Any]:
    milliseconds = spent.seconds * 1000
    return {
        "total": int(spent.calls),
        "slow": int(spent.slow),
        "errors": int(spent.errors),
        "total_time_ms": round(milliseconds, 3),
        "avg_query_time_ms": round(milliseconds / spent.calls, 3) if spent.calls else 0.0,
        "slow_query_percentage": round(100 * spent.slow / spent.calls, 2) if spent.calls else 0.0,
    }


def _start_anew_in_child() -> None:
    """What the parent counted is the parent's to flush."""
    for counted in _tallies.values():
        counted.lock = Lock()
        counted.take()


atexit.register(flush)
os.register_at_fork(after_in_child=_start_anew_in_child)
