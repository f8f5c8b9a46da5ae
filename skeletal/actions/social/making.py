"""Things of which a person may have so many: made one at a time, and once under a key."""

from collections.abc import Callable
from typing import Any

from skeletal.actions.acting import one_at_a_time
from skeletal.actions.repeating import once
from skeletal.records import Made


def once_in_turn(
    person: int, key: str | None, arguments: dict[str, Any], work: Callable[[], int]
) -> Made:
    """Run `work` while no other that counts the same person's rows runs: 1 statement beside it.

    With a key at most once, and 2 statements more: the key is looked for behind the lock, so that
    a call which waited finds the answer before it finds the name taken. Raises KeyReused and
    InvalidInput for a key as `once` does.
    """
    if key is None:
        return Made(id=one_at_a_time(person, work), repeated=False)
    return one_at_a_time(person, lambda: once(person, key, arguments, work))
