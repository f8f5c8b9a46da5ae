"""Events on their way: taken one at a time, finished, put off or given up."""

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db.models import F, Q
from django.db.models.functions import Now

from skeletal.errors import Unavailable
from skeletal.models import OutboxEvent
from skeletal.rules import limits

LONGEST_PAUSE = timedelta(hours=1)
PAUSE_AWAY = timedelta(seconds=5)
"""While a server is away that the event needs: what a cache was not told is stale until then."""
OPEN = Q(done_at=None, attempts__lt=limits.EVENT_ATTEMPTS)
GIVEN_UP = Q(done_at=None, attempts__gte=limits.EVENT_ATTEMPTS)
DUE = Q(retry_at=None) | Q(retry_at__lte=Now())


def take_event(after: int = 0, *, besides: Collection[str] = ()) -> OutboxEvent | None:
    """Lock the oldest open event behind `after` that is due and nobody holds: 1 statement.

    Events of the names `besides` are left.

    To be called within the transaction that will have its effects.
    """
    due = OutboxEvent.objects.filter(OPEN, DUE, pk__gt=after).order_by("pk")
    if besides:
        due = due.exclude(name__in=besides)
    return due.select_for_update(skip_locked=True).first()


def finish_event(event: OutboxEvent) -> None:
    """Mark an event done, in the transaction of its effects: 1 statement."""
    OutboxEvent.objects.filter(pk=event.pk).update(done_at=Now(), error="")


def put_off_event(event: OutboxEvent, error: Exception) -> bool:
    """Let a failed event wait twice as long as the last time, an hour at most: 1 statement.

    Return whether that was its last attempt: it stays open, and is not taken until `retry_events`.
    Where only a server was away it waits for seconds, and is not given up.
    """
    away = isinstance(error, Unavailable)
    longer = min(timedelta(seconds=2**event.attempts), LONGEST_PAUSE)
    OutboxEvent.objects.filter(pk=event.pk, done_at=None).update(
        attempts=F("attempts") + (0 if away else 1),
        retry_at=Now() + (PAUSE_AWAY if away else longer),
        error=getattr(error, "code", type(error).__name__)[:100],
    )
    return not away and event.attempts + 1 >= limits.EVENT_ATTEMPTS


def retry_events(event_ids: Iterable[int]) -> int:
    """Let given-up events be taken again, at once; return how many were given up: 1 statement.

    Each has all its attempts before it; what it last failed of stays readable until it is done.
    """
    rows = OutboxEvent.objects.filter(GIVEN_UP, pk__in=list(event_ids))
    return rows.update(attempts=0, retry_at=None)
