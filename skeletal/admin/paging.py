"""Lists whose cost does not grow with the table: newest first, counted and paged up to a bound."""

from functools import cached_property
from typing import Any, cast

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

REACH = 10_000
"""Rows that can be paged through; what lies deeper is found by search."""


class BoundedPaginator(Paginator[Any]):
    """Counts no further than REACH + 1 rows: one query of bounded cost, and no deep OFFSET."""

    @cached_property
    def count(self) -> int:
        """Rows that can be reached: the whole list, or REACH of it."""
        rows = cast("QuerySet[Model]", self.object_list)
        return min(rows.order_by()[: REACH + 1].count(), REACH)


class NewestFirst(ChangeList):
    """A list that is always in the order of its primary key, whatever the address asks for."""

    def get_ordering(self, request: HttpRequest, queryset: "QuerySet[Model]") -> list[Any]:
        return ["-pk"]
