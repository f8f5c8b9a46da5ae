"""From a QuerySet to the text of a prepared statement: `$n` with its cast, constants inline."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import JSONField, QuerySet
from psycopg import sql

from skeletal.db.prepared.parameters import Param

PART = re.compile(r"\{(\w+)\}")
PLACE = re.compile(r"%(%|s|\((\w+)\)s)")
NUMBERS = ("IntegerField", "FloatField", "DecimalField")


@dataclass(frozen=True)
class Text:
    """What is sent: the SQL, and its parameters by number.

    Of the columns a QuerySet knows the `kinds` (internal types of fields), hand SQL the `names`.
    """

    sql: str
    params: tuple[Param, ...]
    kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def compile_queryset(
    queryset: "QuerySet[Any]", connection: BaseDatabaseWrapper, *, blind: bool = False
) -> Text:
    """Write a QuerySet of `values_list` as SQL; one that can have no rows becomes `WHERE 0 = 1`.

    Constants become literals: a generic plan cannot use a partial index for `status = $3`.
    `blind` hides the values from the planner, so that the plan for all values costs no more than
    one for these and is taken. Raises TypeError for a column whose value Django would convert in
    a way of its own.
    """
    compiler = queryset.query.get_compiler(connection=connection, elide_empty=False)
    text, values = compiler.as_sql()
    if compiler.has_extra_select:
        raise TypeError("distinct rows must be ordered by what the record holds")
    _refuse_converters(compiler)
    waiting = iter(values)
    written = _numbered(text, lambda _: next(waiting), connection, blind=blind)
    kinds = (column.output_field.get_internal_type() for column, _, _ in compiler.select)
    return replace(written, kinds=tuple(kinds))


def compile_text(
    text: str, params: Iterable[Param], names: Iterable[str], connection: BaseDatabaseWrapper
) -> Text:
    """Write hand SQL, whose parameters stand as `%(name)s` and whose columns are `names`."""
    named = {param.name: param for param in params}
    return replace(_numbered(text, named.__getitem__, connection), names=tuple(names))


def embed(
    text: str,
    params: Iterable[Param],
    parts: "Mapping[str, QuerySet[Any] | str]",
    connection: BaseDatabaseWrapper,
) -> tuple[str, tuple[Param, ...]]:
    """Put a QuerySet, or plain SQL, wherever hand SQL says `{name}`; return all parameters too."""
    named = {param.name: param for param in params}

    def part(match: "re.Match[str]") -> str:
        inner = parts[match[1]]
        if isinstance(inner, str):
            return inner
        compiler = inner.query.get_compiler(connection=connection, elide_empty=False)
        sql_text, values = compiler.as_sql()
        waiting = iter(values)
        return PLACE.sub(lambda place: written(place, waiting), sql_text)

    def written(place: "re.Match[str]", waiting: "Iterator[Any]") -> str:
        if place[1] == "%":
            return "%%"
        value = next(waiting)
        if isinstance(value, Param):
            _require_one_type(named.setdefault(value.name, value), value, connection)
            return f"%({value.name})s"
        return sql.Literal(value).as_string(connection.connection).replace("%", "%%")

    return PART.sub(part, text), tuple(named.values())


def _numbered(
    text: str, value_of: Any, connection: BaseDatabaseWrapper, *, blind: bool = False
) -> Text:
    params: dict[str, Param] = {}

    def place(match: "re.Match[str]") -> str:
        if match[1] == "%":
            return "%"
        value = value_of(match[2])
        if not isinstance(value, Param):
            return sql.Literal(value).as_string(connection.connection)
        cast = value.cast(connection)
        _require_one_type(params.setdefault(value.name, value), value, connection)
        typed = f"${list(params).index(value.name) + 1}::{cast}"
        return f"(SELECT {typed})" if blind else typed

    return Text(PLACE.sub(place, text), tuple(params.values()))


def _require_one_type(first: Param, again: Param, connection: BaseDatabaseWrapper) -> None:
    if first.cast(connection) != again.cast(connection):
        raise TypeError(f"parameter {first.name} has two types")


def _refuse_converters(compiler: Any) -> None:
    """Rows do not pass through `from_db_value`: name the column that would need it."""
    connection = compiler.connection
    for position, (converters, expression) in compiler.get_converters(
        [column for column, _, _ in compiler.select]
    ).items():
        for converter in converters:
            if not _is_covered(converter, expression, connection):
                raise TypeError(f"column {position} ({expression}) needs {converter}")


def _is_covered(converter: Any, expression: Any, connection: Any) -> bool:
    """JSON is decoded by our loader; of numbers it is looked at whether they come as such."""
    owner = getattr(converter, "__self__", None)
    if isinstance(owner, JSONField):
        return owner.decoder is None
    internal: str = expression.output_field.get_internal_type()
    return bool(converter.__name__ == "<lambda>" and internal.endswith(NUMBERS))
