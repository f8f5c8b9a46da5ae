"""Runs a piece of work as one transaction, again if it must, and says when nobody can know."""

import logging
import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from django.db import Error, connection, transaction
from psycopg.pq import TransactionStatus

from skeletal import metrics
from skeletal.db.failures import unavailable
from skeletal.errors import PoolExhausted, SerializationConflict, UnknownOutcome

ATTEMPTS = 3
LONGEST_PAUSE = 0.05
"""Seconds after the first attempt; doubled after each further one."""
CONFLICTS = {"40001": "serialization", "40P01": "deadlock"}

T = TypeVar("T")
log = logging.getLogger("daira.database")


def execute_transaction(callback: Callable[[], T], *, attempts: int = ATTEMPTS) -> T:
    """Run `callback` in a transaction on `default` and return its answer once that is committed.

    The whole transaction runs again, `attempts` times at most, after a deadlock, a serialization
    failure, a prepared statement that was lost or whose result changed, and a connection that
    was lost before COMMIT was sent: nothing was written then. So `callback` does nothing outside
    the database; that belongs into `transaction.on_commit`, whose hooks fire once. Before the
    second attempt it pauses for 0 to 50 ms, before the third for 0 to 100 ms, at random.

    Within another transaction it is a savepoint and runs once: the error goes up to the outermost
    `execute_transaction`. It costs BEGIN and COMMIT, or the savepoint and its release.

    Raises SerializationConflict when the last attempt met a conflict too, UnknownOutcome when
    the connection was lost while committing, TransactionManagementError when `callback` swallowed
    an error that had ended the transaction, and every other error as it came.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            return callback()
    number = 1
    while True:
        attempt = _Attempt()
        try:
            return attempt.run(callback)
        except Error as error:
            cause = attempt.reason_to_repeat(error)
            _require_another(cause, error, last=number >= attempts)
        metrics.TRANSACTION_RETRIES.labels(cause).inc()
        log.info("a transaction runs again, attempt %d ended by %s", number, cause)
        _pause(number)
        connection.close_if_unusable_or_obsolete()
        number += 1


class _Attempt:
    """One run of the work, and how far it came: what an error means depends on that."""

    def __init__(self) -> None:
        self.link: Any = None
        self.committing = self.committed = False

    def run(self, callback: Callable[[], T]) -> T:
        try:
            with transaction.atomic():
                self.link = connection.connection
                transaction.on_commit(self._note_commit)
                result = callback()
                self._require_sound()
                self.committing = True
        except Error as error:
            if self.committing and not self.committed and self.link.closed:
                metrics.UNKNOWN_OUTCOMES.inc()
                sentence = "the connection was lost while committing: look before repeating"
                raise UnknownOutcome(sentence) from error
            raise
        return result

    def reason_to_repeat(self, error: Error) -> str | None:
        """Name why the transaction may run again; None if it must not."""
        if self.committed or isinstance(unavailable(error), PoolExhausted):
            return None
        cause = error.__cause__
        if isinstance(cause, psycopg.Error):
            if cause.sqlstate in CONFLICTS:
                return CONFLICTS[cause.sqlstate]
            if _is_stale_statement(cause):
                return "prepared_statement"
        return "connection" if self.link is None or self.link.closed else None

    def _note_commit(self) -> None:
        """Runs before all other hooks: an error after it is a hook's, and changes nothing."""
        self.committed = True

    def _require_sound(self) -> None:
        """PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error."""
        failed = self.link.info.transaction_status == TransactionStatus.INERROR
        if failed or self.link.closed or connection.closed_in_transaction:
            sentence = "the transaction failed and its error was swallowed: nothing is committed"
            raise transaction.TransactionManagementError(sentence)


def _require_another(cause: str | None, error: Error, *, last: bool) -> None:
    """Raise what the caller gets to see unless one more attempt is due."""
    if last and cause in CONFLICTS.values():
        sentence = "other transactions kept coming in between; nothing was written, try again"
        raise SerializationConflict(sentence) from error
    if last or cause is None:
        raise error


def _is_stale_statement(cause: psycopg.Error) -> bool:
    """Lost (26000), or its result changed: 0A000 means that only where the plan is looked at."""
    changed = cause.sqlstate == "0A000" and cause.diag.source_function == "RevalidateCachedQuery"
    return changed or cause.sqlstate == "26000"


def _pause(number: int) -> None:
    longest = LONGEST_PAUSE * 2 ** (number - 1)
    time.sleep(random.uniform(0, longest))  # noqa: S311 - spreads rivals, guards no secret
