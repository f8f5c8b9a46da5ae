"""What every hot read asks Django for, without the cost of asking.

`connections["default"]` and `ensure_connection()` find out, by an error that is raised and caught,
whether an event loop runs, and `settings` looks each name up in Python: a short read takes 36
microseconds of the processor with them and 31 without. What is kept here is what they say, but for
two things that only tests do: a connection that is put in another's place in a thread that has read
already is not seen, nor is a setting that is set without `setting_changed`.
"""

from asyncio import _get_running_loop
from functools import cache
from threading import local
from typing import Any, cast

from django.conf import settings
from django.core.signals import setting_changed
from django.db import connections
from django.db.backends.base import base
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import DatabaseWrapper


class _Own(local):
    """This thread's, once it was asked for."""

    wrapper: DatabaseWrapper | None = None


_own = _Own()
_ensure = BaseDatabaseWrapper.ensure_connection
"""Whoever forbids databases puts another function in its place."""
if _ensure.__module__ != base.__name__:
    _ensure = cast("Any", None)


def connected() -> DatabaseWrapper:
    """The default connection of this thread, open.

    Raises what `ensure_connection` raises: Django's OperationalError, and SynchronousOnlyOperation
    where an event loop runs.
    """
    wrapper = _own.wrapper
    if (
        wrapper is None
        or wrapper.connection is None
        or _get_running_loop() is not None
        or BaseDatabaseWrapper.ensure_connection is not _ensure
    ):
        wrapper = cast("DatabaseWrapper", connections["default"])
        wrapper.ensure_connection()
        if _get_running_loop() is None:
            _own.wrapper = wrapper
    return wrapper


@cache
def cursor_key() -> bytes:
    """The key that signs new cursors."""
    return settings.CURSOR_KEYS[0]


@cache
def debugging() -> bool:
    """Whether Django logs every query."""
    return bool(settings.DEBUG)


def _forget(**_: Any) -> None:
    """A test has set a setting."""
    cursor_key.cache_clear()
    debugging.cache_clear()


setting_changed.connect(_forget)
