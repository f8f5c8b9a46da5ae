"""Pages of hot lists: the next one starts after the id of the last row."""

from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet

from skeletal.db.cursors import position, read_position
from skeletal.db.prepared import Param, Read
from skeletal.errors import InvalidInput
from skeletal.queries.visibility import Sight
from skeletal.records import Page
from skeletal.rules.ids import whole_id

R = TypeVar("R")
Rows = TypeVar("Rows", bound="QuerySet[Any]")

SIZES = (20, 50, 100)
"""LIMIT is part of a statement's shape, and shapes are few: other limits are cut in Python."""

_SIZE_OF = [next(size for size in SIZES if size >= limit) for limit in range(SIZES[-1] + 1)]


def size_of(limit: int) -> int:
    """The smallest size that holds `limit` rows; raises InvalidInput outside 1..100."""
    if isinstance(limit, int) and not isinstance(limit, bool) and 1 <= limit <= SIZES[-1]:
        return _SIZE_OF[limit]
    raise InvalidInput(f"limit must be between 1 and {SIZES[-1]}", field="limit")


def newest_first(rows: Rows, continued: bool, size: int) -> Rows:
    """One row more than a page, by falling id."""
    rows = rows.filter(pk__lt=Param("after")) if continued else rows
    return rows.order_by("-pk")[: size + 1]


def oldest_first(rows: Rows, continued: bool, size: int) -> Rows:
    """One row more than a page, by rising id."""
    rows = rows.filter(pk__gt=Param("after")) if continued else rows
    return rows.order_by("pk")[: size + 1]


def ids_first(rows: Rows) -> "QuerySet[Any]":
    """Let an index that holds all that the rule asks for find the ids, then read their rows."""
    found = ArraySubquery(rows.values("pk"))
    ordered: QuerySet[Any] = rows.model._default_manager.filter(pk__any=found)
    return ordered.order_by(*rows.query.order_by)


def context_of(read: Read[Any], sight: Sight, *, owner: int, viewer: int) -> bytes:
    """What a cursor is bound to: the list, its owner and who looks; raises InvalidInput."""
    return b"%s|%s|%d|%d" % (read.context, sight.encode(), whole_id(owner, "id"), viewer)


def page_of(
    read: Read[R], sight: Sight, cursor: str | None, limit: int, *, owner: int = 0, **values: Any
) -> Page[R]:
    """One page of a list whose shape is (sight, continued, size): one statement.

    A cursor is bound to the list, its owner and the viewer; raises InvalidCursor for any other.
    """
    size = size_of(limit)
    context = context_of(read, sight, owner=owner, viewer=values.get("viewer") or 0)
    if cursor is not None:
        (values["after"],) = read_position(cursor, context, 1)
    data, last = read(sight, cursor is not None, size).up_to(limit, **values)
    if last is None:
        return Page(data=data, next_cursor=None, has_more=False)
    return Page(data=data, next_cursor=position(context, last), has_more=True)
