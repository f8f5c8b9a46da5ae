"""Advisory locks, polled: a blocked waiter would deadlock with CREATE INDEX CONCURRENTLY."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.backends.utils import CursorWrapper

INIT = 0x6461697261  # "daira"
REPLAY = 0x7265706C6179  # "replay"
REPAIR = 0x726570616972  # "repair"
FEEDS = 0x6665656473  # "feeds"
POLL_SECONDS = 0.2


@contextmanager
def exclusive(key: int, *, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the session lock `key` on the maintenance connection.

    `waiting` is called once when another process holds it.
    """
    with connections["maintenance"].cursor() as cursor:
        if not _try(cursor, key):
            waiting()
            while not _try(cursor, key):
                time.sleep(POLL_SECONDS)
        try:
            yield
        finally:
            if connections["maintenance"].is_usable():
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def _try(cursor: CursorWrapper, key: int) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
    row = cursor.fetchone()
    return bool(row and row[0])
