"""The order of a list as keys: column, direction, place of NULL; the last key is unique."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import F, OrderBy

from skeletal.db import cursors
from skeletal.db.columns import column

Order = Sequence[str | F | OrderBy]
"""`"name"`, `"-name"`, `"author__username"`, or `F("name").desc(nulls_last=True)`."""

Rows = models.QuerySet[Any]
DECIMAL_ROOM, OTHER_ROOM = 64, 20
TYPES: tuple[tuple[type["models.Field[Any, Any]"], type], ...] = (
    (models.BooleanField, bool),
    (models.IntegerField, int),
    (models.CharField, str),
    (models.TextField, str),
    (models.DateTimeField, datetime),
    (models.DateField, date),
    (models.UUIDField, UUID),
    (models.DecimalField, Decimal),
    (models.FloatField, float),
)
"""Types whose values a token carries exactly; a datetime field is a date field too."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an order. Where it cannot be NULL, `nulls_first` follows PostgreSQL's default."""

    name: str
    field: "models.Field[Any, Any]"
    descending: bool
    nullable: bool
    nulls_first: bool
    own: bool
    """Whether it is a column of the listed table itself."""

    def reversed(self) -> Self:
        """The same key walked the other way."""
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)

    def expression(self) -> OrderBy:
        """What ORDER BY takes; the place of NULL is said only where it is not the default."""
        if self.nulls_first == self.descending:
            return OrderBy(F(self.name), descending=self.descending)
        where = {"nulls_first": True} if self.nulls_first else {"nulls_last": True}
        return OrderBy(F(self.name), descending=self.descending, **where)

    @property
    def type(self) -> Any:
        """The Python type of the key's values."""
        known = _type(self.field)
        return known | None if self.nullable else known


def read_order(rows: Rows, order: Order) -> tuple[Key, ...]:
    """Return the keys of `order`, completed by the primary key in the last key's direction.

    Keys behind a complete primary key, and repeated ones, decide nothing and are left out. NULLs
    are larger than everything, as in PostgreSQL, where the order does not place them. An
    annotation counts as nullable. Raises ValueError for an order that cannot be paged: empty,
    not of columns and annotations, of a type that a token cannot carry, or of texts so long that
    a token might not hold them. So no list ever fails because of the rows it happens to hold.
    """
    primary = [field.attname for field in rows.model._meta.pk_fields]
    keys: dict[str, Key] = {}
    for name, descending, nulls_first in _terms(order, primary):
        key = _key(rows, name, descending, nulls_first)
        keys.setdefault(key.name, key)
        if keys.keys() >= set(primary):
            break
    if sum(_room(key.field) for key in keys.values()) > cursors.ROOM:
        raise ValueError(f"the keys of {tuple(order)} may be too long for a cursor")
    return tuple(keys.values())


def _terms(order: Order, primary: list[str]) -> Iterator[tuple[str, bool, bool | None]]:
    if not order:
        raise ValueError("an empty order cannot be paged")
    for term in order:
        ordering = _ordering(term)
        named: Any = ordering.expression
        descending = ordering.descending
        first = True if ordering.nulls_first else False if ordering.nulls_last else None
        for name in primary if named.name == "pk" else [named.name]:
            yield name, descending, first
    for name in primary:
        yield name, descending, None


def _ordering(term: str | F | OrderBy) -> OrderBy:
    if isinstance(term, str):
        term = OrderBy(F(term.removeprefix("-")), descending=term.startswith("-"))
    if isinstance(term, F):
        term = OrderBy(term)
    if isinstance(term, OrderBy) and isinstance(term.expression, F):
        return term
    raise ValueError(f"{term!r} cannot be paged: annotate it, and order by the annotation's name")


def _key(rows: Rows, name: str, descending: bool, nulls_first: bool | None) -> Key:
    annotation = rows.query.annotations.get(name)
    if annotation is not None and annotation.contains_over_clause:
        raise ValueError(f"{name!r} is reckoned over the whole list and cannot be paged")
    if annotation is None:
        path, field, nullable = column(rows.model, name)
    else:
        path, field, nullable = name, annotation.output_field, True
    if nulls_first is None or not nullable:
        nulls_first = descending
    own = annotation is None and "__" not in path
    return Key(path, field, descending, nullable, nulls_first, own)


def _type(field: "models.Field[Any, Any]") -> type:
    for kind, known in TYPES:
        if isinstance(field, kind):
            return known
    raise ValueError(f"a {type(field).__name__} cannot be a key of pages")


def _room(field: "models.Field[Any, Any]") -> float:
    """The most bytes that a value takes in a token: 4 for each character of a text."""
    known = _type(field)
    if known is str:
        return 4 * field.max_length + 3 if field.max_length else float("inf")
    return DECIMAL_ROOM if known is Decimal else OTHER_ROOM
