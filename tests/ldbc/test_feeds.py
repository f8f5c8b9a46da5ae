"""Feeds by windows that stood before the stream of updates: no stale row, no hole."""

from collections.abc import Callable
from functools import partial

from skeletal import metrics
from skeletal.models import User
from skeletal.queries.feed import _plain, get_user_feed
from skeletal.records import Page
from skeletal.records.content import PostRecord
from tests.ldbc.conftest import Stage
from tests.ldbc.reads import pages

LIMIT = 20


def page_of(reader: int, cursor: str | None) -> Page[PostRecord]:
    return get_user_feed(reader, cursor, LIMIT)


def by_plain_sql(reader: int) -> list[int]:
    found, after = list[int](), None
    while True:
        rows, after = _plain(reader, after, LIMIT, LIMIT)
        found += [row.id for row in rows]
        if after is None:
            return found


def test_every_feed_by_its_window_is_that_of_plain_sql(
    stage: Stage, record_property: Callable[[str, object], None]
) -> None:
    before = metrics.FEED_PAGES.labels("window")._value.get()
    people = list(User.objects.filter(username__startswith="ldbc_").values_list("pk", flat=True))
    wrong = [
        pk for pk in people if [post.id for post in pages(partial(page_of, pk))] != by_plain_sql(pk)
    ]
    shown = metrics.FEED_PAGES.labels("window")._value.get() - before
    record_property("shown", f"{stage.name}: {len(people)} feeds, {shown:.0f} pages by windows")
    assert wrong == []
    assert shown > len(people)
