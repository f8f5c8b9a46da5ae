"""What every write asks first: who acts, and whether the thing is there for them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from django.db import IntegrityError

from skeletal.db.prepared import Command, Param, write
from skeletal.db.transactions import execute_transaction
from skeletal.errors import Conflict, Forbidden, NotFound
from skeletal.models import User
from skeletal.rules.ids import whole_id

ACTOR = User.objects.filter(pk=Param("actor"), status="active", deleted_at=None).values("id")
"""The one who acts, if the account is active; a part of single-statement writes."""


class Answer(Protocol):
    """What a single-statement write tells of itself: whether the actor may act, what was found."""

    @property
    def allowed(self) -> bool: ...

    @property
    def found(self) -> bool: ...


A = TypeVar("A", bound=Answer)
T = TypeVar("T")


def require(answer: A | None, what: str) -> A:
    """Return the answer of a write that was allowed and found its object, else raise."""
    assert answer is not None  # noqa: S101 - these statements always give one row
    if not answer.allowed:
        raise Forbidden("this account may not act")
    if not answer.found:
        raise NotFound(f"no such {what}")
    return answer


def require_actor(user_id: Any) -> None:
    """Raise Forbidden unless the account is active, InvalidInput for no id: 1 statement."""
    number = whole_id(user_id, "user_id")
    if not User.objects.filter(pk=number, status="active", deleted_at=None).exists():
        raise Forbidden("this account may not act")


@contextmanager
def conflicting(**refusals: tuple[str, str]) -> Iterator[None]:
    """Turn the refusal by a constraint that is named here into Conflict: its field and sentence.

    What it holds is a transaction, or a savepoint of one.
    """
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name in refusals:
            field, sentence = refusals[name]
            raise Conflict(sentence, field=field) from error
        raise


def one_at_a_time(person: int, write_it: Callable[[], T]) -> T:
    """Run a write while no other that counts the same person's rows runs: 1 statement beside it."""

    def locked() -> T:
        lock_pair(person, person)
        return write_it()

    return execute_transaction(locked)


def lock_pair(one: int, other: int) -> None:
    """Wait for whoever changes what is between two people, or one's own: 1 statement.

    In a statement of its own: the next one sees what others committed before the lock.
    """
    _lock().first(one=one, other=other)


@write(bool)
def _lock() -> Command:
    return Command(
        "SELECT daira_lock_pair(%(one)s, %(other)s) IS NULL", [Param("one"), Param("other")]
    )
