"""Query parameters of lists: which are known, and what a cursor and a limit may look like."""

import re
from collections.abc import Collection
from typing import TypedDict

from django.http import QueryDict

from skeletal.errors import InvalidInput

PAGED = ("cursor", "limit")
LIMIT = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
LONGEST_NAME = 50


class PageArguments(TypedDict):
    """What every list read takes by name."""

    cursor: str | None
    limit: int


def page_arguments(params: QueryDict, *, default: int) -> PageArguments:
    """Read cursor and limit; the read itself judges the cursor and the range of the limit."""
    return {"cursor": params.get("cursor"), "limit": limit(params, default=default)}


def limit(params: QueryDict, *, default: int) -> int:
    """Read a limit in plain digits, else raise InvalidInput."""
    text = params.get("limit")
    if text is None:
        return default
    if not LIMIT.fullmatch(text):
        raise InvalidInput("limit must be a whole number between 1 and 100", field="limit")
    return int(text)


def refuse_unknown(params: QueryDict, known: Collection[str]) -> None:
    """Raise InvalidInput for a parameter that is not known, or is given more than once."""
    for name, values in params.lists():
        if name not in known:
            raise InvalidInput("unknown query parameter", field=name[:LONGEST_NAME])
        if len(values) > 1:
            raise InvalidInput("given more than once", field=name)
