"""What a page costs far down a list, against the first one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from skeletal.management.bench.measuring import Contender, interleave
from skeletal.records import Page

PAGES = (1, 500, 5000)
CALLS = 10

Read = Callable[[str | None], Page[Any]]


@dataclass(frozen=True)
class Depth:
    """Microseconds of one page of a list, by its number."""

    name: str
    page: int
    wall: float
    ratio: float


def measure(name: str, read: Read, backend: int, rounds: int) -> list[Depth]:
    """Walk a list to the pages of PAGES, or to its end, and time these pages in turn."""
    contenders = [
        Contender(str(number), partial(_turn, read, cursor), backend, CALLS)
        for number, cursor in _cursors(read).items()
    ]
    series = interleave(contenders, [None], rounds)
    first = series["1"]
    return [
        Depth(name, int(number), found.quiet("wall"), found.to(first, "wall"))
        for number, found in series.items()
    ]


def _turn(read: Read, cursor: str | None, ask: object) -> Page[Any]:
    return read(cursor)


def _cursors(read: Read) -> dict[int, str | None]:
    """The cursors of the wanted pages; for a list that ends before, of its last whole page."""
    found: dict[int, str | None] = {1: None}
    cursor = before = None
    for number in range(2, PAGES[-1] + 1):
        page = read(cursor)
        if page.next_cursor is None:
            found[max(number - 2, 1)] = before
            return found
        before, cursor = cursor, page.next_cursor
        if number in PAGES:
            found[number] = cursor
    return found
