"""Many callers at once, each on a connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from time import monotonic, sleep
from typing import Any

from django.db import connection, connections, transaction

PAUSE = 1.0
"""Seconds: ample for a call that waits for no lock to be done."""
WAITS = """
SELECT EXISTS (SELECT FROM pg_locks
               WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))
"""


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Start all calls at one moment; return what each gave, or the error it raised."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return call()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def behind(first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """Call `second` while what `first` wrote is not yet committed; return what both gave.

    The commit comes as soon as `second` waits for it or is done.
    """
    written, done = Event(), Event()

    def hold() -> Any:
        with transaction.atomic():
            try:
                result = first()
            finally:
                written.set()
            _until_waited_for(done)
            return result

    def come() -> Any:
        written.wait()
        try:
            return second()
        finally:
            done.set()

    return at_once([hold, come])


def _until_waited_for(done: Event) -> None:
    """Return when another transaction waits for this one, when `done`, or after PAUSE."""
    ends = monotonic() + PAUSE
    with connection.cursor() as cursor:
        while not done.is_set() and monotonic() < ends:
            cursor.execute(WAITS)
            if cursor.fetchone() == (True,):
                return
            sleep(0.005)
