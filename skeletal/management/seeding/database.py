"""The database around a load: its schema, its errors in words, its counts afterwards."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
from django.db import Error, connections

from skeletal.actions import counters, trends
from skeletal.db import probe
from skeletal.db.failures import unavailable
from skeletal.errors import SetupError
from skeletal.management.seeding.progress import Listener
from skeletal.queries.counters import TARGETS

ALIAS = "maintenance"
SWEEP_BATCH, WORKERS = 10_000, 2
TRENDS = tuple(trend._meta.db_table for trend in counters.TRENDS.values())
REFUSALS = {
    "42501": "this role has not the rights to seed: use the owner's DATABASE_OWNER_URL",
    "53100": "the database's disk is full; what was under way is undone",
    "42P01": "the schema is behind this code: run manage.py init",
}


@contextmanager
def errors_in_words() -> Iterator[None]:
    """Tell a driver's error in one sentence where its cause is not a mistake of ours."""
    try:
        yield
    except Error as error:
        cause = error.__cause__
        state = cause.sqlstate if isinstance(cause, psycopg.Error) else None
        if state in REFUSALS:
            raise SetupError(REFUSALS[state], cause=state) from error
        if known := unavailable(error):
            raise known from error
        if isinstance(cause, psycopg.errors.UniqueViolation):
            key = cause.diag.constraint_name
            raise SetupError(
                f"a row of this world is in the database already ({key}); nothing was kept"
            ) from error
        raise


def require_schema() -> None:
    """Raise SetupError where migrations are missing."""
    connection = connections[ALIAS]
    connection.ensure_connection()
    behind = probe.compare_schema(connection.connection).behind
    if behind:
        raise SetupError(
            f"the schema is behind this code by {len(behind)} migrations: run manage.py init"
        )


def settle(tables: Iterable[str], listener: Listener) -> None:
    """Fold all open counts, drop cold trends, analyse the tables; may be repeated at any time."""
    listener.begin("counters")
    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(_fold, TARGETS))
    trends.prune(using=ALIAS)
    listener.finish("counters", 0)
    listener.begin("statistics")
    analysed = (*tables, *TRENDS)
    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(_analyse, [analysed[n::WORKERS] for n in range(WORKERS)]))
    listener.finish("statistics", 0)


def _fold(kind: str) -> None:
    try:
        while counters.sweep(batch=SWEEP_BATCH, using=ALIAS, kinds=[kind]):
            pass
    finally:
        connections[ALIAS].close()


def _analyse(tables: Iterable[str]) -> None:
    try:
        with connections[ALIAS].cursor() as cursor:
            for table in tables:
                cursor.execute(f'ANALYZE "{table}"')
    finally:
        connections[ALIAS].close()
