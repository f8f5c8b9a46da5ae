"""Tries on a copy of a table what an index would bring, or what its going would cost."""

from dataclasses import dataclass
from hashlib import blake2b

from psycopg import sql

from skeletal.db.indexes import candidates, planning, sample
from skeletal.db.indexes.candidates import Columns
from skeletal.db.indexes.catalog import Catalog, ForeignKey
from skeletal.db.indexes.planning import Planned
from skeletal.db.indexes.plans import Plan
from skeletal.db.indexes.rules import Drop
from skeletal.db.indexes.sample import Sample
from skeletal.db.indexes.session import Connection
from skeletal.db.indexes.workload import Statement

GAIN = 0.5
"""An index is advised where it halves the cost of a statement."""
LOSS = {"duplicate": 1.01, "overlap": 1.5, "unused": 1.01}
"""How many times dearer a statement may become where an index goes; a wider one is larger."""
LONGEST_NAME = 30


@dataclass(frozen=True)
class Suggestion:
    """An index to create or to drop, and the evidence.

    `kind` is `hot query`, `foreign key`, `duplicate`, `overlap` or `unused`. Both costs are of the
    same statement with the same values on the same copy; `bytes` is the size of the index to
    create, estimated, or of the one to drop. `calls` is None for a statement that nobody counted.
    """

    kind: str
    table: str
    index: str
    reason: str
    statement: str
    calls: int | None
    planned_with: str
    cost_before: float
    cost_after: float
    sample_rows: int
    bytes: int
    sql: str


@dataclass(frozen=True)
class Asked:
    """A statement and how it was planned on the live tables."""

    text: str
    calls: int | None
    planned: Planned

    @property
    def plan(self) -> Plan:
        return self.planned.plan


@dataclass(frozen=True)
class Tried:
    """An index that stood on the copy for a moment: the statement's plan with it, and its bytes."""

    columns: Columns
    planned: Planned
    bytes: int


@dataclass(frozen=True)
class Trial:
    """One table's copy, and the statements that read the table, the heaviest first."""

    connection: Connection
    catalog: Catalog
    sample: Sample
    asked: list[Asked]

    def add_for_key(self, key: ForeignKey) -> Suggestion | None:
        """Whatever it gains: a parent's delete reads the whole table otherwise."""
        probe = _probe(key.table, [sql.Identifier(name).as_string() for name in key.columns])
        before = planning.plan(self.connection, probe, self.catalog)
        if before is None:
            return None
        tried = self._try(probe, before, tuple((name, False) for name in key.columns))
        if tried is None:
            return None
        reason = f"{key.name}: without it each delete in {key.parent} reads all of {key.table}"
        return self._add("foreign key", reason, Asked(probe, None, before), tried)

    def add_for(self, asked: Asked) -> Suggestion | None:
        """The index that helps a statement most, if it halves its cost."""
        before = planning.again(self.connection, asked.text, asked.planned)
        if before is None:
            return None
        wanted = candidates.candidates(before.plan, self.sample.table, self.catalog)
        all_tried = [self._try(asked.text, before, columns) for columns in wanted]
        best = min(filter(None, all_tried), key=_cheapest, default=None)
        if best is None or best.planned.plan.cost > GAIN * before.plan.cost:
            return None
        reason = f"read by {candidates.told(best.columns)}, found by no index"
        return self._add("hot query", reason, Asked(asked.text, asked.calls, before), best)

    def drop(self, drop: Drop) -> Suggestion | None:
        """Let an index go, unless a statement becomes dearer than its kind allows."""
        asked = self._reader(drop)
        before = planning.again(self.connection, asked.text, asked.planned)
        with sample.without(self.connection, drop.index.name):
            after = before and planning.again(self.connection, asked.text, before)
        if before is None or after is None:
            return None
        if after.plan.cost > LOSS[drop.kind] * before.plan.cost:
            return None
        sample.drop(self.connection, drop.index.name)
        name = sql.Identifier(drop.index.name)
        return self._suggest(
            drop.kind,
            drop.reason(self.catalog),
            drop.index.name,
            Asked(asked.text, asked.calls, before),
            after,
            bytes_=drop.index.bytes,
            command=sql.SQL("DROP INDEX CONCURRENTLY {};").format(name),
        )

    def _reader(self, drop: Drop) -> Asked:
        """The heaviest statement that uses the index or its heir, else that reads the table."""
        names = {index.name for index in (drop.index, drop.heir) if index}
        users = [asked for asked in self.asked if asked.plan.indexes & names]
        if users or (drop.kind == "unused" and self.asked):
            return (users or self.asked)[0]
        columns = drop.index.columns[:1] if drop.heir else []
        probe = _probe(drop.index.table, columns)
        planned = planning.plan(self.connection, probe, self.catalog)
        return Asked(probe, None, planned or Planned(planning.NOTHING, planning.GENERIC))

    def _try(self, text: str, before: Planned, columns: Columns) -> Tried | None:
        """Plan with an index on these columns; None where it cannot be built or is not used."""
        name = _name(self.sample.table, columns)
        size = sample.built(self.connection, self._definition(columns), name)
        if size is None:
            return None
        planned = planning.again(self.connection, text, before)
        sample.drop(self.connection, name)
        if planned is None or (name not in planned.plan.indexes and self.sample.rows):
            return None
        return Tried(columns, planned, int(size * self.sample.scale))

    def _add(self, kind: str, reason: str, asked: Asked, tried: Tried) -> Suggestion:
        """Suggest it, and let it stand on the copy: later statements may be content with it."""
        lacking = self.catalog.lacking(self.sample.table)
        if lacking:
            reason += f"; declared but not there: {', '.join(lacking)} (`manage.py indexes create`)"
        self.connection.execute(self._definition(tried.columns))
        return self._suggest(
            kind,
            reason,
            _name(self.sample.table, tried.columns),
            asked,
            tried.planned,
            bytes_=tried.bytes,
            command=_definition(self.sample.table, tried.columns, " CONCURRENTLY", ";"),
        )

    def _definition(self, columns: Columns) -> sql.Composed:
        return _definition(self.sample.table, columns)

    def _suggest(
        self,
        kind: str,
        reason: str,
        index: str,
        asked: Asked,
        after: Planned,
        *,
        bytes_: int,
        command: sql.Composed,
    ) -> Suggestion:
        return Suggestion(
            kind=kind,
            table=self.sample.table,
            index=index,
            reason=reason,
            statement=asked.text,
            calls=asked.calls,
            planned_with=asked.planned.way,
            cost_before=asked.plan.cost,
            cost_after=after.plan.cost,
            sample_rows=self.sample.rows,
            bytes=bytes_,
            sql=command.as_string(),
        )


def ask(connection: Connection, statement: Statement, catalog: Catalog) -> Asked | None:
    """Plan a statement on the live tables; None where it cannot be planned."""
    planned = planning.plan(connection, statement.text, catalog)
    return Asked(statement.text, statement.calls, planned) if planned else None


def _probe(table: str, columns: list[str]) -> str:
    """Rows of a table by these columns, or all of them; the columns are quoted where they must."""
    asked = " AND ".join(f"{column} = ${number}" for number, column in enumerate(columns, 1))
    rows = sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)).as_string()
    return f"{rows} WHERE {asked}" if asked else rows


def _definition(
    table: str, columns: Columns, concurrently: str = "", end: str = ""
) -> sql.Composed:
    keys = sql.SQL(", ").join(
        sql.SQL("{} DESC" if down else "{}").format(sql.Identifier(name)) for name, down in columns
    )
    return sql.SQL(f"CREATE INDEX{concurrently} {{}} ON {{}} ({{}}){end}").format(
        sql.Identifier(_name(table, columns)), sql.Identifier(table), keys
    )


def _name(table: str, columns: Columns) -> str:
    """A name that a model's Meta takes: 30 characters at most."""
    name = "_".join(["idx", table, *(column for column, _ in columns)])
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 7]}_{blake2b(name.encode(), digest_size=3).hexdigest()}"


def _cheapest(tried: Tried) -> tuple[float, int]:
    return (round(tried.planned.plan.cost), len(tried.columns))
