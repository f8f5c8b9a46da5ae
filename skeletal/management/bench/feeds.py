"""What a feed's first page costs by the number of followees: plain SQL, by its window, the least.

The least is what any way pays: the rows of a page by their ids, and the rule of who sees what.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from skeletal.actions.feeds import advance_mark
from skeletal.cache import feeds
from skeletal.db.prepared import BIGINTS, Param
from skeletal.db.prepared.reads import Read
from skeletal.management.bench.measuring import Contender, Series, interleave
from skeletal.management.bench.subjects import reader_of
from skeletal.models import Post
from skeletal.queries import windows
from skeletal.queries.feed import _plain, get_user_feed
from skeletal.queries.visibility import Sight, visible
from skeletal.records.content import PostRecord

FOLLOWEES = (10, 50, 100, 200, 400, 1000, 1500)
LIMIT, CALLS = 20, 20


@dataclass(frozen=True)
class FeedLine:
    """Microseconds of one page, of the client's wall clock and of the server's processor."""

    followees: int
    plain: float
    window: float
    rows: float
    default: float
    plain_server: float
    window_server: float
    rows_server: float
    default_to_better: float


def measure(backend: int, rounds: int) -> list[FeedLine]:
    """One line for each of FOLLOWEES, the ways interleaved; raises DairaError without Redis."""
    advance_mark()
    return [_line(number, reader_of(number), backend, rounds) for number in FOLLOWEES]


def _line(followees: int, reader: int, backend: int, rounds: int) -> FeedLine:
    """The window is made last: where the default has none, the one that is measured goes first."""
    rows = ROWS(LIMIT)
    page = _plain(reader, None, LIMIT, LIMIT)[0]
    ids = [post.id for post in page]
    feeds.RESTS.clear()
    windows.rebuild(reader)
    ways: dict[str, Callable[[Any], object]] = {
        "plain": lambda ask: _plain(reader, None, LIMIT, LIMIT),
        "window": lambda ask: windows.judge(reader, None, LIMIT, LIMIT),
        "rows": lambda ask: rows.all(viewer=reader, ids=ids),
        "default": lambda ask: get_user_feed(reader, limit=LIMIT),
    }
    if followees < settings.FEED_WINDOW_FOLLOWEES:
        ways["default"] = partial(_resting, reader)
    series = _interleaved(ways, backend, rounds)
    feeds.RESTS.clear()
    feeds.invalidate_feed(reader)
    wall = {name: series[name].quiet("wall") for name in ways}
    server = {f"{n}_server": series[n].quiet("server") for n in ("plain", "window", "rows")}
    better = max(series["default"].to(series[name], "wall") for name in ("plain", "window"))
    return FeedLine(followees=followees, **wall, **server, default_to_better=better)


def _resting(reader: int, ask: object) -> object:
    """A reader of few: their window is not asked for, as after their second page."""
    feeds.RESTS.rest(reader, 60)
    try:
        return get_user_feed(reader, limit=LIMIT)
    finally:
        feeds.RESTS.clear()


def _interleaved(
    ways: dict[str, Callable[[Any], object]], backend: int, rounds: int
) -> dict[str, Series]:
    contenders = [Contender(name, call, backend, CALLS) for name, call in ways.items()]
    return interleave(contenders, [None], rounds)


def _rows(size: int) -> QuerySet[Post]:
    posts = Post.objects.filter(pk__any=Param("ids", BIGINTS))
    return visible(posts, Sight.PERSON, rule=windows.FEED).order_by("-pk")[: size + 1]


ROWS: Read[PostRecord] = Read(_rows, PostRecord, plan="auto", paths={}, key="id")
