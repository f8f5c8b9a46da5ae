"""Batches by id: what is asked for, and the answer in the order asked."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import connection

from skeletal.errors import InvalidInput

R = TypeVar("R")

MOST_IDS = 1000


def wanted(ids: Iterable[int]) -> list[int]:
    """Each id once, in the order asked; raises InvalidInput for more than a thousand."""
    distinct = list(dict.fromkeys(ids))
    if len(distinct) > MOST_IDS:
        raise InvalidInput(f"at most {MOST_IDS} ids in one batch", field="ids")
    return distinct


def in_order(ids: list[int], found: list[R], key: str = "id") -> dict[int, R]:
    """Found records by id, in the order of `ids`."""
    by_id: dict[Any, R] = {getattr(record, key): record for record in found}
    return {id_: by_id[id_] for id_ in ids if id_ in by_id}


def may_copy() -> bool:
    """Whether a read may use a tier: within a transaction the rows alone speak.

    What a transaction has written and not committed nobody else may see, and it sees it itself.
    """
    return not connection.in_atomic_block
