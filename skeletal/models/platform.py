"""What the platform keeps about itself: events, repeated writes, counter differences, totals."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from skeletal.db.fields import CounterField
from skeletal.db.ids import TimeOrderedIdField
from skeletal.db.triggers import no_truncate
from skeletal.models.base import PlannedQuerySet, Table, classified


class CounterDeltaQuerySet(PlannedQuerySet["CounterDelta"]):
    page_order = ("id",)


class CounterDelta(models.Model):
    """A difference that a statement made to a count and that the sweep has not folded yet.

    `hour` (since 2010) is when the rows that it counts were made, where that matters to trends.
    """

    privacy = classified(system="object_type object_id counter delta hour")

    pk = models.CompositePrimaryKey("object_type", "object_id", "id")
    object_type = models.CharField(max_length=15)
    object_id = models.BigIntegerField()
    id = models.BigIntegerField(db_default=models.Func(function="daira_id"))
    counter = models.CharField(max_length=20)
    delta = models.IntegerField()
    hour = models.IntegerField(null=True, blank=True)

    objects = CounterDeltaQuerySet.as_manager()

    class Meta:
        db_table = "counter_deltas"
        triggers = [no_truncate()]

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


class OutboxEventQuerySet(PlannedQuerySet["OutboxEvent"]):
    page_order = ("id",)


class OutboxEvent(Table):
    """A fact, written in the transaction that made it true; ids only, never a name or a text.

    `done_at` is set in the transaction of its last effect. A failed event waits until `retry_at`.
    """

    privacy = classified(
        record="actor_id aggregate_id payload",
        system="name version aggregate_type done_at attempts retry_at error",
    )

    name = models.CharField(max_length=60)
    version = models.SmallIntegerField(db_default=1)
    aggregate_type = models.CharField(max_length=20)
    aggregate_id = models.BigIntegerField()
    actor_id = models.BigIntegerField(null=True, blank=True)
    payload = models.JSONField()
    done_at = models.DateTimeField(null=True, blank=True)
    attempts = models.SmallIntegerField(db_default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=100, blank=True, db_default="")

    objects = OutboxEventQuerySet.as_manager()

    class Meta:
        db_table = "outbox_events"
        indexes = [models.Index(fields=["id"], name="idx_outbox_open", condition=Q(done_at=None))]

    def __str__(self) -> str:
        return f"{self.name} of {self.aggregate_type} {self.aggregate_id}"


class IdempotencyKeyQuerySet(PlannedQuerySet["IdempotencyKey"]):
    list_related = ("user",)


class IdempotencyKey(Table):
    """A write that a client may send again: the same key and body get the first answer."""

    privacy = classified(relation="user", system="key digest answer_id")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="idempotency_keys",
        db_index=False,
    )
    key = models.CharField(max_length=64)
    digest = models.BinaryField(max_length=16)
    answer_id = models.BigIntegerField()

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        db_table = "idempotency_keys"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="uq_idempotency_key")]

    def __str__(self) -> str:
        return f"key of {self.user_id}"
