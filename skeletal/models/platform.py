"""What the platform keeps about itself: open counter differences, totals, and seeded worlds."""

from django.db import models
from django.db.models import Q

from skeletal.db.fields import CounterField
from skeletal.db.ids import TimeOrderedIdField
from skeletal.models.base import PlannedQuerySet, classified


class CounterDeltaQuerySet(PlannedQuerySet["CounterDelta"]):
    page_order = ("id",)


class CounterDelta(models.Model):
    """A difference that a statement made to a count and that the sweep has not folded yet."""

    privacy = classified(system="object_type object_id counter delta")

    pk = models.CompositePrimaryKey("object_type", "object_id", "id")
    object_type = models.CharField(max_length=15)
    object_id = models.BigIntegerField()
    id = models.BigIntegerField(db_default=models.Func(function="daira_id"))
    counter = models.CharField(max_length=20)
    delta = models.IntegerField()

    objects = CounterDeltaQuerySet.as_manager()

    class Meta:
        db_table = "counter_deltas"

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id} {self.counter} {self.delta:+d}"


class PlatformTotalsQuerySet(PlannedQuerySet["PlatformTotals"]):
    pass


class PlatformTotals(models.Model):
    """The one row of totals, kept by the same triggers and sweep as every counter."""

    privacy = classified(
        system="users_count posts_count videos_count follows_count transactions_count"
    )

    id = models.SmallIntegerField(primary_key=True, default=1)
    users_count = CounterField()
    posts_count = CounterField()
    videos_count = CounterField()
    follows_count = CounterField()
    transactions_count = CounterField()

    objects = PlatformTotalsQuerySet.as_manager()

    class Meta:
        db_table = "platform_totals"
        verbose_name_plural = "platform totals"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="platform_totals_one_row")]

    def __str__(self) -> str:
        return "platform totals"


class SeededWorldQuerySet(PlannedQuerySet["SeededWorld"]):
    pass


class SeededWorld(models.Model):
    """A world that `seed` has loaded; its name is unique, so two loads never overlap."""

    privacy = classified(system="name parameters rows")

    id = TimeOrderedIdField(primary_key=True)
    name = models.CharField(max_length=100, unique=True)
    parameters = models.JSONField(default=dict)
    rows = models.JSONField(default=dict)

    objects = SeededWorldQuerySet.as_manager()

    class Meta:
        db_table = "seeded_worlds"

    def __str__(self) -> str:
        return self.name
