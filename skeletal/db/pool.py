"""The connection pool: its figures, its alarm, and what it needs of the server."""

import logging
import os
from typing import Any, cast

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg_pool import ConnectionPool

from skeletal import metrics

MAX_WAITING = 5
"""Calls that may wait for a connection before the alarm."""

log = logging.getLogger("daira.pool")


def get_stats(alias: str = "default") -> dict[str, int]:
    """Figures of this process's pool: no query, no connection taken.

    `total_connections`, `active_connections`, `idle_connections` and `waiting_queue`, and
    psycopg_pool's own counters under their own names. All zero where no pool is configured.
    """
    pool = _pool(alias)
    own: dict[str, int] = dict(pool.get_stats()) if pool else {}
    total, idle = own.get("pool_size", 0), own.get("pool_available", 0)
    return {
        "total_connections": total,
        "active_connections": total - idle,
        "idle_connections": idle,
        "waiting_queue": own.get("requests_waiting", 0),
        **own,
    }


def observe() -> None:
    """Record the pool's gauges, and warn when more than five calls wait; costs microseconds."""
    stats = get_stats()
    for state in ("total", "active", "idle"):
        metrics.POOL.labels(state).set(stats[f"{state}_connections"])
    waiting = stats["waiting_queue"]
    metrics.POOL.labels("waiting").set(waiting)
    if waiting > MAX_WAITING:
        metrics.POOL_ALERTS.inc()
        log.warning(
            "%d calls wait for a database connection, all %d of the pool are in use",
            waiting,
            stats["total_connections"],
        )


def open_to_minimum(alias: str = "default") -> int:
    """Open a pool of DATABASE_POOL_MIN connections, wait until all stand, return their number.

    Raises psycopg_pool.PoolTimeout when the server does not give them within ten seconds.
    """
    size = max(settings.DATABASE_POOL_MIN, 1)
    parameters = _wrapper(alias).get_connection_params()
    parameters.pop("pool", None)
    for django_only in ("cursor_factory", "context"):
        parameters.pop(django_only, None)
    with ConnectionPool(kwargs=parameters, min_size=size, max_size=size, open=False) as pool:
        pool.wait(timeout=10)
        return pool.get_stats()["pool_size"]


def close_all() -> None:
    """Close every connection and pool of this process."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()


def check_pool_fits(databases: list[str] | None, **_: Any) -> list[CheckMessage]:
    """Workers × pool maximum must fit into the server's connections."""
    if "default" not in (databases or ()):
        return []
    wanted = settings.WEB_WORKERS * settings.DATABASE_POOL_MAX
    offered = _offered_connections()
    if wanted <= offered:
        return []
    sentence = (
        f"WEB_WORKERS × DATABASE_POOL_MAX is {wanted}, but the server offers {offered} connections."
    )
    hint = "Raise max_connections, or lower one of the two."
    return [Error(sentence, hint=hint, id="skeletal.E003")]


def _offered_connections() -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('max_connections')::int"
            " - current_setting('superuser_reserved_connections')::int"
            " - coalesce(current_setting('reserved_connections', true)::int, 0)"
        )
        return int(cursor.fetchone()[0])


def _wrapper(alias: str) -> DatabaseWrapper:
    return cast("DatabaseWrapper", connections[alias])


def _pool(alias: str) -> "ConnectionPool[Any] | None":
    return cast("ConnectionPool[Any] | None", _wrapper(alias).pool)


def _forget_in_child() -> None:
    """A pool's threads do not survive a fork and its sockets belong to the parent: start anew."""
    cast("Any", DatabaseWrapper)._connection_pools.clear()
    for connection in connections.all(initialized_only=True):
        connection.connection = None


os.register_at_fork(after_in_child=_forget_in_child)
