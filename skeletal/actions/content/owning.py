"""Whose a thing is: another's is not theirs, and one that they do not see is not there."""

from typing import NamedTuple, Protocol

from skeletal.errors import Forbidden, NotFound


class Owned(Protocol):
    """What a write tells of the thing: whether it is the actor's, whether they see it."""

    @property
    def own(self) -> bool: ...

    @property
    def seen(self) -> bool: ...


class Stands(NamedTuple):
    """The same, asked by hand."""

    own: bool
    seen: bool


def require_own(answer: Owned | None, what: str) -> None:
    """Raise NotFound for a thing that is absent or not visible, Forbidden for another's."""
    if answer is None or not (answer.own or answer.seen):
        raise NotFound(f"no such {what}")
    if not answer.own:
        raise Forbidden(f"this {what} is not theirs")
