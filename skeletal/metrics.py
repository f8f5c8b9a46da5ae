"""Every Prometheus metric of the skeleton, by name; only this file knows prometheus_client."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from prometheus_client import Counter, Gauge, multiprocess

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
