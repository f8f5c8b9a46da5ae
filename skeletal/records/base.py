"""The kinds of value that every domain's records are made of."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, Generic, TypeVar

import msgspec

Id = Annotated[int, msgspec.Meta(extra_json_schema={"type": "string", "pattern": "^[0-9]+$"})]
"""A 64-bit id: int in Python, a string of digits in JSON: browsers round integers above 2^53."""

Count = Annotated[int, msgspec.Meta(ge=0)]
"""How many; never below zero."""

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time with its zone, always UTC."""

Item = TypeVar("Item")
Other = TypeVar("Other")


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An immutable value with named fields, which can be in no cycle: no collector looks at it."""


class Page(Record, Generic[Item], frozen=True, kw_only=True):
    """A page of a list: rows in order, the token of the next page, and whether there is one."""

    data: list[Item]
    next_cursor: str | None
    has_more: bool

    def map(self, shape: Callable[[Item], Other]) -> "Page[Other]":
        """Return the same page with each row shaped anew."""
        data = [shape(item) for item in self.data]
        return Page(data=data, next_cursor=self.next_cursor, has_more=self.has_more)


class Made(Record, frozen=True, kw_only=True):
    """The id of a new row; `repeated` says that an earlier call with the same key made it."""

    id: Id
    repeated: bool


class Principal(Record, frozen=True, kw_only=True):
    """Who asks: a person by id, or the system itself."""

    user_id: int | None = None
    is_system: bool = False


Viewer = int | Principal | None
"""What a read takes as `viewer_id`: a person's id, SYSTEM, or None: nobody is signed in."""

SYSTEM: Final = Principal(is_system=True)
"""The viewer that trusted callers pass: it sees every row."""
