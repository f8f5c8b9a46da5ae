"""Time-ordered 64-bit ids: 41 bits of milliseconds, 10 of node, 12 of sequence."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

EPOCH = datetime(2010, 1, 1, tzinfo=UTC)
NODE_BITS, SEQUENCE_BITS = 10, 12
MAX_NODE, SEQUENCE_MASK = (1 << NODE_BITS) - 1, (1 << SEQUENCE_BITS) - 1
SHIFT = NODE_BITS + SEQUENCE_BITS


class TimeOrderedIdField(models.BigAutoField[int, int]):
    """A primary key made by the SQL function `daira_id()`; Django reads it back as a key."""

    def db_type_suffix(self, connection: "BaseDatabaseWrapper") -> str:
        return "DEFAULT daira_id()"


def milliseconds(moment: datetime) -> int:
    """Milliseconds from EPOCH to `moment` (aware, rounded down)."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def hour_of(moment: datetime) -> int:
    """Whole hours from EPOCH to `moment`."""
    return (moment - EPOCH) // timedelta(hours=1)


def compose(millis: int, node: int, sequence: int) -> int:
    """Build an id from its three parts; sequence is taken modulo 4096."""
    return millis << SHIFT | node << SEQUENCE_BITS | sequence & SEQUENCE_MASK


def moment_of(identifier: int) -> datetime:
    """The time, to the millisecond, at which an id was made."""
    return EPOCH + timedelta(milliseconds=identifier >> SHIFT)
