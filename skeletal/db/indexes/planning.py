"""Plans a statement whose values are gone: with values that stand in its columns, or generically.

pg_stat_statements keeps $n for every constant. Left open, no partial index could be used, since
nothing says that `status = $3` is the status of its condition. So values are taken from the
statistics of the column that each parameter is compared with.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from skeletal.db.indexes.catalog import Catalog, Column
from skeletal.db.indexes.plans import Plan
from skeletal.db.indexes.session import Connection

NAME = sql.SQL("daira_advice")
TYPES = "SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = 'daira_advice'"
FEW_VALUES = 20
"""A column with no more distinct values than this is compared with constants."""
VARIANTS = 3
UNTOLD = {
    "boolean": "true",
    "timestamp with time zone": "now",
    "date": "today",
    "text": "a",
    "character varying": "a",
    "interval": "1 day",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "jsonb": "{}",
}
NUMBERS = {"smallint", "integer", "bigint", "numeric", "real", "double precision"}
"""Values of parameters that no column is compared with, by type; a number is 20, as of a page."""
SAMPLED, GENERIC = "sampled values", "generic plan"
NOTHING = Plan(0, {})


@dataclass(frozen=True)
class Planned:
    """A plan, how its values were found, and the values, so that it can be planned again alike."""

    plan: Plan
    way: str
    values: tuple[str, ...] = ()


def plan(connection: Connection, text: str, catalog: Catalog) -> Planned | None:
    """The cheapest plan over up to three sets of values; None where it cannot be planned.

    A constant of a column with few values may be any of them: the statement is given the benefit
    of the doubt.
    """
    with _told(), _prepared(connection, text) as types:
        generic = _generic(connection, types)
        planned = [
            found
            for values in _sets(generic, types, catalog)
            if (found := _sampled(connection, values))
        ]
        best = min(planned, key=lambda found: found.plan.cost, default=None)
        return best or Planned(generic, GENERIC)
    return None


def again(connection: Connection, text: str, before: Planned) -> Planned | None:
    """Plan once more in the same way, with the same values; None where it cannot be planned."""
    with _told(), _prepared(connection, text) as types:
        if before.way == GENERIC:
            return Planned(_generic(connection, types), GENERIC)
        return _sampled(connection, before.values)
    return None


@contextmanager
def _told() -> Iterator[None]:
    """A statement that cannot be planned is not advised on; a time-out goes on its way."""
    try:
        yield
    except (psycopg.ProgrammingError, psycopg.DataError, psycopg.NotSupportedError):
        return


@contextmanager
def _prepared(connection: Connection, text: str) -> Iterator[list[str]]:
    """Prepare the one statement that the text may hold, and tell the types of its parameters."""
    command = sql.SQL("PREPARE {} AS ").format(NAME) + sql.SQL(text)
    connection.execute(command, prepare=True)  # a second statement in the text is refused
    try:
        row = connection.execute(TYPES).fetchone()
        yield row[0] if row else []
    finally:
        connection.execute(sql.SQL("DEALLOCATE {}").format(NAME))


def _generic(connection: Connection, types: list[str]) -> Plan:
    connection.execute("SET plan_cache_mode = force_generic_plan")
    try:
        return _explain(connection, [None] * len(types))
    finally:
        connection.execute("SET plan_cache_mode = force_custom_plan")


def _sampled(connection: Connection, values: tuple[str, ...]) -> Planned | None:
    try:
        return Planned(_explain(connection, values), SAMPLED, values)
    except psycopg.DataError:  # a value of the wrong form: this set is not the one
        return None


def _explain(connection: Connection, values: Sequence[str | None]) -> Plan:
    """What EXPLAIN says of the prepared statement; nothing is executed."""
    call = NAME + (
        sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, values)))
        if values
        else sql.SQL("")
    )
    row = connection.execute(
        sql.SQL("EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE {}").format(call)
    ).fetchone()
    root = row[0][0]["Plan"] if row else {"Total Cost": 0}
    return Plan(float(root["Total Cost"]), root)


def _sets(generic: Plan, types: list[str], catalog: Catalog) -> list[tuple[str, ...]]:
    """Up to three different sets of values; none where one parameter has none."""
    columns = _columns(generic, catalog)
    sets = []
    for variant in range(VARIANTS):
        values = [
            _value(columns.get(number), kind, variant) for number, kind in enumerate(types, 1)
        ]
        if None not in values:
            sets.append(tuple(str(value) for value in values))
    return list(dict.fromkeys(sets))


def _columns(generic: Plan, catalog: Catalog) -> dict[int, Column]:
    """Number of a parameter → what is known of the column that it is compared with."""
    aliases, found = generic.aliases(), {}
    for comparison in generic.comparisons():
        column = catalog.columns.get((aliases.get(comparison.alias, ""), comparison.column))
        for number in re.findall(r"\$(\d+)", comparison.value):
            if column:
                found[int(number)] = column
    return found


def _value(column: Column | None, kind: str, variant: int) -> str | None:
    """A value in text; of an array, one with a single element."""
    if kind.endswith("[]"):
        element = _value(column, kind.removesuffix("[]"), variant)
        return None if element is None else _array(element)
    if column and (column.common or column.bounds):
        return _of_column(column, variant)
    if kind in NUMBERS:
        return "20"
    return UNTOLD.get(kind)


def _of_column(column: Column, variant: int) -> str:
    few = 0 < column.distinct <= FEW_VALUES or not column.bounds
    if column.common and few:
        return column.common[min(variant, len(column.common) - 1)]
    return column.bounds[len(column.bounds) * (variant + 1) // (VARIANTS + 1)]


def _array(element: str) -> str:
    quoted = element.replace("\\", "\\\\").replace('"', '\\"')
    return f'{{"{quoted}"}}'
