"""Every Prometheus metric of the skeleton, by name; only this file knows prometheus_client."""

import os
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from prometheus_client import Counter, Gauge, multiprocess

_mark_dead: Any = multiprocess.mark_process_dead  # its own types are missing
_merge: Any = multiprocess.MultiProcessCollector.merge

POOL = Gauge(
    "daira_pool_connections",
    "Connections by state (total, active, idle) and calls waiting, summed over processes",
    ["state"],
    multiprocess_mode="livesum",
)
POOL_ALERTS = Counter(
    "daira_pool_alerts_total", "Times that more than five calls waited for a connection"
)
DATABASE_REFUSALS = Counter(
    "daira_database_refusals_total",
    "Requests answered with 503 because the database could not be used, by cause",
    ["cause"],
)
QUERIES = Counter("daira_queries_total", "Statements sent, failed ones included", ["statement"])
QUERY_ERRORS = Counter("daira_query_errors_total", "Statements that failed", ["statement"])
SLOW_QUERIES = Counter("daira_slow_queries_total", "Statements above 100 ms", ["statement"])
QUERY_SECONDS = Counter("daira_query_seconds_total", "Time spent in statements", ["statement"])
REPEATED_QUERIES = Counter(
    "daira_repeated_queries_total",
    "Requests that sent one statement more than five times; not counted in production",
    ["statement"],
)
TRANSACTION_RETRIES = Counter(
    "daira_transaction_retries_total", "Transactions that ran once more, by cause", ["cause"]
)
UNKNOWN_OUTCOMES = Counter(
    "daira_unknown_outcomes_total", "Connections lost while committing: the work may stand"
)
FAILED_EVENTS = Counter(
    "daira_failed_events_total", "Events whose actions failed and were put off", ["event"]
)
GIVEN_UP_EVENTS = Counter(
    "daira_given_up_events_total",
    "Events that failed in their last attempt and wait for an operator",
    ["event"],
)
FAILED_DRAFTS = Counter(
    "daira_failed_drafts_total", "Drafts that an error other than a rule's kept from publication"
)
CACHE_EVENTS = Counter(
    "daira_cache_events_total",
    "Names looked up (hit, miss, corrupt), written and deleted, and calls that failed (error)",
    ["tier", "event"],
)
CACHE_CALLS = Counter("daira_cache_calls_total", "Round trips to Redis", ["tier"])
CACHE_SECONDS = Counter("daira_cache_seconds_total", "Time spent in round trips", ["tier"])
CACHE_OPEN = Gauge(
    "daira_cache_breaker_open",
    "1 while this server is taken for away",
    ["server"],
    multiprocess_mode="livemax",
)
FEED_PAGES = Counter(
    "daira_feed_pages",
    "Pages of feeds: by their window or by plain SQL; windows refused, too short, rebuilt",
    ["by"],
)
COUNTERS_OPEN = Gauge(
    "daira_counters_open",
    "Differences of counters that are not folded yet, 100,000 at most",
    multiprocess_mode="mostrecent",
)
COUNTERS_OLDEST = Gauge(
    "daira_counters_oldest_seconds",
    "Age of the oldest difference that is not folded yet",
    multiprocess_mode="mostrecent",
)
_STATEMENTS = {
    "daira_queries_total": "calls",
    "daira_query_errors_total": "errors",
    "daira_slow_queries_total": "slow",
    "daira_query_seconds_total": "seconds",
}
_CACHE = {
    "daira_cache_events_total": "events",
    "daira_cache_calls_total": "calls",
    "daira_cache_seconds_total": "seconds",
}


def add_statements(statement: str, calls: int, errors: int, slow: int, seconds: float) -> None:
    """Add what one statement did; about 2 µs where the counters are files."""
    counters = _counters(statement)
    for counter, amount in zip(counters, (calls, errors, slow, seconds), strict=True):
        if amount:
            counter.inc(amount)


def cache_sums() -> dict[str, dict[str, float]]:
    """Return events, calls and seconds by tier, over all processes that share files."""
    sums: dict[str, dict[str, float]] = defaultdict(dict)
    for family in _families(CACHE_EVENTS, CACHE_CALLS, CACHE_SECONDS):
        for sample in family.samples:
            if figure := _CACHE.get(sample.name):
                sums[sample.labels["tier"]][sample.labels.get("event", figure)] = sample.value
    return dict(sums)


def statement_sums() -> dict[str, dict[str, float]]:
    """Return calls, errors, slow and seconds by statement, over all processes that share files."""
    sums: dict[str, dict[str, float]] = defaultdict(dict)
    for family in _families(QUERIES, QUERY_ERRORS, SLOW_QUERIES, QUERY_SECONDS):
        for sample in family.samples:
            if figure := _STATEMENTS.get(sample.name):
                sums[sample.labels["statement"]][figure] = sample.value
    return dict(sums)


@cache
def _counters(statement: str) -> tuple[Counter, ...]:
    """The four counters of a statement: all begin at zero together, so that a rise is seen."""
    return tuple(c.labels(statement) for c in (QUERIES, QUERY_ERRORS, SLOW_QUERIES, QUERY_SECONDS))


def _families(*counters: Counter) -> Iterable[Any]:
    """What the files of all processes hold, or these counters where there is no folder."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        return list(_merge([str(path) for path in Path(folder).glob("counter_*.db")]))
    return [family for counter in counters for family in counter.collect()]


def forget_dead_processes() -> None:
    """Drop the live gauges of processes that were killed; a new process calls this as it starts."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    for path in Path(folder).glob("gauge_live*_*.db") if folder else ():
        pid = int(path.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            with suppress(FileNotFoundError):
                _mark_dead(pid)
        except PermissionError:
            continue
