"""Numbers, words, flags, mappings and lists that writes take."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from skeletal.errors import InvalidInput

EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)
"""Ids begin here."""


def whole_number(value: object, field: str, most: int, least: int = 0) -> int:
    """Return a whole number from `least` to `most`, else raise InvalidInput."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidInput(f"a whole number from {least} to {most}", field=field)
    return value


def flag(value: object, field: str) -> bool:
    """Return true or false, else raise InvalidInput."""
    if not isinstance(value, bool):
        raise InvalidInput("this is true or false", field=field)
    return value


def past(value: object, field: str) -> datetime | None:
    """Return an aware time from 2010 to now, or None, else raise InvalidInput.

    Clocks may differ by a minute.
    """
    if value is None:
        return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise InvalidInput("a time with its zone", field=field)
    if not EARLIEST <= value <= datetime.now(UTC) + timedelta(minutes=1):
        raise InvalidInput("a time from 2010 to now", field=field)
    return value


def word(value: object, words: tuple[str, ...], field: str) -> str:
    """Return one of `words`, else raise InvalidInput."""
    if not isinstance(value, str) or value not in words:
        raise InvalidInput(f"one of {', '.join(words)}", field=field)
    return value


def parts(
    value: object, field: str, needed: Collection[str], more: Collection[str] = ()
) -> Mapping[str, Any]:
    """Return a mapping that has all of `needed` and nothing but these and `more`."""
    names = {*needed, *more}
    if not isinstance(value, Mapping) or value.keys() - names or set(needed) - value.keys():
        raise InvalidInput(f"this has {', '.join(needed)}, and nothing unknown", field=field)
    return value


def several(value: object, field: str, most: int, least: int = 0) -> list[Any]:
    """Return a list of `least` to `most` things, else raise InvalidInput."""
    if not isinstance(value, list | tuple) or not least <= len(value) <= most:
        raise InvalidInput(f"a list of {least} to {most}", field=field)
    return list(value)
