"""What a text and a JSON value may hold, so that PostgreSQL and every reader can take it."""

import json
import math
from collections.abc import Iterable
from itertools import chain, islice
from typing import Any

from skeletal.errors import InvalidInput
from skeletal.rules import limits
from skeletal.rules.folding import fold

LARGEST = 2**63 - 1


def text(value: object, *, field: str, most: int, least: int = 0) -> str:
    """Return `value` unchanged if it is a text of at most `most` code points.

    `least` counts only what shows: no white space, nothing that folding takes for invisible.
    Raises InvalidInput, also for NUL and for half of a surrogate pair.
    """
    if not isinstance(value, str):
        raise InvalidInput("this must be a text", field=field)
    if len(value) > most:
        raise InvalidInput(f"at most {most} characters, this has {len(value)}", field=field)
    _refuse_unstorable(value, field)
    if least and sum(bool(fold(one).strip()) for one in value) < least:
        what = "must not be blank" if least == 1 else f"needs {least} visible characters"
        raise InvalidInput(f"this {what}", field=field)
    return value


def json_value(
    value: object, *, field: str, depth: int = limits.JSON_DEPTH, size: int = limits.JSON_BYTES
) -> object:
    """Return `value` unchanged if it is JSON that can be stored and read anywhere.

    Objects with text keys, arrays, texts, whole numbers of 64 bits, finite fractions, true, false
    and null; nested at most `depth` deep and of at most `size` bytes as compact JSON. Raises
    InvalidInput, also for NUL and for half of a surrogate pair in a text or key.
    """
    level: list[object] = [value]
    for _ in range(depth + 1):
        nested = [one for one in level if _is_nested(one, field)]
        if not nested:
            break
        level = list(islice(chain.from_iterable(map(_parts, nested)), size + 1))
        if len(level) > size:
            raise InvalidInput(f"at most {size} bytes of JSON", field=field)
    else:
        raise InvalidInput(f"nested more than {depth} deep", field=field)
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if len(compact.encode()) > size:
        raise InvalidInput(f"at most {size} bytes of JSON", field=field)
    return value


def _is_nested(value: object, field: str) -> bool:
    """Whether this is an array or an object; anything else is judged here."""
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise InvalidInput("the keys of an object must be texts", field=field)
        return True
    if isinstance(value, str):
        _refuse_unstorable(value, field)
    elif isinstance(value, int | float):
        _refuse_uncountable(value, field)
    elif value is not None and not isinstance(value, list):
        raise InvalidInput("this holds what JSON cannot", field=field)
    return isinstance(value, list)


def _parts(value: Any) -> Iterable[object]:
    return chain(value, value.values()) if isinstance(value, dict) else value


def _refuse_unstorable(value: str, field: str) -> None:
    if "\0" in value:
        raise InvalidInput("a text cannot hold NUL (U+0000)", field=field)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidInput("a text cannot hold half of a surrogate pair", field=field) from None


def _refuse_uncountable(value: float, field: str) -> None:
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise InvalidInput("a whole number must fit 64 bits", field=field)
    elif not math.isfinite(value):
        raise InvalidInput("a number must be finite", field=field)
