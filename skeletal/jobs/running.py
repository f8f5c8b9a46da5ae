"""Runs what is pending within this process: for tests and small installations."""

import logging
from dataclasses import dataclass

from django.db import transaction

from skeletal import metrics
from skeletal.actions.outbox import finish_event, put_off_event, take_event
from skeletal.jobs.handlers import HANDLERS
from skeletal.models import OutboxEvent

log = logging.getLogger("daira.jobs")


@dataclass
class Ran:
    """How many events are done, and how many failed and wait for another attempt."""

    done: int = 0
    failed: int = 0


def run_pending(limit: int = 1000) -> Ran:
    """Run the actions of at most `limit` open events, oldest first, each in a transaction.

    The event is done in the transaction of its effects, so it has them once. One that fails has
    none: it waits, longer each time, and those behind it go on. Several processes may run at
    once. Costs two statements an event beside those of its actions.
    """
    ran, last = Ran(), 0
    while ran.done + ran.failed < limit:
        event: OutboxEvent | None = None
        try:
            with transaction.atomic():
                event = take_event(last)
                if event is None:
                    break
                _run(event)
            ran.done += 1
        except Exception as error:
            if event is None:
                raise
            _put_off(event, error)
            ran.failed += 1
        last = event.pk
    return ran


def _run(event: OutboxEvent) -> None:
    for handler in HANDLERS.get(event.name, ()):
        handler(event)
    finish_event(event)


def _put_off(event: OutboxEvent, error: Exception) -> None:
    """Counted and logged by the event's name; where even this fails, the server is away."""
    metrics.FAILED_EVENTS.labels(event.name).inc()
    log.error("event %s %d failed: %s", event.name, event.pk, type(error).__name__, exc_info=error)
    put_off_event(event, error)
