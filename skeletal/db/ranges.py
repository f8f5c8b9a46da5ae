"""The rows behind a position in an order, as conditions that an index answers as ranges."""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import F, Q, Value
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    IsNull,
    LessThan,
    LessThanOrEqual,
)

from skeletal.db.cursors import Value as Content
from skeletal.db.orders import Key

Keys = Sequence[Key]
Contents = Sequence[Content]


def ranges_behind(keys: Keys, values: Contents) -> list[Q]:
    """Return the rows behind the one with these values: one condition, or two that follow.

    Keys of one direction are compared as one row value, `(a, b) < (x, y)`: one index range,
    where an OR of comparisons would be a filter. Mixed directions need the OR; a bound on the
    first key beside it says where the index range starts. Where the first key may be NULL, rows
    with and without a value are two ranges, which the caller reads one after the other: no index
    can answer `a > x OR a IS NULL` in order.
    """
    first, value = keys[0], values[0]
    if not first.nullable:
        return [_bounded(keys, values)]
    if value is None:
        ranges = [_null(first) & _behind(keys[1:], values[1:])]
    else:
        ranges = [_bounded((replace(first, nullable=False), *keys[1:]), values)]
    if first.nulls_first is (value is None):
        ranges.append(_null(first, value is not None))
    return ranges


def _bounded(keys: Keys, values: Contents) -> Q:
    """The rows behind, by a first key that has a value in each of them."""
    condition = _behind(keys, values)
    if _is_row(keys, values):
        return condition
    until = LessThanOrEqual if keys[0].descending else GreaterThanOrEqual
    return Q(until(F(keys[0].name), _bind(keys[0], values[0]))) & condition


def _behind(keys: Keys, values: Contents) -> Q:
    """Behind by the first key, or equal in it and behind by the rest; one row value if it can."""
    if _is_row(keys, values):
        return _row(keys, values)
    key, value = keys[0], values[0]
    equal = _null(key) if value is None else Q(Exact(F(key.name), _bind(key, value)))
    tied = equal & _behind(keys[1:], values[1:])
    if value is not None:
        beyond = _row([key], [value])
        return (beyond if key.nulls_first or not key.nullable else beyond | _null(key)) | tied
    return _null(key, False) | tied if key.nulls_first else tied


def _is_row(keys: Keys, values: Contents) -> bool:
    """Whether one row value says it: one direction, and no NULL that would have to come behind.

    A comparison with NULL is never true, and that is right where NULLs stand before the value.
    """
    return len({key.descending for key in keys}) == 1 and all(
        not key.nullable or (key.nulls_first and value is not None)
        for key, value in zip(keys, values, strict=True)
    )


def _row(keys: Keys, values: Contents) -> Q:
    names = [F(key.name) for key in keys]
    bound = [_bind(key, value) for key, value in zip(keys, values, strict=True)]
    if len(keys) == 1:
        beyond = LessThan if keys[0].descending else GreaterThan
        return Q(beyond(names[0], bound[0]))
    beyond_row = TupleLessThan if keys[0].descending else TupleGreaterThan
    return Q(beyond_row(Tuple(*names), tuple(bound)))


def _null(key: Key, is_null: bool = True) -> Q:
    return Q(IsNull(F(key.name), is_null))


def _bind(key: Key, value: Content) -> Value:
    return Value(value, output_field=key.field)
