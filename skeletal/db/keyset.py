"""Keyset pages: the next one starts after the last row's keys, so depth costs nothing."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, TypeVar

import msgspec
from django.conf import settings
from django.db.models import BooleanField, F, Field, Func, Model, QuerySet, Value

from skeletal.errors import InvalidCursor, InvalidInput
from skeletal.records import Page
from skeletal.security import signing

M = TypeVar("M", bound=Model)
VERSION = 1
MAX_LIMIT = 100


class Row(Func):
    """A row value: `(a, b)`."""

    function = ""
    template = "(%(expressions)s)"


class RowBefore(Func):
    """`(a, b) < (x, y)`: one index range, where an OR of comparisons would be a filter."""

    function = ""
    template = "%(expressions)s"
    arg_joiner = " < "
    output_field = BooleanField()


class RowAfter(RowBefore):
    """`(a, b) > (x, y)`."""

    arg_joiner = " > "


def paginate(
    queryset: QuerySet[M], *, cursor: str | None, limit: int, order_by: Sequence[str]
) -> Page[M]:
    """Return up to `limit` rows after `cursor`, in `order_by` with the primary key as last key.

    One query of limit + 1 rows; the extra row decides `has_more`. All keys run in one
    direction ("id" or "-id") and none may be NULL. The token is bound to the queryset's
    filter and order, stays valid when its row is deleted, and raises InvalidCursor when it
    does not fit; a limit outside 1..100 raises InvalidInput.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput(f"limit must be between 1 and {MAX_LIMIT}", field="limit")
    keys = _keys(queryset.model, order_by)
    scope = _scope(queryset, keys)
    if cursor is not None:
        queryset = queryset.filter(_beyond(queryset.model, keys, _decode(cursor, scope, len(keys))))
    rows = list(queryset.order_by(*keys)[: limit + 1])
    has_more = len(rows) > limit
    del rows[limit:]
    next_cursor = _encode(rows[-1], keys, scope) if has_more else None
    return Page(data=rows, next_cursor=next_cursor, has_more=has_more)


def _keys(model: type[Model], order_by: Sequence[str]) -> tuple[str, ...]:
    descending = {key.startswith("-") for key in order_by}
    if len(descending) != 1:
        raise ValueError(f"keyset order {tuple(order_by)} must run in one direction")
    last = ("-" if descending.pop() else "") + _primary_key(model).attname
    return (*(key for key in order_by if key not in (last, "-pk", "pk")), last)


def _primary_key(model: type[Model]) -> "Field[Any, Any]":
    primary = model._meta.pk
    if primary is None:
        raise ValueError(f"{model.__name__} has no primary key")
    return primary


def _beyond(model: type[Model], keys: tuple[str, ...], values: Sequence[Any]) -> RowBefore:
    names = [key.removeprefix("-") for key in keys]
    fields = [model._meta.get_field(name) for name in names]
    comparison = RowBefore if keys[0].startswith("-") else RowAfter
    bound = [
        Value(field.to_python(value), output_field=field)
        for field, value in zip(fields, values, strict=True)
        if isinstance(field, Field)
    ]
    return comparison(Row(*(F(name) for name in names)), Row(*bound))


def _scope(queryset: QuerySet[M], keys: tuple[str, ...]) -> bytes:
    """Eight bytes that name the list: table, order and every condition with its values.

    What is selected does not matter: a column added to the loading plan keeps old tokens alive.
    """
    names = [key.removeprefix("-") for key in keys]
    sql, params = queryset.order_by(*keys).values_list(*names).query.sql_with_params()
    return blake2b(repr((sql, params)).encode(), digest_size=8).digest()


def _encode(row: Model, keys: tuple[str, ...], scope: bytes) -> str:
    values = [getattr(row, key.removeprefix("-")) for key in keys]
    return signing.sign(msgspec.msgpack.encode([VERSION, scope, values]), settings.CURSOR_KEYS[0])


def _decode(cursor: str, scope: bytes, count: int) -> list[Any]:
    try:
        payload = signing.unsign(cursor, settings.CURSOR_KEYS)
        version, found, values = msgspec.msgpack.decode(payload, type=tuple[int, bytes, list[Any]])
    except (signing.BadToken, msgspec.DecodeError) as error:
        raise InvalidCursor("the cursor is not one of ours", field="cursor") from error
    if version != VERSION or found != scope or len(values) != count:
        raise InvalidCursor("the cursor belongs to another list", field="cursor")
    return values
