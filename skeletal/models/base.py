"""What every table has: a time-ordered id, a loading plan, pages, privacy classes."""

from typing import Any, ClassVar, Self, TypeVar

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.functions import Length, Now
from django.db.models.lookups import LessThanOrEqual

from skeletal.db.fields import counter_fields
from skeletal.db.ids import TimeOrderedIdField
from skeletal.db.keyset import paginate
from skeletal.db.orders import Order
from skeletal.records import Page
from skeletal.rules.privacy import Privacy

M = TypeVar("M", bound=models.Model)


class PlannedQuerySet(models.QuerySet[M]):
    """A queryset that carries its loading plan; subclasses name what a list and a detail need."""

    list_related: ClassVar[tuple[str, ...]] = ()
    detail_related: ClassVar[tuple[str, ...]] = ()
    page_order: ClassVar[Order] = ("-pk",)
    record_paths: ClassVar[dict[str, str]] = {}
    """Where records find what this table keeps elsewhere: field of a record → path."""

    def for_list(self) -> Self:
        """Join what one line of a list shows: one query."""
        return self.select_related(*self.list_related) if self.list_related else self

    def for_detail(self) -> Self:
        """A list line and the row's collections: one query, and one for each collection."""
        return self.for_list().prefetch_related(*map(self._collection, self.detail_related))

    def update(self, **values: Any) -> int:
        """Change columns; raises FieldError for a counter, which only the sweep writes."""
        if counters := {f.name for f in counter_fields(self.model)} & values.keys():
            raise FieldError(f"{', '.join(sorted(counters))}: counters are kept by triggers")
        return super().update(**values)

    def page(
        self, *, cursor: str | None = None, limit: int = 20, backward: bool = False
    ) -> Page[M]:
        """Return one keyset page in `page_order`: one query of limit + 1 rows."""
        order = self.page_order
        return paginate(self, cursor=cursor, limit=limit, order_by=order, backward=backward)

    def _collection(self, path: str) -> "models.Prefetch[str, models.QuerySet[Any], str]":
        """`votes__user`: the votes, each joined with its user."""
        name, _, joined = path.partition("__")
        related: Any = self.model._meta.get_field(name).related_model
        rows = related._default_manager.all()
        return models.Prefetch(name, rows.select_related(joined) if joined else rows)


class Row(models.Model):
    """What a model says of its table, and the time of a row's creation."""

    privacy: ClassVar[dict[str, Privacy]] = {}
    append_only: ClassVar[bool] = False
    always_triggers: ClassVar[tuple[str, ...]] = ()
    """Plain SQL triggers that no session can switch off; `init` verifies that they fire always."""

    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


class EditableRow(Row):
    """A row that also remembers its last change."""

    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Table(Row):
    """A row with a time-ordered id."""

    id = TimeOrderedIdField(primary_key=True)

    class Meta:
        abstract = True


class EditableTable(Table, EditableRow):
    """A row with a time-ordered id that remembers its last change."""

    class Meta:
        abstract = True


APPEND_ONLY = ("append_only_rows", "append_only_table")


def classified(**classes: str) -> dict[str, Privacy]:
    """Read `identity="email phone", system="status"` as a class for each named field.

    Ids and times of the base tables are SYSTEM and need no mention.
    """
    named = dict.fromkeys(("id", "created_at", "updated_at"), Privacy.SYSTEM)
    for privacy, fields in classes.items():
        named |= dict.fromkeys(fields.split(), Privacy(privacy))
    return named


def one_of(field: str, values: str, name: str) -> models.CheckConstraint:
    """A CHECK that a text column holds one of the words in `values`."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": values.split()}), name=name)


def between(field: str, least: int, most: int, name: str) -> models.CheckConstraint:
    """A CHECK that a number lies in a closed range."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__range": (least, most)}), name=name
    )


def differ(first: str, second: str, name: str) -> models.CheckConstraint:
    """A CHECK that two columns of a row are not equal."""
    return models.CheckConstraint(condition=~models.Q(**{first: models.F(second)}), name=name)


def at_least(field: str, least: int, name: str) -> models.CheckConstraint:
    """A CHECK that a number is not below `least`."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__gte": least}), name=name)


def longest(field: str, length: int, name: str) -> models.CheckConstraint:
    """A CHECK that a text is not longer than `length` characters."""
    return models.CheckConstraint(condition=LessThanOrEqual(Length(field), length), name=name)
