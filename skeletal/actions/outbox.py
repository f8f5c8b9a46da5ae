"""Events on their way: taken one at a time, finished or put off."""

from datetime import timedelta

from django.db.models import F, Q
from django.db.models.functions import Now

from skeletal.models import OutboxEvent

MOST_ATTEMPTS = 10
"""An event that failed so often stays open and is not taken again until an operator resets it."""
LONGEST_PAUSE = timedelta(hours=1)
OPEN = Q(done_at=None, attempts__lt=MOST_ATTEMPTS)
DUE = Q(retry_at=None) | Q(retry_at__lte=Now())


def take_event(after: int = 0) -> OutboxEvent | None:
    """Lock the oldest open event behind `after` that is due and nobody holds: 1 statement.

    To be called within the transaction that will have its effects.
    """
    due = OutboxEvent.objects.filter(OPEN, DUE, pk__gt=after).order_by("pk")
    return due.select_for_update(skip_locked=True).first()


def finish_event(event: OutboxEvent) -> None:
    """Mark an event done, in the transaction of its effects: 1 statement."""
    OutboxEvent.objects.filter(pk=event.pk).update(done_at=Now(), error="")


def put_off_event(event: OutboxEvent, error: Exception) -> None:
    """Let a failed event wait twice as long as the last time, an hour at most: 1 statement."""
    pause = min(timedelta(seconds=2**event.attempts), LONGEST_PAUSE)
    OutboxEvent.objects.filter(pk=event.pk, done_at=None).update(
        attempts=F("attempts") + 1,
        retry_at=Now() + pause,
        error=getattr(error, "code", type(error).__name__)[:100],
    )
