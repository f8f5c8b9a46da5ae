"""Locks on folders, so that two commands never start, prepare or stop the same server at once."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from daira.embedded.processes import wait_until
from daira.embedded.words import EmbeddedError

_ABOVE_STANDARD = 10


@contextmanager
def held(
    path: Path, *, seconds: float, unless: Callable[[], bool], late: str
) -> Iterator[int | None]:
    """Hold the lock file's lock and give its descriptor; give None once `unless` holds instead.

    The kernel frees the lock with its last holder, so a killed command leaves nothing behind.
    `late` is the sentence of the EmbeddedError after `seconds` of waiting.
    """
    descriptor = _open(path)
    try:
        taken = False

        def settled() -> bool:
            nonlocal taken
            taken = _try(descriptor)
            return taken or unless()

        if not wait_until(settled, seconds):
            raise EmbeddedError(late)
        yield descriptor if taken else None
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    low = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        return fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, _ABOVE_STANDARD)
    finally:
        os.close(low)


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
