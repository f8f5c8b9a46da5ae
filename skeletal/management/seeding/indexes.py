"""Indexes and foreign keys of tables next to empty stand again after a load.

An index is built and a key is checked for all rows in one go, which costs a fraction of the same
row by row.
"""

from collections.abc import Iterable

from django.db import DatabaseError, transaction
from django.db.backends.utils import CursorWrapper

FEW = 1000
"""Rows of a table that is next to empty."""
FIRST = 'SELECT count(*) FROM (SELECT FROM "{}" LIMIT %s) AS first'
LOCKED = "55P03"
READY = "SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL maintenance_work_mem = '256MB'"
INDEXES = """
    SELECT 'DROP INDEX ' || indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = ANY(%(tables)s::text[]::regclass[]) AND NOT indisunique AND indisvalid
    ORDER BY indexrelid
"""
"""Those that hold no constraint: how they go and how they come back."""
KEYS = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
        format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
               pg_get_constraintdef(oid))
    FROM pg_constraint
    WHERE contype = 'f' AND convalidated AND conrelid = ANY(%(tables)s::text[]::regclass[])
    AND confrelid = ANY(%(tables)s::text[]::regclass[]) ORDER BY oid
"""
"""Those between tables that were taken."""


class Postponed:
    """What a load took away, to be made anew in the same transaction."""

    def __init__(self, cursor: CursorWrapper) -> None:
        self._cursor = cursor
        self._made: list[str] = []

    def take(self, tables: Iterable[str]) -> None:
        """Take from tables what can come back later, where they are next to empty and not in use.

        A load does not wait for others here; who comes later waits for its end.
        """
        taken = [table for table in tables if self._is_free(table)]
        for found in (INDEXES, KEYS):
            self._cursor.execute(found, {"tables": taken})
            for drop, make in self._cursor.fetchall():
                self._cursor.execute(drop)
                self._made.append(make)

    def make(self) -> None:
        """Make all of it anew; raises IntegrityError for a row that a key does not allow."""
        self._cursor.execute(READY)
        for statement in self._made:
            self._cursor.execute(statement)

    def _is_free(self, table: str) -> bool:
        try:
            with transaction.atomic(using=self._cursor.db.alias):
                self._cursor.execute(f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE NOWAIT')
                self._cursor.execute(FIRST.format(table), [FEW])
                return bool(self._cursor.fetchone() != (FEW,))
        except DatabaseError as error:
            if getattr(error.__cause__, "sqlstate", None) != LOCKED:
                raise
            return False
