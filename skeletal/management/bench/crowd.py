"""Many threads, each with a connection of its own, ask at the same time."""

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from typing import Any

from django.db import connections

from skeletal.management.bench.subjects import Ask

Made = Callable[[], AbstractContextManager[Callable[[Ask], Any]]]


def calls_per_second(threads: int, seconds: float, made: Made, asks: list[Ask]) -> float:
    """Whole calls of all threads in a second; `made` gives each thread its own call.

    Raises what a thread raised.
    """
    barrier, stop = threading.Barrier(threads + 1), threading.Event()

    def work(place: int) -> int:
        number = 0
        try:
            with made() as call:
                call(asks[place % len(asks)])
                barrier.wait()
                while not stop.is_set():
                    call(asks[(place + number) % len(asks)])
                    number += 1
        except BaseException:
            barrier.abort()
            raise
        finally:
            connections["default"].close()
        return number

    with ThreadPoolExecutor(threads) as crowd:
        workers = [crowd.submit(work, place) for place in range(threads)]
        with suppress(threading.BrokenBarrierError):
            barrier.wait()
            started = time.perf_counter()
            stop.wait(seconds)
        stop.set()
    _raise_first(worker.exception() for worker in workers)
    return sum(worker.result() for worker in workers) / (time.perf_counter() - started)


def _raise_first(failures: Iterable[BaseException | None]) -> None:
    """Raise what went wrong, not that the others then could not begin."""
    for failure in failures:
        if failure and not isinstance(failure, threading.BrokenBarrierError):
            raise failure
