"""Names the statements that a read sends, by the table each reads from."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

FROM = re.compile(r'FROM "(\w+)"')


@contextmanager
def named() -> Iterator[list[str]]:
    """A list that holds, once the block is left, the first table of each statement."""
    names: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield names
    names += [_table(query["sql"]) for query in captured.captured_queries]


def statements(read: Callable[[], object]) -> list[str]:
    """The statements of one call."""
    with named() as names:
        read()
    return names


def _table(sql: str) -> str:
    """The table of the outermost FROM: what stands in brackets is a subquery."""
    while (bare := re.sub(r"\([^()]*\)", "", sql)) != sql:
        sql = bare
    found = FROM.search(sql)
    return found[1] if found else sql
