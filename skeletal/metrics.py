"""Every Prometheus metric of the skeleton, by name; only this file knows prometheus_client."""

import os
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, multiprocess

_mark_dead: Any = multiprocess.mark_process_dead  # its own types are missing

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
STATEMENT = ["statement"]
QUERIES = Counter("daira_queries_total", "Statements sent to PostgreSQL", STATEMENT)
QUERY_ERRORS = Counter("daira_query_errors_total", "Statements that raised", STATEMENT)
SLOW_QUERIES = Counter("daira_slow_queries_total", "Statements over 100 ms", STATEMENT)
QUERY_SECONDS = Counter("daira_query_seconds_total", "Time spent in statements", STATEMENT)


class Spent(NamedTuple):
    """What a statement cost: calls, failed ones, slow ones, seconds."""

    calls: float
    errors: float
    slow: float
    seconds: float


COSTS = (QUERIES, QUERY_ERRORS, SLOW_QUERIES, QUERY_SECONDS)


def add_statement(fingerprint: str, spent: Spent) -> None:
    """Add to the counters of one statement."""
    for counter, amount in zip(COSTS, spent, strict=True):
        if amount:
            counter.labels(fingerprint).inc(amount)


def statements() -> dict[str, Spent]:
    """Cost of each statement over all processes of PROMETHEUS_MULTIPROC_DIR, else of this one."""
    names = [f"{counter._name}_total" for counter in COSTS]
    found: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(names))
    for metric in _registry().collect():
        for sample in metric.samples:
            if sample.name in names:
                found[sample.labels["statement"]][names.index(sample.name)] = sample.value
    return {fingerprint: Spent(*costs) for fingerprint, costs in found.items()}


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


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
