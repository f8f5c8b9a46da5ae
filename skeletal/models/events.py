"""Facts on their way to others, and the answers of writes that may be sent twice."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from skeletal.models.base import PlannedQuerySet, Table, classified


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
