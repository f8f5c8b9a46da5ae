"""Loads one world in one transaction, so that it is there whole or not at all."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.apps import apps
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from skeletal.errors import SetupError
from skeletal.management.seeding.database import (
    ALIAS,
    errors_in_words,
    require_schema,
    settle,
)
from skeletal.management.seeding.encoding import SIGNATURE, TRAILER, Encoder
from skeletal.management.seeding.indexes import Postponed
from skeletal.management.seeding.progress import Listener, Silent
from skeletal.management.seeding.report import Report
from skeletal.management.seeding.stream import Chunk, Stream, produced
from skeletal.models import SeededWorld

STATEMENT_ROWS = 4_000_000
"""A COPY ends after so many rows: its pending key checks lie in the server's memory."""
CHECK_AT_ONCE = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS users_have_profiles DEFERRED"
"""Keys are checked at each statement's end; an account's profile comes in a later one."""


@dataclass
class Surroundings:
    """What a world finds in the database and builds upon: ids by name."""

    roles: dict[str, int] = field(default_factory=dict)
    hashtags: dict[str, int] = field(default_factory=dict)


class Source(Protocol):
    """A world that can be loaded."""

    @property
    def name(self) -> str:
        """Unique among all worlds."""

    @property
    def marker(self) -> int:
        """The id of its row in `seeded_worlds`."""

    @property
    def parameters(self) -> dict[str, Any]:
        """What it was made from; `identity` in it must not differ from one run to the next."""

    @property
    def tags(self) -> list[str]:
        """Folded names of the hashtags that it uses."""

    @property
    def refused(self) -> dict[str, int]:
        """Rows of its input that the rules refuse, by reason; known once it is made."""

    def make(self, stream: Stream, around: Surroundings) -> None:
        """Put all rows on the stream, tables in the order of their foreign keys."""


def load(source: Source, *, listener: Listener | None = None) -> Report:
    """Load a world unless it is there; then fold its counts and refresh the planner's statistics.

    One transaction on the owner's connection: killed at any moment, nothing is there. A second
    load of the same world waits for the first and finds it. Indexes and foreign keys of tables
    next to empty are made after the rows; others wait until the commit to read or write these.
    Raises SetupError, Unavailable, InvalidInput.
    """
    listener = listener or Silent()
    report = Report(source.name)
    started = time.perf_counter()
    with errors_in_words():
        require_schema()
        with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
            report.already_there = not _mark(cursor, source, report)
            if not report.already_there:
                _copy(cursor, source, report, listener)
        settle(list(report.rows), listener)
    report.seconds = time.perf_counter() - started
    return report


def _mark(cursor: CursorWrapper, source: Source, report: Report) -> bool:
    """Insert the marker row; return False when the same world is there already.

    Waits without end for another load that is under way.
    """
    cursor.execute(f"{CHECK_AT_ONCE}; SET LOCAL lock_timeout = 0")
    cursor.execute(
        "INSERT INTO seeded_worlds (id, name, parameters, rows) VALUES (%s, %s, %s, '{}')"
        " ON CONFLICT DO NOTHING",
        [source.marker, source.name, json.dumps(source.parameters)],
    )
    inserted = bool(cursor.rowcount == 1)
    if not inserted:
        _recall(source, report)
    return inserted


def _recall(source: Source, report: Report) -> None:
    found = SeededWorld.objects.using(ALIAS).filter(name=source.name).first()
    if found is None:
        raise SetupError(f"another world holds the mark of {source.name}; nothing was loaded")
    theirs, ours = found.parameters.get("identity"), source.parameters["identity"]
    if theirs != ours:
        raise SetupError(
            f"the world {source.name} is already there, made from {_told(theirs)} instead of "
            f"{_told(ours)}; nothing was changed"
        )
    report.rows = found.rows


def _told(identity: object) -> str:
    parts = identity if isinstance(identity, dict) else {}
    return ", ".join(f"{name} {value}" for name, value in parts.items()) or "something else"


def _copy(cursor: CursorWrapper, source: Source, report: Report, listener: Listener) -> None:
    around = _surroundings(cursor, source.tags)
    with produced(lambda stream: source.make(stream, around)) as stream:
        postponed = Postponed(cursor)
        postponed.take(m._meta.db_table for m in apps.get_app_config("skeletal").get_models())
        _Copier(cursor, report.rows, listener).run(stream)
        listener.begin("indexes")
        with connections[ALIAS].wrap_database_errors:
            postponed.make()
        listener.finish("indexes", 0)
    report.refused.update(source.refused)
    cursor.execute(
        "UPDATE seeded_worlds SET rows = %s WHERE name = %s",
        [json.dumps(report.rows), source.name],
    )


def _surroundings(cursor: CursorWrapper, tags: list[str]) -> Surroundings:
    cursor.execute("SELECT name, id FROM roles")
    roles = dict(cursor.fetchall())
    if not {"moderator", "auditor"} <= roles.keys():
        raise SetupError("the roles moderator and auditor are missing: run manage.py init")
    cursor.execute("SELECT name, id FROM hashtags WHERE name = ANY(%s)", [tags])
    return Surroundings(roles, dict(cursor.fetchall()))


class _Copier:
    """Writes chunks with one COPY for each run of rows of one table."""

    def __init__(self, cursor: CursorWrapper, rows: dict[str, int], listener: Listener) -> None:
        self._cursor, self._rows, self._listener = cursor, rows, listener

    def run(self, stream: Stream) -> None:
        chunks = iter(stream)
        ahead = next(chunks, None)
        while ahead is not None:
            with connections[ALIAS].wrap_database_errors:
                ahead = self._statement(ahead, chunks)

    def _statement(self, ahead: Chunk, chunks: Iterator[Chunk]) -> Chunk | None:
        """Copy rows while the encoder stays the same; return the first chunk of the next."""
        encoder, taken = ahead.encoder, 0
        following: Chunk | None = ahead
        self._listener.begin(encoder.table)
        with self._cursor.copy(encoder.statement) as copy:
            copy.write(SIGNATURE)
            while following and following.encoder is encoder and taken < STATEMENT_ROWS:
                copy.write(following.data)
                taken += following.rows
                self._listener.advance(following.rows)
                following = next(chunks, None)
            copy.write(TRAILER)
        self._count(encoder, taken)
        return following

    def _count(self, encoder: Encoder, rows: int) -> None:
        self._rows[encoder.table] = self._rows.get(encoder.table, 0) + rows
        self._listener.finish(encoder.table, rows)
