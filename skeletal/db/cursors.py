"""Page tokens: the keys of one row, signed, versioned and bound to the list they belong to.

There are two forms. `encode` and `decode` carry keys of any type that a list is ordered by.
`position` and `read_position` carry plain 64-bit integers, for lists on a hot path. The first
byte tells them apart.
"""

import struct
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings

from skeletal.db.hot import cursor_key
from skeletal.errors import InvalidCursor
from skeletal.security import signing

Value = int | str | bool | float | Decimal | datetime | date | UUID | None

KEYS, INTEGERS = 1, 2
"""Form and version: a change of what stands behind the byte takes the next free number."""

LONGEST = 2048
"""Characters of a token. Most have about 60; only text keys make longer ones."""

ROOM = LONGEST * 3 // 4 - signing.MAC_BYTES - 1
"""Bytes that the keys of one token may take."""


def encode(keys: Sequence[Value], context: bytes) -> str:
    """Return the token of a row with these keys, in the list that `context` names."""
    payload = bytes((KEYS,)) + msgspec.msgpack.encode(keys)
    return signing.sign(payload, cursor_key(), context)


def decode(cursor: str, context: bytes, types: tuple[Any, ...]) -> tuple[Value, ...]:
    """Return the keys, exactly as they were, of a token made by `encode` for the same context.

    `types` gives the type of each key. Raises InvalidCursor for anything else.
    """
    payload = _unsigned(cursor, context, LONGEST)
    if payload[:1] != bytes((KEYS,)):
        raise _foreign()
    try:
        keys: tuple[Value, ...] = _decoder(types).decode(payload[1:])
    except msgspec.DecodeError as error:
        raise _foreign() from error
    return keys


def position(context: bytes, *keys: int) -> str:
    """Return the token of a row whose keys are 64-bit integers: 34 characters for one, 44 for two.

    `context` names the list, its filter and its viewer. Raises struct.error for a key that is no
    64-bit integer.
    """
    payload = _layout(len(keys)).pack(INTEGERS, *keys)
    return signing.sign(payload, cursor_key(), context)


def read_position(cursor: str, context: bytes, count: int) -> tuple[int, ...]:
    """Return the `count` keys of a token made by `position` for the same context.

    Raises InvalidCursor for anything else.
    """
    payload = _unsigned(cursor, context, signing.MAX_TOKEN)
    if len(payload) != 1 + 8 * count or payload[0] != INTEGERS:
        raise _foreign()
    return struct.unpack_from(f">{count}q", payload, 1)


@cache
def _layout(count: int) -> struct.Struct:
    return struct.Struct(f">B{count}q")


def _unsigned(cursor: str, context: bytes, longest: int) -> bytes:
    try:
        return signing.unsign(cursor, settings.CURSOR_KEYS, context, longest)
    except signing.BadToken as error:
        raise _foreign() from error


def _foreign() -> InvalidCursor:
    return InvalidCursor("the cursor is damaged or belongs to another list", field="cursor")


@lru_cache(maxsize=256)
def _decoder(types: tuple[Any, ...]) -> "msgspec.msgpack.Decoder[Any]":
    return msgspec.msgpack.Decoder(tuple[types])  # type: ignore[valid-type]
