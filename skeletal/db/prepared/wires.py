"""How a parameter's value is sent: its oid, and the function that makes its bytes.

A value's type is looked at before psycopg's own dumpers see it: some of them read whatever
object they are given as what they expect, and a text sent as a time is garbage.
"""

import struct
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, partial
from ipaddress import ip_interface
from typing import Any
from uuid import UUID

import psycopg
from psycopg.adapt import Transformer
from psycopg.pq import Format

from skeletal.errors import InvalidInput

Dump = Callable[[Any], "bytes | None"]

INT8, INT8_ARRAY, BY_CAST = 20, 1016, 0
BITS = {"smallint": 15, "integer": 31, "bigint": 63, "serial": 31, "bigserial": 63}
OIDS = {
    "boolean": "bool",
    "double precision": "float8",
    "real": "float4",
    "timestamp with time zone": "timestamptz",
}
ACCEPTED: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "bytea": (bytes, bytearray, memoryview),
    "date": (date,),
    "double precision": (float, int),
    "inet": (str,),
    "interval": (timedelta,),
    "jsonb": (object,),
    "numeric": (Decimal, int),
    "real": (float, int),
    "text": (str,),
    "time": (time,),
    "timestamp with time zone": (datetime,),
    "uuid": (UUID,),
    "varchar": (str,),
}
_pack = struct.Struct(">q").pack
EMPTY = struct.pack(">iiI", 0, 0, INT8)


def wire(sql_type: str, name: str) -> "tuple[int, Dump]":
    """The oid and the dump of parameter `name`, whose SQL type has no length.

    Every whole number goes as int8: a number's size must not decide the statement's types. The
    oid of a type that psycopg does not know comes from the cast; it is sent as text, as enums
    want it.
    """
    base, is_array = sql_type.removesuffix("[]"), sql_type.endswith("[]")
    if base in BITS:
        most = 2 ** BITS[base] - 1
        if base == "bigint" and not is_array:
            return INT8, _packing(_refusing(_bigint(most), name))
        oid, dump = (INT8_ARRAY, _bigints(most)) if is_array else (INT8, _bigint(most))
    elif base in ACCEPTED:
        known = psycopg.adapters.types[OIDS.get(base, base)]
        oid, dump = (known.array_oid, _array(base)) if is_array else (known.oid, _scalar(base))
    elif psycopg.adapters.types.get(base) is None and not is_array:
        oid, dump = BY_CAST, _scalar("text")
    else:
        raise TypeError(f"parameter {name} cannot be sent as {sql_type}")
    return oid, _refusing(dump, name)


def _bigint(most: int) -> Dump:
    """A number that no such column can hold equals nothing: it is sent as NULL."""
    least = -most - 1

    def dump(value: int) -> "bytes | None":
        return _pack(value) if least <= value <= most or _is_held(value, most) else None

    return dump


def _packing(otherwise: Dump) -> Dump:
    """The commonest of all in one step; what is no number of eight bytes is looked at closely."""

    def dump(value: int) -> "bytes | None":
        if type(value) is int:
            try:
                return _pack(value)
            except struct.error:
                return otherwise(value)
        return otherwise(value)

    return dump


def _is_held(value: Any, most: int) -> bool:
    """Whether a column holds this number; infinity and NaN are none."""
    if not isinstance(value, int):
        raise TypeError(f"a {type(value).__name__} is no whole number")
    return -most - 1 <= value <= most


def _bigints(most: int) -> Dump:
    """One dimension, no NULLs: a head of five words, then length and value of each element."""
    least = -most - 1

    def dump(values: list[int]) -> bytes:
        if values and not (min(values) >= least and max(values) <= most):
            values = [value for value in values if _is_held(value, most)]
        count = len(values)
        if not count:
            return EMPTY
        flat = [8] * (2 * count)
        flat[1::2] = values
        return struct.pack(f">iiIii{'iq' * count}", 1, 0, INT8, count, 1, *flat)

    return dump


def _scalar(base: str) -> Dump:
    send = SENT.get(base) or _psycopg(psycopg.adapters.types[OIDS.get(base, base)].oid)
    return partial(_sent, base, send)


def _sent(base: str, send: Dump, value: Any) -> "bytes | None":
    _require(base, value)
    return send(value)


def _array(base: str) -> Dump:
    """One dimension, whose elements may be NULL."""
    send = _psycopg(psycopg.adapters.types[OIDS.get(base, base)].array_oid)
    prepare = PREPARED.get(base)

    def dump(values: list[Any]) -> "bytes | None":
        if not isinstance(values, list | tuple):
            raise TypeError("a list is wanted")
        for value in values:
            if value is not None:
                _require(base, value)
        if prepare is not None:
            values = [None if value is None else prepare(value) for value in values]
        return send(list(values))

    return dump


def _require(base: str, value: Any) -> None:
    if not isinstance(value, ACCEPTED[base]) or (base == "date" and isinstance(value, datetime)):
        raise TypeError(f"a {type(value).__name__} is no {base}")


@cache
def _psycopg(oid: int) -> Dump:
    made = psycopg.adapters.get_dumper_by_oid(oid, Format.BINARY)
    dump: Any = made(list, Transformer(psycopg.adapters)).dump
    return dump  # type: ignore[no-any-return]


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("no text of PostgreSQL holds NUL")
    return value


def _text(value: str) -> bytes:
    return _without_nul(value).encode()


def _inet(value: str) -> "bytes | None":
    return _psycopg(psycopg.adapters.types["inet"].oid)(ip_interface(value))


SENT: dict[str, Dump] = {"text": _text, "varchar": _text, "inet": _inet}
PREPARED: dict[str, Callable[[Any], Any]] = {
    "text": _without_nul,
    "varchar": _without_nul,
    "inet": ip_interface,
}


def _refusing(dump: Dump, name: str) -> Dump:
    """Turn what cannot be sent into InvalidInput that names the parameter."""

    def checked(value: Any) -> "bytes | None":
        if value is None:
            return None
        try:
            return dump(value)
        except WRONG as error:
            raise InvalidInput("the value does not fit its type", field=name) from error

    return checked


WRONG = (TypeError, ValueError, AttributeError, OverflowError, struct.error, psycopg.Error)
