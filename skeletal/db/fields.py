"""Column types of our own: a counter that no ORM write reaches."""

from typing import Any

from django.db import models


class CounterField(models.IntegerField[int, int]):
    """A count kept by triggers and folded by the sweep; reads 0 on creation.

    The ORM leaves it out of every INSERT and UPDATE, so a `save()` never overwrites it.
    """

    generated = True
    db_returning = True

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("db_default", 0)
        kwargs["editable"] = False
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        return name, "django.db.models.IntegerField", args, kwargs


def counter_fields(model: type[models.Model]) -> list[CounterField]:
    """The counters of a table."""
    return [field for field in model._meta.concrete_fields if isinstance(field, CounterField)]
