"""Late-bound parameters: what they look like in SQL and how their values become bytes."""

import re
import struct
from collections.abc import Callable
from functools import cache
from typing import Any, cast

import psycopg
from django.contrib.postgres.fields import ArrayField
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, DateTimeField, Expression, Field, TextField
from django.db.models.sql.compiler import SQLCompiler
from psycopg.adapt import Transformer
from psycopg.pq import Format

from skeletal.errors import InvalidInput

BIGINT, TEXT, MOMENT = BigIntegerField(), TextField(), DateTimeField()
BIGINTS: "ArrayField[Any, Any]" = ArrayField(BigIntegerField())

Dump = Callable[[Any], "bytes | None"]
BIGINT_OID, BIGINT_ARRAY = 20, 1016
LEAST, MOST = -(2**63), 2**63 - 1
_pack = struct.Struct(">q").pack
EMPTY = struct.pack(">iiI", 0, 0, BIGINT_OID)
LENGTH = re.compile(r"\(\d+(, ?\d+)?\)")
INTEGERS = {"smallint", "integer", "bigint", "serial", "bigserial", "smallserial"}


class Param(Expression):
    """A value that is given when the statement runs; `field` decides its type.

    May stand wherever an expression may: filter, annotation, order. The same name used twice is
    one parameter. LIMIT, `isnull` and the presence of a condition belong to the shape instead.
    """

    def __init__(self, name: str, field: "Field[Any, Any]" = BIGINT) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        return "%s", [self]

    def get_group_by_cols(self) -> list[Any]:
        return []

    def cast(self, connection: BaseDatabaseWrapper) -> str:
        """The SQL type without its length: `varchar(5)` would cut, `numeric(12, 2)` round."""
        name = self.output_field.db_type(connection)
        if name is None:
            raise TypeError(f"parameter {self.name} has no type in the database")
        return LENGTH.sub("", name)

    def wire(self, connection: BaseDatabaseWrapper) -> "tuple[int, Dump]":
        """The oid under which the value is sent, and the function that makes its bytes.

        Every whole number goes as int8: a number's size must not decide the statement's types.
        """
        oid = _oid(self.cast(connection))
        return oid, _refusing(_dumper(oid), self.name)


def _oid(sql_type: str) -> int:
    base, brackets = sql_type.removesuffix("[]"), sql_type.endswith("[]")
    name = "int8" if base in INTEGERS else ALIASES.get(base, base)
    return psycopg.adapters.types.get_oid(name + "[]" if brackets else name)


ALIASES = {
    "timestamp with time zone": "timestamptz",
    "double precision": "float8",
    "real": "float4",
    "boolean": "bool",
}


@cache
def _dumper(oid: int) -> Dump:
    """psycopg's own binary dumper of a type, but for ids, where it is slow."""
    if oid in OURS:
        return OURS[oid]
    made = psycopg.adapters.get_dumper_by_oid(oid, Format.BINARY)
    return cast("Dump", made(list, Transformer(psycopg.adapters)).dump)


def _dump_bigint(value: int) -> "bytes | None":
    """A number that no id can have equals nothing: it is sent as NULL."""
    return _pack(value) if LEAST <= value <= MOST else None


def _dump_bigints(values: list[int]) -> bytes:
    """One dimension, no NULLs: a head of five words, then length and value of each element."""
    if values and not (min(values) >= LEAST and max(values) <= MOST):
        values = [value for value in values if LEAST <= value <= MOST]
    count = len(values)
    if not count:
        return EMPTY
    flat = [8] * (2 * count)
    flat[1::2] = values
    return struct.pack(f">iiIii{'iq' * count}", 1, 0, BIGINT_OID, count, 1, *flat)


OURS: dict[int, Dump] = {BIGINT_OID: _dump_bigint, BIGINT_ARRAY: _dump_bigints}


def _refusing(dump: Dump, name: str) -> Dump:
    """Turn what psycopg cannot send into InvalidInput that names the parameter."""

    def checked(value: Any) -> "bytes | None":
        if value is None:
            return None
        try:
            return dump(value)
        except (TypeError, ValueError, OverflowError, struct.error, psycopg.Error) as error:
            raise InvalidInput("the value does not fit its type", field=name) from error

    return checked
