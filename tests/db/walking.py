"""Walks over keyset pages, and the order that they must show, sorted by Python."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import pytest
from django.db.models import F, Model, OrderBy, QuerySet
from hypothesis import HealthCheck, settings

from skeletal.db.keyset import paginate
from skeletal.db.orders import Order
from skeletal.errors import InvalidCursor
from skeletal.models import Hashtag

M = TypeVar("M", bound=Model)
START = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
EXAMPLES = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Term(NamedTuple):
    """One key of an order; without `nulls_first` it is written as text."""

    name: str
    descending: bool
    nulls_first: bool | None = None

    def written(self) -> str | OrderBy:
        if self.nulls_first is None:
            return ("-" if self.descending else "") + self.name
        place = {"nulls_first": True} if self.nulls_first else {"nulls_last": True}
        return OrderBy(F(self.name), descending=self.descending, **place)


def moment(microseconds: int | None) -> datetime | None:
    """So many microseconds after START."""
    return None if microseconds is None else START + timedelta(microseconds=microseconds)


def make(moments: Sequence[int], prefix: str = "t") -> None:
    """One tag for each number: the microseconds after START at which it was made."""
    Hashtag.objects.bulk_create(
        Hashtag(
            name=f"{prefix}{n}",
            display_name="t",
            created_at=START + timedelta(microseconds=microseconds),
        )
        for n, microseconds in enumerate(moments)
    )


def pages(
    rows: QuerySet[M],
    order: Order,
    limit: int,
    between: Callable[[list[M]], object] = lambda page: None,
    backward: bool = False,
) -> Iterable[list[M]]:
    """The rows of each page in turn; `between` runs after each page but the last."""
    cursor: str | None = None
    while True:
        page = paginate(rows, cursor=cursor, limit=limit, order_by=order, backward=backward)
        assert page.has_more == (page.next_cursor is not None)
        yield page.data
        if not page.has_more:
            return
        assert len(page.data) == limit
        between(page.data)
        cursor = page.next_cursor


def walk(
    rows: QuerySet[M],
    order: Order,
    limit: int,
    between: Callable[[list[M]], object] = lambda page: None,
    backward: bool = False,
) -> list[Any]:
    """The keys of all pages in the list's order; a backward walk lays each page before the last."""
    seen: list[Any] = []
    for page in pages(rows, order, limit, between, backward):
        ids = [row.pk for row in page]
        seen = ids + seen if backward else seen + ids
    return seen


def in_order(rows: Iterable[M], terms: Sequence[Term]) -> list[Any]:
    """The keys of `rows` in the order of `terms`, ties by primary key in the last direction."""
    found = sorted(rows, key=lambda row: row.pk, reverse=terms[-1].descending)
    for name, descending, nulls_first in reversed(terms):
        some = [row for row in found if getattr(row, name) is not None]
        none = [row for row in found if getattr(row, name) is None]
        some.sort(key=lambda row: getattr(row, name), reverse=descending)
        first = descending if nulls_first is None else nulls_first
        found = none + some if first else some + none
    return [row.pk for row in found]


def token(limit: int = 2, order: Order = ("-id",), rows: "QuerySet[Hashtag] | None" = None) -> str:
    """The cursor behind the first `limit` tags."""
    rows = Hashtag.objects.all() if rows is None else rows
    cursor = paginate(rows, cursor=None, limit=limit, order_by=order).next_cursor
    assert cursor is not None
    return cursor


def refused(cursor: str, order: Order = ("-id",), rows: "QuerySet[Hashtag] | None" = None) -> bool:
    """Whether the list of tags turns the cursor away, in both directions."""
    rows = Hashtag.objects.all() if rows is None else rows
    for backward in (False, True):
        with pytest.raises(InvalidCursor) as refusal:
            paginate(rows, cursor=cursor, limit=2, order_by=order, backward=backward)
        assert refusal.value.context == {"field": "cursor"}
    return True
