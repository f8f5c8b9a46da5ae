"""A walk to the end of a feed is what SQL defines, whatever the window holds and Redis does."""

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest

from skeletal import metrics
from skeletal.actions import feeds as actions
from skeletal.actions.counters import sweep
from skeletal.actions.feeds import advance_mark, fan_out, pull, push_again
from skeletal.cache import feeds
from skeletal.models import FeedAuthor, FeedPending, Post, User
from skeletal.queries import windows as queries
from skeletal.queries.feed import get_user_feed
from tests.cache.conftest import Own
from tests.factories import make_follow, make_user

pytestmark = pytest.mark.usefixtures("windows")
EVENTS: dict[str, Callable[[Own], object]] = {
    "nothing": lambda server: None,
    "stopped": lambda server: server.stop(),
    "flushed": lambda server: feeds._tier.send(lambda key: [("FLUSHALL",)]),
}


def settle() -> None:
    for pk in FeedPending.objects.filter(done=False).values_list("pk", flat=True):
        while not fan_out(pk):
            pass
    advance_mark()


def publish(authors: list[User], count: int) -> None:
    """Posts of the authors in turn."""
    Post.objects.bulk_create(
        Post(author=authors[n % len(authors)], content="post") for n in range(count)
    )


def void() -> None:
    """Nothing is pending any more, and no window is believed."""
    with patch.object(actions, "BACKLOG", -1):
        advance_mark()


def by_windows() -> int:
    """Pages so far that came of a window."""
    return int(metrics.FEED_PAGES.labels("window")._value.get())


def walk(reader: User, limit: int, event: Callable[[], object] = lambda: None) -> Iterator[int]:
    """All ids of a feed; `event` happens after the second page."""
    cursor, number = None, 0
    while True:
        page = get_user_feed(reader.pk, cursor, limit)
        yield from (post.id for post in page.data)
        number += 1
        if number == 2:
            event()
        if not page.has_more:
            return
        cursor = page.next_cursor


def defined(reader: User) -> list[int]:
    """The ids of the feed as SQL defines it: all that is live of those who are followed."""
    rows = Post.objects.filter(author__followers__follower=reader)
    return list(rows.order_by("-pk").values_list("pk", flat=True))


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("entries", [0, 1, 999, 1000, 1001, 1050])
def test_a_walk_shows_each_post_once_in_order(windows: Own, entries: int, event: str) -> None:
    """Thirty posts lie below the window, three are not yet pushed."""
    reader, authors = make_user(), [make_user() for _ in range(3)]
    for author in authors:
        make_follow(follower=reader, followee=author)
    depth = min(entries, feeds.KEPT)
    publish(authors, 30 + depth)
    void()
    if entries:
        assert queries.rebuild(reader.pk, depth=depth)
        publish(authors, entries - depth)
        settle()
        assert len(feeds.get_circle_feed(reader.pk, 0, feeds.LONGEST)) == entries
    publish(authors, 3)
    limit, before = 50 if entries > 100 else 10, by_windows()
    seen: list[int] = []
    walked = walk(reader, limit, lambda: seen.append(1) or EVENTS[event](windows))  # type: ignore[func-returns-value]
    assert list(walked) == defined(reader)
    assert seen, "nothing happened in mid-walk"
    assert (by_windows() - before >= 2) == (entries > 100)


@pytest.mark.parametrize("event", EVENTS)
def test_a_walk_over_authors_on_both_sides_of_the_limit(
    windows: Own, settings: Any, event: str
) -> None:
    """Who has three followers is fetched from the next post on, who has two is pushed."""
    settings.FEED_PULL_FOLLOWERS = 3
    reader, famous, known = make_user(), make_user(), make_user()
    for author, followers in ((famous, 2), (known, 1)):
        make_follow(follower=reader, followee=author)
        for _ in range(followers):
            make_follow(followee=author)
    publish([famous, known], 60)
    sweep()
    settle()
    assert list(FeedAuthor.objects.values_list("pk", flat=True)) == [famous.pk]
    assert queries.rebuild(reader.pk)
    publish([famous, known], 60)
    settle()
    before = by_windows()
    assert list(walk(reader, 9, lambda: EVENTS[event](windows))) == defined(reader)
    assert by_windows() - before >= 2


def test_authors_who_are_fetched_and_come_back_lose_no_post(windows: Own) -> None:
    reader, pushed, pulled = make_user(), make_user(), make_user()
    for author in (pushed, pulled):
        make_follow(follower=reader, followee=author)
    publish([pushed, pulled], 40)
    settle()
    pull(pulled.pk)
    publish([pushed, pulled], 40)
    settle()
    assert queries.rebuild(reader.pk)
    assert list(walk(reader, 7)) == defined(reader)
    push_again(pulled.pk)
    assert list(walk(reader, 7)) == defined(reader)
    settle()
    assert list(walk(reader, 7)) == defined(reader)
