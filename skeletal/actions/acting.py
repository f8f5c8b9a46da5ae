"""What every write asks first: who acts, and whether the thing is there for them."""

from typing import Any, Protocol, TypeVar

from skeletal.db.prepared import Param
from skeletal.errors import Forbidden, NotFound
from skeletal.models import User

ACTOR = User.objects.filter(pk=Param("actor"), status="active", deleted_at=None).values("id")
"""The one who acts, if the account is active; a part of single-statement writes."""


class Answer(Protocol):
    """What a single-statement write tells of itself: whether the actor may act, what was found."""

    @property
    def allowed(self) -> bool: ...

    @property
    def found(self) -> bool: ...


A = TypeVar("A", bound=Answer)


def require(answer: A | None, what: str) -> A:
    """Return the answer of a write that was allowed and found its object, else raise."""
    assert answer is not None  # noqa: S101 - these statements always give one row
    if not answer.allowed:
        raise Forbidden("this account may not act")
    if not answer.found:
        raise NotFound(f"no such {what}")
    return answer


def require_actor(user_id: Any) -> None:
    """Raise Forbidden unless the account is active: 1 statement."""
    if not User.objects.filter(pk=user_id, status="active", deleted_at=None).exists():
        raise Forbidden("this account may not act")
