"""Anything, by a name of the caller's, for a time of the caller's: values of JSON's kinds.

What has rows has a tier of its own: nothing here is voided when a row changes.
"""

import math
from typing import Any

from skeletal.cache.tier import Tier
from skeletal.errors import InvalidInput

LONGEST_NAME, LONGEST, DEEPEST = 200, 30 * 86_400, 32
"""Characters of a name, seconds of a life, levels of a value."""
_tier: Tier[Any] = Tier("custom", "custom", object)


def set(key: str, value: Any, ttl: float | None = None) -> bool:
    """Keep a value for `ttl` seconds, an hour if none is given; whether Redis took it.

    Raises InvalidInput for a name above 200 characters, a value above 1 MiB or of a kind that
    JSON has not, and a time that is not above 0 and within 30 days.
    """
    _require_json(value)
    if ttl is not None and not (isinstance(ttl, int | float) and 0 < ttl <= LONGEST):
        raise InvalidInput(f"a time to live lies above 0 and within {LONGEST} seconds", field="ttl")
    return _tier.set(_name(key), value, ttl)


def get(key: str) -> Any:
    """Return a value, None where there is none."""
    return _tier.get(_name(key))


def delete(key: str) -> bool:
    """Take a value away; whether Redis heard it."""
    return _tier.void(_name(key))


def exists(key: str) -> bool:
    """Whether there is a value."""
    return _tier.exists(_name(key))


def _name(key: object) -> str:
    if not isinstance(key, str) or not 1 <= len(key) <= LONGEST_NAME:
        raise InvalidInput(f"a key has 1 to {LONGEST_NAME} characters", field="key")
    return key


def _require_json(value: object, depth: int = 0) -> None:
    """Raise InvalidInput for what JSON has not, and for what is nested deeper than DEEPEST."""
    match value:
        case None | bool() | int() | str():
            return
        case float() if math.isfinite(value):
            return
        case list() if depth < DEEPEST:
            parts = value
        case dict() if depth < DEEPEST and all(isinstance(name, str) for name in value):
            parts = list(value.values())
        case _:
            raise InvalidInput("a value is of JSON's kinds, not nested deep", field="value")
    for part in parts:
        _require_json(part, depth + 1)
