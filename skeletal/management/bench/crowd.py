"""Many threads, each with a connection of its own, ask at the same time."""

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connections

from skeletal.management.bench.subjects import Ask

Call = Callable[[Ask], Any]


def calls_per_second(
    threads: int, seconds: float, made: Callable[[], Call], asks: list[Ask]
) -> float:
    """Whole calls of all threads in a second; `made` gives each thread its own call."""
    barrier, counts = threading.Barrier(threads + 1), [0] * threads
    stop = threading.Event()

    def work(place: int) -> None:
        call, number = made(), 0
        call(asks[place % len(asks)])
        barrier.wait()
        while not stop.is_set():
            call(asks[(place + number) % len(asks)])
            number += 1
        counts[place] = number
        connections["default"].close()

    workers = [threading.Thread(target=work, args=(place,)) for place in range(threads)]
    for worker in workers:
        worker.start()
    barrier.wait()
    started = time.perf_counter()
    stop.wait(seconds)
    stop.set()
    for worker in workers:
        worker.join()
    return sum(counts) / (time.perf_counter() - started)
