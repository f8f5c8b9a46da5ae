"""Records as JSON carries them: ids are strings of digits, times end in Z."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from skeletal.records.base import Record

PLAIN = (inspect.StrType, inspect.IntType, inspect.BoolType)


def to_wire(value: Any) -> Any:
    """Turn a record, or a list or dict of records, into what JSON carries."""
    if isinstance(value, msgspec.Struct):
        return {name: convert(getattr(value, name)) for name, convert in _plan(type(value))}
    if isinstance(value, list | tuple):
        return [to_wire(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_wire(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value


@cache
def _plan(record: type[Record]) -> list[tuple[str, Callable[[Any], Any]]]:
    info = inspect.type_info(record)
    assert isinstance(info, inspect.StructType)  # noqa: S101 - a Struct's type is a StructType
    return [(field.name, _converter(field.type)) for field in info.fields]


def _converter(kind: inspect.Type) -> Callable[[Any], Any]:
    if _is_id(kind):
        return _id_text
    return _as_it_is if isinstance(kind, PLAIN) else to_wire


def _is_id(kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.UnionType):
        return any(_is_id(member) for member in kind.types)
    extra = kind.extra_json_schema if isinstance(kind, inspect.Metadata) else None
    return (extra or {}).get("type") == "string"


def _id_text(value: int | None) -> str | None:
    return None if value is None else str(value)


def _as_it_is(value: Any) -> Any:
    return value
