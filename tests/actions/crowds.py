"""Many callers at once, each on a connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from time import sleep
from typing import Any

from django.db import connections, transaction

PAUSE = 0.3
"""Seconds: ample for a call to come as far as the lock that it waits for."""


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
    """Call `second` while what `first` wrote is not yet committed; return what both gave."""
    written = Event()

    def hold() -> Any:
        with transaction.atomic():
            try:
                return first()
            finally:
                written.set()
                sleep(PAUSE)

    def come() -> Any:
        written.wait()
        return second()

    return at_once([hold, come])
