"""Rows as PostgreSQL's binary COPY format: one packer for each table, fed with columns."""

import ipaddress
import json
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat
from struct import Struct
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from skeletal.db.fields import CounterField

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"

Codec = Callable[[Any], bytes]
FIXED = {
    "BigAutoField": "q",
    "BigIntegerField": "q",
    "DateTimeField": "q",
    "ForeignKey": "q",
    "OneToOneField": "q",
    "IntegerField": "i",
    "SmallIntegerField": "h",
    "BooleanField": "?",
}
ELEMENT_OIDS = {"CharField": 1043, "FloatField": 701}

_length = Struct(">i").pack
_array_head = Struct(">iiIii").pack
_empty_array = Struct(">iiI").pack


class Ready(list[bytes]):
    """A column whose values are encoded already, each with its length before it."""


def always(value: Any) -> "repeat[Any]":
    """A column that has one value in every row."""
    return repeat(value)


def text(value: str) -> bytes:
    """Encode one text field."""
    return sized(value.encode())


def sized(data: bytes) -> bytes:
    """Put the length of a field before its bytes."""
    return _length(len(data)) + data


def json_text(value: object) -> bytes:
    """Encode one jsonb field (version 1)."""
    return sized(b"\x01" + json.dumps(value, ensure_ascii=False).encode())


def inet(value: str) -> bytes:
    """Encode one address: family (2 or 3), bits, not a network, length, bytes."""
    packed = ipaddress.ip_address(value).packed
    family = 2 if len(packed) == 4 else 3
    return sized(bytes((family, len(packed) * 8, 0, len(packed))) + packed)


def array_of(element: Codec, oid: int) -> Codec:
    """Return the codec of a one-dimensional array of `element`s."""

    def encode(values: Sequence[Any]) -> bytes:
        if not values:
            return sized(_empty_array(0, 0, oid))
        return sized(_array_head(1, 0, oid, len(values), 1) + b"".join(map(element, values)))

    return encode


text_array = array_of(text, ELEMENT_OIDS["CharField"])


class Encoder:
    """Turns columns of one table into COPY rows.

    `constants` are values that every row bears; they are encoded once. Counters are left to
    their default. Times are microseconds since 2000-01-01 UTC, other values are plain.
    """

    def __init__(self, model: type[models.Model], **constants: Any) -> None:
        fields = {
            str(field.column): field
            for field in model._meta.concrete_fields
            if not isinstance(field, CounterField)
        }
        if unknown := constants.keys() - fields.keys():
            raise ValueError(f"{model._meta.db_table} has no {', '.join(sorted(unknown))}")
        given = {name: field for name, field in fields.items() if name not in constants}
        self.table = model._meta.db_table
        self._fixed = {n: code for n, f in given.items() if (code := _fixed_code(f))}
        self._varying = {n: _codec(f) for n, f in given.items() if n not in self._fixed}
        self._tail = b"".join(_codec(fields[name])(value) for name, value in constants.items())
        self.columns = (*self._fixed, *self._varying, *constants)
        self._pack = Struct(">h" + "".join("i" + code for code in self._fixed.values())).pack
        self._sizes = {name: Struct(">" + code).size for name, code in self._fixed.items()}

    def encode(self, columns: dict[str, Iterable[Any]]) -> bytes:
        """Return the rows of equally long `columns`; one may repeat for ever."""
        pairs = ((repeat(size), columns[name]) for name, size in self._sizes.items())
        heads = map(self._pack, repeat(len(self.columns)), *chain.from_iterable(pairs))
        varying = (
            values if isinstance(values := columns[name], Ready) else map(codec, values)
            for name, codec in self._varying.items()
        )
        return b"".join(chain.from_iterable(zip(heads, *varying, repeat(self._tail), strict=False)))

    @property
    def statement(self) -> str:
        """The COPY statement that these rows are for."""
        names = ", ".join(f'"{name}"' for name in self.columns)
        return f"COPY {self.table} ({names}) FROM STDIN (FORMAT BINARY)"


def _fixed_code(field: "models.Field[Any, Any]") -> str | None:
    return None if field.null else FIXED.get(field.get_internal_type())


def _codec(field: "models.Field[Any, Any]") -> Codec:
    plain = _plain_codec(field)
    if not field.null:
        return plain
    return lambda value: NULL if value is None else plain(value)


def _plain_codec(field: "models.Field[Any, Any]") -> Codec:
    kind = field.get_internal_type()
    if isinstance(field, ArrayField):
        inner = field.base_field
        return array_of(_plain_codec(inner), ELEMENT_OIDS[inner.get_internal_type()])
    if kind in FIXED:
        return _number(FIXED[kind])
    return {"JSONField": json_text, "GenericIPAddressField": inet, "FloatField": _number("d")}.get(
        kind, text
    )


def _number(code: str) -> Codec:
    packer = Struct(">i" + code)
    pack, size = packer.pack, packer.size - 4
    return lambda value: pack(size, value)
