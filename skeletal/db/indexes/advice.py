"""Advice on indexes: what the statements of pg_stat_statements lack, and what is in their way."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from skeletal.db.indexes import catalog, rules, sample, trials, workload
from skeletal.db.indexes.candidates import candidates
from skeletal.db.indexes.catalog import Catalog, ForeignKey
from skeletal.db.indexes.rules import Drop
from skeletal.db.indexes.session import Connection, session
from skeletal.db.indexes.trials import Asked, Suggestion, Trial

SECONDS = 300
KINDS = ("hot query", "foreign key", "duplicate", "overlap", "unused")


@dataclass
class Advice:
    """Suggestions by kind and table, and what they rest on.

    `statements` were planned of `hot` ones; `since` is the last reset of the counts of scans, None
    where there was none. `notes` say what was left out.
    """

    suggestions: list[Suggestion] = field(default_factory=list)
    hot: int = 0
    statements: int = 0
    since: datetime | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Task:
    """What is tried on one table."""

    table: str
    keys: list[ForeignKey]
    drops: list[Drop]
    heavy: list[Asked]
    reading: list[Asked]

    def __bool__(self) -> bool:
        return bool(self.keys or self.drops or self.heavy)


def suggest_indexes(*, seconds: float = SECONDS) -> Advice:
    """Look at hot statements and at the catalog, and try each change on a copy of its table.

    Nothing is changed: copies are temporary tables, one at a time, with rows of 512 MB at most. It
    ends after `seconds` and what is being tried then, statements of 60 s at most. Raises SetupError
    where pg_stat_statements is missing or closed to the role, and Unavailable.
    """
    until = time.monotonic() + seconds
    with session() as connection:
        seen = catalog.read(connection)
        hot = [found for found in workload.read(connection) if found.hot]
        advice = Advice(hot=len(hot), since=seen.since)
        asked = [(trials.ask(connection, found, seen), found.heavy) for found in hot]
        planned = [(found, heavy) for found, heavy in asked if found]
        advice.statements = len(planned)
        for task in _tasks(seen, planned):
            _carry_out(connection, seen, task, advice, until)
    advice.suggestions.sort(key=lambda found: (KINDS.index(found.kind), found.table, found.index))
    return advice


def _tasks(seen: Catalog, planned: list[tuple[Asked, bool]]) -> Iterator[Task]:
    """One for each table on which something is to be tried."""
    keys, drops = rules.bare_keys(seen), rules.drops(seen)
    for table in seen.tables:
        reading = [(asked, heavy) for asked, heavy in planned if table in asked.plan.tables]
        task = Task(
            table=table,
            keys=[key for key in keys if key.table == table],
            drops=[drop for drop in drops if drop.index.table == table],
            heavy=[a for a, heavy in reading if heavy and _is_wanting(a, table, seen)],
            reading=[asked for asked, _ in reading],
        )
        if task:
            yield task


def _is_wanting(asked: Asked, table: str, seen: Catalog) -> bool:
    return bool(candidates(asked.plan, table, seen))


def _carry_out(
    connection: Connection, seen: Catalog, task: Task, advice: Advice, until: float
) -> None:
    """Try all of a task, or as much as there is time for; what is left out is noted."""
    if time.monotonic() > until:
        advice.notes.append(f"{task.table}: left out, the time was over")
        return
    try:
        with sample.copied(connection, seen.tables[task.table], seen) as copy:
            for found in _tried(Trial(connection, seen, copy, task.reading), task):
                if found:
                    advice.suggestions.append(found)
                if time.monotonic() > until:
                    advice.notes.append(f"{task.table}: broken off, the time was over")
                    return
    except psycopg.errors.QueryCanceled:
        advice.notes.append(f"{task.table}: broken off, its copy or a plan took too long")


def _tried(trial: Trial, task: Task) -> Iterator[Suggestion | None]:
    """Keys first: an index that serves one may be all that a statement lacks."""
    yield from (trial.add_for_key(key) for key in task.keys)
    yield from (trial.add_for(asked) for asked in task.heavy)
    yield from (trial.drop(drop) for drop in task.drops)
