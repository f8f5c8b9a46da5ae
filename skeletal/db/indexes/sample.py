"""A copy of part of a table with its indexes, on which plans are tried: temporary, never shared.

It lies in the session's own temporary schema. PostgreSQL removes it when the session ends, however
that comes about, and after its own crash.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from skeletal.db.indexes.catalog import Catalog, Index, Table
from skeletal.db.indexes.session import Connection

WANTED_ROWS = 100_000
MOST_BYTES = 512 << 20
SPARE = 1.1
"""Pages are drawn by chance: so many times the rows wanted leaves enough of them."""


@dataclass(frozen=True)
class Sample:
    """The copy: its rows, and how many times larger the table itself is."""

    table: str
    rows: int
    scale: float


@contextmanager
def copied(connection: Connection, table: Table, catalog: Catalog) -> Iterator[Sample]:
    """The copy under the table's own name, before it in the search path, analysed.

    100,000 rows or the whole table, fewer where they would take more than 512 MB. Pages are drawn
    by chance, so that a large table is not read whole.
    """
    name = sql.Identifier(table.name)
    connection.execute(sql.SQL("CREATE TEMP TABLE {} (LIKE public.{})").format(name, name))
    try:
        rows = _fill(connection, table, name)
        for index in catalog.of(table.name):
            connection.execute(definition(index))
        connection.execute(sql.SQL("ANALYZE pg_temp.{}").format(name))
        yield Sample(table.name, rows, max(1.0, table.rows / rows) if rows else 1.0)
    finally:
        if not connection.closed:
            connection.execute(sql.SQL("DROP TABLE pg_temp.{}").format(name))


def definition(index: Index) -> sql.Composed:
    """The index of the live table, said of its copy."""
    return sql.SQL("CREATE {} INDEX {} ON pg_temp.{} USING {}").format(
        sql.SQL("UNIQUE" if index.unique else ""),
        sql.Identifier(index.name),
        sql.Identifier(index.table),
        sql.SQL(index.using),
    )


def built(connection: Connection, command: sql.Composed, name: str) -> int | None:
    """Build an index on the copy; its bytes, or None where these columns cannot be indexed."""
    try:
        connection.execute(command)
    except (psycopg.ProgrammingError, psycopg.errors.ProgramLimitExceeded):
        return None
    row = connection.execute(
        "SELECT pg_relation_size(%s::regclass)", [f'pg_temp."{name}"']
    ).fetchone()
    return int(row[0]) if row else None


@contextmanager
def without(connection: Connection, index: str) -> Iterator[None]:
    """The copy without one of its indexes, for as long as the block lasts."""
    with connection.transaction(force_rollback=True):
        drop(connection, index)
        yield


def drop(connection: Connection, index: str) -> None:
    """Drop an index of the copy; CASCADE would go no further than the copy."""
    connection.execute(sql.SQL("DROP INDEX pg_temp.{}").format(sql.Identifier(index)))


def _fill(connection: Connection, table: Table, name: sql.Identifier) -> int:
    """A share of the pages; all of them where that was too little."""
    per_row = table.bytes / table.rows if table.rows else 0
    wanted = min(WANTED_ROWS, int(MOST_BYTES / per_row)) if per_row else WANTED_ROWS
    share = min(100.0, 100 * SPARE * wanted / table.rows) if table.rows else 100.0
    while True:
        rows = connection.execute(
            sql.SQL(
                "INSERT INTO pg_temp.{} SELECT * FROM public.{} TABLESAMPLE SYSTEM ({}) LIMIT {}"
            ).format(name, name, sql.Literal(share), sql.Literal(int(wanted * SPARE**2)))
        ).rowcount
        if rows >= wanted or share == 100:
            return rows
        connection.execute(sql.SQL("TRUNCATE pg_temp.{}").format(name))
        share = 100.0
