"""A look at the database past the pool, so that an exhausted pool cannot hide the answer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, LiteralString, cast

import psycopg
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from skeletal.errors import Unavailable

TIMEOUT_SECONDS = 2


@dataclass(frozen=True)
class SchemaState:
    """Migrations that the code has and the database lacks, and the other way round."""

    behind: list[str]
    ahead: list[str]


def round_trip_ms() -> float:
    """Milliseconds of one SELECT, without the connecting; raises Unavailable."""
    with _connection() as connection:
        started = time.perf_counter()
        connection.execute("SELECT 1")
        return (time.perf_counter() - started) * 1000


def row(sql: LiteralString) -> tuple[Any, ...]:
    """The first row of one statement that always gives one; raises Unavailable."""
    with _connection() as connection:
        found = connection.execute(sql).fetchone()
    if found is None:
        raise Unavailable("the database gave no answer")
    return tuple(found)


def schema_state() -> SchemaState:
    """Compare the applied migrations with those of this code: one query; raises Unavailable."""
    with _connection() as connection:
        return compare_schema(connection)


def compare_schema(connection: "psycopg.Connection[Any]") -> SchemaState:
    """The same over a connection that is already open."""
    known = _known_migrations()
    try:
        rows = connection.execute("SELECT app, name FROM django_migrations").fetchall()
    except psycopg.errors.UndefinedTable:
        rows = []
    applied = {(app, name) for app, name in rows if app in {app for app, _ in known}}
    return SchemaState(
        behind=sorted(f"{app}.{name}" for app, name in known - applied),
        ahead=sorted(f"{app}.{name}" for app, name in applied - known),
    )


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


@contextmanager
def _connection() -> "Iterator[psycopg.Connection[Any]]":
    wrapper = cast("DatabaseWrapper", connections["default"])
    parameters = wrapper.get_connection_params()
    for django_only in ("pool", "cursor_factory", "context"):
        parameters.pop(django_only, None)
    parameters["connect_timeout"] = TIMEOUT_SECONDS
    try:
        with psycopg.connect(**parameters, autocommit=True) as connection:
            connection.execute(f"SET statement_timeout = '{TIMEOUT_SECONDS}s'")
            yield connection
    except psycopg.OperationalError as error:
        raise Unavailable("the database cannot be reached") from error
