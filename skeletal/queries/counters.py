"""Counts as a reader sees them: the column, and for a single object the differences still open."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from skeletal.models import CounterDelta

Rows = TypeVar("Rows", bound="QuerySet[Model]")


def with_open(rows: Rows, object_type: str, counters: Iterable[str]) -> Rows:
    """Read the differences not yet folded into `counters` in the same statement as the rows.

    One index probe for each row and counter: meant for single objects. Lists read the column,
    which is as old as the last sweep.
    """
    return rows.annotate(**{f"open_{name}": _open(object_type, name) for name in counters})


def shown(row: Model, counter: str, *, opened: Model | None = None) -> int:
    """The column of `row`, with what `opened` (or `row`) read `with_open`, never below 0."""
    column: int = getattr(row, counter)
    return max(0, column + getattr(opened or row, f"open_{counter}", 0))


def _open(object_type: str, counter: str) -> Coalesce:
    deltas = CounterDelta.objects.filter(
        object_type=object_type, object_id=OuterRef("pk"), counter=counter
    )
    return Coalesce(Subquery(deltas.values("object_id").annotate(n=Sum("delta")).values("n")), 0)
