"""Runs what is pending within this process: for tests and small installations."""

import logging
from contextlib import suppress
from dataclasses import dataclass

from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    connections,
    transaction,
)

from skeletal import metrics
from skeletal.actions.content import publish_due
from skeletal.actions.counters import sweep
from skeletal.actions.feeds import advance_mark, push_forgotten, review_authors
from skeletal.actions.outbox import finish_event, put_off_event, take_event
from skeletal.errors import Unavailable
from skeletal.jobs.handlers import AGAIN, HANDLERS
from skeletal.models import OutboxEvent

log = logging.getLogger("daira.jobs")


@dataclass(frozen=True)
class Turn:
    """How many drafts were published, events done and failed, differences folded, posts proved."""

    published: int
    done: int
    failed: int
    folded: int
    proved: int


@dataclass
class Ran:
    """How many events are done, and how many failed and wait for another attempt."""

    done: int = 0
    failed: int = 0


def run_pending(limit: int = 1000) -> Ran:
    """Run the actions of at most `limit` open events, oldest first, each in a transaction.

    The event is done in the transaction of its effects, so it has them once. One that fails has
    none: it waits, longer each time, and those behind it go on. Where a server is away that events
    of one name need, the others of this name wait for the next run. Several processes may run at
    once. Costs two statements an event beside those of its actions.
    """
    ran, last, waiting = Ran(), 0, set[str]()
    while ran.done + ran.failed < limit:
        event: OutboxEvent | None = None
        try:
            with transaction.atomic():
                event = take_event(last, besides=waiting)
                if event is None:
                    break
                finished = _run(event)
            ran.done += finished
        except Exception as error:
            if event is None:
                raise
            _put_off(event, error)
            ran.failed += 1
            if isinstance(error, Unavailable):
                waiting.add(event.name)
            finished = True
        last = event.pk if finished else event.pk - 1
    return ran


def tend_windows() -> int:
    """Prove what was pushed to feed windows, and push what was forgotten; a turn of each second.

    Return how many posts were proved. Raises nothing where Redis is away: then no window is
    believed, and nothing is lost.
    """
    proved = advance_mark()
    with suppress(Unavailable):
        push_forgotten()
    review_authors()
    return proved


def turn() -> Turn:
    """All that is to be done again and again: events, drafts that are due, counts, feed windows.

    Raises what says that PostgreSQL is away.
    """
    due, ran = publish_due(), run_pending()
    return Turn(
        published=len(due.published),
        done=ran.done,
        failed=ran.failed,
        folded=sweep(),
        proved=tend_windows(),
    )


def turn_or_wait() -> bool:
    """Take a turn; whether it came to its end. One that did not is logged, and is to come again."""
    try:
        turn()
    except (DatabaseError, InterfaceError, Unavailable) as error:
        away = isinstance(error, OperationalError | InterfaceError | Unavailable)
        name = type(error).__name__
        log.warning("a turn broke off: %s", name, exc_info=None if away else error)
        connections.close_all()
        return False
    return True


def _run(event: OutboxEvent) -> bool:
    """Whether the event is done; one that is not is taken again, with what it did so far kept."""
    for handler in HANDLERS.get(event.name, ()):
        if handler(event) is AGAIN:
            return False
    finish_event(event)
    return True


def _put_off(event: OutboxEvent, error: Exception) -> None:
    """Counted and logged by the event's name; where even this fails, the server is away."""
    metrics.FAILED_EVENTS.labels(event.name).inc()
    if isinstance(error, Unavailable):
        log.warning("event %s %d waits: %s", event.name, event.pk, error)
    else:
        name = type(error).__name__
        log.error("event %s %d failed: %s", event.name, event.pk, name, exc_info=error)
    if put_off_event(event, error):
        metrics.GIVEN_UP_EVENTS.labels(event.name).inc()
        log.error("event %s %d is given up: it waits for an operator", event.name, event.pk)
