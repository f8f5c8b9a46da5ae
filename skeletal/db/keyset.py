"""Keyset pages: the next one starts beside the last row's keys, so depth costs nothing."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db.models import F, Model, Q, QuerySet

from skeletal.db import cursors
from skeletal.db.orders import Key, Order, read_order
from skeletal.db.ranges import ranges_behind
from skeletal.errors import InvalidInput
from skeletal.records import Page

M = TypeVar("M", bound=Model)
MAX_LIMIT = 100


def paginate(
    queryset: QuerySet[M],
    *,
    cursor: str | None,
    limit: int,
    order_by: Order,
    backward: bool = False,
) -> Page[M]:
    """Return up to `limit` rows after `cursor`, or with `backward` before it, in `order_by`.

    The order is completed by the primary key. It may mix directions, relations to one row,
    annotations and keys that are NULL; `orders.read_order` says what cannot be paged (ValueError).
    A page read backward shows its rows in the list's order too; its `next_cursor` and `has_more`
    speak of the rows before it. Backward without a cursor is the list's last page.

    One statement of limit + 1 rows; the extra row decides `has_more`. A second statement is made
    only where a page crosses between rows whose first key has a value and rows where it is NULL.

    The token holds the keys of one row and serves both directions. It is bound to the table, the
    order and every condition with its values, not to the columns read, and it outlives its row.
    (Give `__in` a list: a set of texts has another order in another process.) Raises
    InvalidCursor for a token that does not fit, and InvalidInput for a limit outside 1..100.
    """
    if type(limit) is not int or not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput(f"limit must be between 1 and {MAX_LIMIT}", field="limit")
    keys = read_order(queryset, order_by)
    context = context_of(queryset, keys)
    walked = tuple(key.reversed() for key in keys) if backward else keys
    places = _places(queryset, keys)
    listed = queryset.annotate(**_missing(keys, places))
    rows = _read(listed, walked, _ranges(cursor, context, walked), limit + 1)
    has_more = len(rows) > limit
    del rows[limit:]
    next_cursor = _token(rows[-1], places, context) if has_more else None
    return Page(data=rows[::-1] if backward else rows, next_cursor=next_cursor, has_more=has_more)


def _ranges(cursor: str | None, context: bytes, walked: Sequence[Key]) -> list[Q]:
    if cursor is None:
        return [Q()]
    values = cursors.decode(cursor, context, tuple(key.type for key in walked))
    return ranges_behind(walked, values)


def _read(listed: QuerySet[M], walked: Sequence[Key], ranges: list[Q], count: int) -> list[M]:
    ordered = listed.order_by(*(key.expression() for key in walked))
    rows: list[M] = []
    for condition in ranges:
        rows += ordered.filter(condition)[: count - len(rows)]
        if len(rows) == count:
            break
    return rows


def _places(queryset: QuerySet[M], keys: Sequence[Key]) -> list[str]:
    """The attribute of a row that holds each key, without a statement of its own."""
    partial = bool(queryset.query.deferred_loading[0])
    read = queryset.query.annotation_select
    return [
        key.name if key.name in read or (key.own and not partial) else f"_key_{number}"
        for number, key in enumerate(keys)
    ]


def _missing(keys: Sequence[Key], places: list[str]) -> dict[str, F]:
    named = zip(keys, places, strict=True)
    return {place: F(key.name) for key, place in named if place != key.name}


def _token(row: Model, places: list[str], context: bytes) -> str:
    return cursors.encode([getattr(row, place) for place in places], context)


def context_of(queryset: QuerySet[M], keys: Sequence[Key]) -> bytes:
    """The statement of the list, with its values but without what it selects."""
    listed = queryset.order_by(*(key.expression() for key in keys)).values_list("pk")
    try:
        sql, params = listed.query.sql_with_params()
    except EmptyResultSet:
        return b"no rows"
    values: list[Any] = [getattr(value, "obj", value) for value in params]
    return repr((sql, values)).encode()
