"""Memory of this process and of its server process, and how many statements stand prepared."""

import re
import resource
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

OWN = re.compile(r"^Anonymous: +(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True)
class Memory:
    """Megabytes of the client at its most and of the backend alone; None where it is elsewhere."""

    client_mb: float
    backend_mb: float | None
    statements: int


def now(backend: int) -> Memory:
    """One statement, and what the kernel says of both processes."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'daira%%'", [])
        (statements,) = cursor.fetchone()
    client = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Memory(client, own_mb(backend), int(statements))


def own_mb(backend: int) -> float | None:
    """What a process on this machine allocated itself.

    Pages of the shared buffers are not counted, though it may be the only one that touched them.
    """
    try:
        rollup = Path(f"/proc/{backend}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return None
    return sum(map(int, OWN.findall(rollup))) / 1024
