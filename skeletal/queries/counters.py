"""Counts exact at this moment: the column and the differences that are not yet folded into it."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models
from django.db.models import (
    BigIntegerField,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from skeletal.models import (
    Circle,
    Comment,
    CounterDelta,
    Hashtag,
    PlatformTotals,
    Poll,
    Post,
    UserList,
    UserProfile,
    Video,
)

Rows = TypeVar("Rows", bound="QuerySet[Any]")

TARGETS: dict[str, type[models.Model]] = {
    "circle": Circle,
    "comment": Comment,
    "hashtag": Hashtag,
    "platform": PlatformTotals,
    "poll": Poll,
    "post": Post,
    "user_list": UserList,
    "user_profile": UserProfile,
    "video": Video,
}
"""The tables that have counters, by their object type in `counter_deltas`."""


def exact(rows: Rows, object_type: str, counters: Iterable[str], *, at: str = "") -> Rows:
    """Annotate `exact_<counter>` for each counter, whose columns stand at the path `at`.

    One index probe for each row and counter, in the same statement: meant for single objects.
    Lists read the column, which is as old as the last sweep.
    """
    return rows.annotate(
        **{f"exact_{name}": _exact(object_type, name, f"{at}{name}") for name in counters}
    )


def exactly(counters: Iterable[str]) -> dict[str, str]:
    """Let a record's counters be read from the annotations that `exact` makes."""
    return {name: f"exact_{name}" for name in counters}


def _exact(object_type: str, counter: str, path: str) -> "ExpressionWrapper[Any]":
    deltas = CounterDelta.objects.filter(
        object_type=object_type, object_id=OuterRef("pk"), counter=counter
    )
    total = Func(F("delta"), function="sum", output_field=BigIntegerField())
    opened = Coalesce(Subquery(deltas.values(total=total)), 0, output_field=BigIntegerField())
    return ExpressionWrapper(F(path) + opened, output_field=BigIntegerField())
