"""A page by its window is the page of plain SQL, at the cost of one call and one statement."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from skeletal import metrics
from skeletal.actions.content import delete_post, publish_post
from skeletal.actions.counters import sweep
from skeletal.actions.feeds import fan_out, pull, push_again, review_authors
from skeletal.actions.social import block_user, follow_user, mute_user, unfollow_user
from skeletal.actions.users import update_profile
from skeletal.cache import feeds
from skeletal.db.ids import compose, milliseconds
from skeletal.jobs import Ran, run_pending, tend_windows
from skeletal.models import (
    FeedAuthor,
    FeedPending,
    FeedState,
    Follow,
    Notification,
    OutboxEvent,
    Post,
    User,
)
from skeletal.queries import windows as queries
from skeletal.queries.feed import get_user_feed
from tests.cache.conftest import Own
from tests.cache.test_away import until_closed
from tests.factories import make_follow, make_post, make_user
from tests.queries.statements import statements

pytestmark = pytest.mark.usefixtures("windows")


def ids(reader: User, limit: int = 3) -> list[int]:
    return [post.id for post in get_user_feed(reader.pk, limit=limit).data]


def by() -> dict[str, int]:
    """Pages so far, by what they came of."""
    [family] = metrics.FEED_PAGES.collect()
    return {s.labels["by"]: int(s.value) for s in family.samples if s.name.endswith("_total")}


@contextmanager
def counted(**expected: int) -> Iterator[None]:
    before = by()
    yield
    after = by()
    found = {name: after[name] - before.get(name, 0) for name in after}
    assert {name: n for name, n in found.items() if n} == expected


def settle() -> None:
    """Let everything that is pending be pushed and proved; rows of factories have no event."""
    run_pending()
    for pk in FeedPending.objects.values_list("pk", flat=True):
        assert fan_out(pk)
    tend_windows()


def warm(reader: User) -> None:
    """Read until a window stands."""
    settle()
    ids(reader)
    ids(reader)
    assert feeds.read(reader.pk).status == "ready"


@pytest.fixture
def bob() -> User:
    return make_user(username="bob")


@pytest.fixture
def alice(bob: User) -> User:
    """Bob follows Alice, who has made six posts."""
    author = make_user(username="alice")
    make_follow(follower=bob, followee=author)
    for _ in range(6):
        make_post(author=author)
    return author


def test_the_second_page_within_an_hour_makes_a_window_and_the_third_is_read_by_it(
    alice: User, bob: User
) -> None:
    settle()
    with counted(plain=1):
        first = ids(bob)
    with counted(plain=1, rebuilt=1):
        assert ids(bob) == first
    with counted(window=1):
        assert ids(bob) == first
    assert len(statements(lambda: ids(bob))) == 1


def test_a_reader_of_few_is_not_asked_for_again(alice: User, bob: User, settings: Any) -> None:
    settings.FEED_WINDOW_FOLLOWEES = 2
    settle()
    ids(bob)
    assert len(statements(lambda: ids(bob))) == 2
    assert feeds.read(bob.pk).status == "resting"
    assert len(statements(lambda: ids(bob))) == 1


def test_without_a_mark_pages_are_plain(alice: User, bob: User) -> None:
    with counted(plain=3):
        assert ids(bob) == ids(bob) == ids(bob)


def test_a_post_is_there_before_and_after_it_is_pushed(alice: User, bob: User) -> None:
    warm(bob)
    post = publish_post(alice.pk, "new").id
    assert FeedPending.objects.get().done is False
    with counted(window=1):
        assert ids(bob)[0] == post
    run_pending()
    assert FeedPending.objects.get().done is True
    assert feeds.get_circle_feed(bob.pk)[0] == post
    with counted(window=1):
        assert ids(bob)[0] == post
    assert tend_windows() == 1
    assert not FeedPending.objects.exists()
    with counted(window=1):
        assert ids(bob)[0] == post


def changes() -> dict[str, Callable[[User, User], object]]:
    return {
        "a post deleted": lambda a, b: delete_post(a.pk, Post.objects.latest("id").pk),
        "unfollowed": lambda a, b: unfollow_user(b.pk, a.pk),
        "blocked": lambda a, b: block_user(a.pk, b.pk),
        "muted": lambda a, b: mute_user(b.pk, a.pk),
        "suspended": lambda a, b: User.objects.filter(pk=a.pk).update(status="suspended"),
        "private": lambda a, b: Post.objects.update(visibility="private"),
    }


@pytest.mark.parametrize("change", changes())
def test_what_takes_posts_away_needs_no_word_to_redis(alice: User, bob: User, change: str) -> None:
    warm(bob)
    changes()[change](alice, bob)
    window = ids(bob)
    feeds.invalidate_feed(bob.pk)
    assert window == ids(bob)


def test_whoever_follows_one_more_is_not_answered_by_the_old_window(alice: User, bob: User) -> None:
    other = make_user()
    old = make_post(author=other)
    warm(bob)
    follow_user(bob.pk, other.pk)
    with counted(refused=1, plain=1):
        assert old.pk in ids(bob, 6)
    ids(bob)
    with counted(window=1):
        assert old.pk in ids(bob, 6)


def test_a_large_import_voids_every_window(alice: User, bob: User, windows: Own) -> None:
    warm(bob)
    Post.objects.bulk_create(Post(author=alice, content="old") for _ in range(2001))
    assert FeedPending.objects.get().bulk
    with counted(refused=1, plain=1):
        ids(bob)
    lineage = FeedState.objects.get().lineage
    tend_windows()
    assert FeedState.objects.get().lineage != lineage
    assert not FeedPending.objects.exists()
    warm(bob)


@pytest.mark.parametrize("socket_seconds", [0.25])
def test_away_pages_are_plain_and_nothing_is_believed_afterwards(
    alice: User, bob: User, windows: Own
) -> None:
    warm(bob)
    windows.freeze()
    post = make_post(author=alice).pk
    assert ids(bob)[0] == post
    tend_windows()
    assert FeedState.objects.get().lineage == ""
    assert not FeedPending.objects.exists()
    windows.thaw()
    while feeds.read(bob.pk).status == "away":
        pass
    with counted(refused=1, plain=1):
        assert ids(bob)[0] == post


def test_a_flushed_server_is_plain_until_it_has_a_mark(
    alice: User, bob: User, windows: Own
) -> None:
    warm(bob)
    before = ids(bob)
    feeds._tier.send(lambda key: [("FLUSHALL",)])
    with counted(plain=1):
        assert ids(bob) == before
    feeds.RESTS.clear()
    warm(bob)
    assert ids(bob) == before


def test_an_author_of_too_many_is_fetched_and_comes_back_in_two_steps(
    alice: User, bob: User, settings: Any
) -> None:
    settings.FEED_PULL_FOLLOWERS = 2
    warm(bob)
    pull(alice.pk)
    post = publish_post(alice.pk, "to be fetched").id
    settle()
    assert post not in feeds.get_circle_feed(bob.pk)
    with counted(window=1):
        assert ids(bob)[0] == post
    push_again(alice.pk)
    assert FeedAuthor.objects.get().fanout_mode == "both"
    tend_windows()  # not all of it is pushed: it stays
    assert FeedAuthor.objects.exists()
    settle()
    assert not FeedAuthor.objects.exists()
    assert post in feeds.get_circle_feed(bob.pk)
    with counted(window=1):
        assert ids(bob)[0] == post


def test_whoever_gets_too_many_followers_is_fetched_from_the_next_post_on(
    alice: User, bob: User, settings: Any
) -> None:
    settings.FEED_PULL_FOLLOWERS = 1
    sweep()
    warm(bob)
    publish_post(alice.pk, "too many")
    settle()
    assert FeedAuthor.objects.get().fanout_mode == "pull"


def test_within_a_transaction_no_window_is_made(alice: User, bob: User) -> None:
    settle()
    with transaction.atomic():
        ids(bob)
        ids(bob)
    assert feeds.read(bob.pk).status == "absent"


def test_a_rebuild_is_one_window_whoever_asks(alice: User, bob: User) -> None:
    settle()
    assert queries.rebuild(bob.pk)
    assert queries.rebuild(bob.pk)
    token = feeds.read(bob.pk).header
    assert token is not None
    assert feeds.begin(bob.pk, "mine", token.token)
    assert not queries.rebuild(bob.pk)  # another is at it


def test_follows_raise_the_version_once_each(alice: User, bob: User) -> None:
    assert Follow.objects.count() == 1
    version = bob.feed_reader.following_version
    other = make_user()
    follow_user(bob.pk, other.pk)
    unfollow_user(bob.pk, other.pk)
    bob.feed_reader.refresh_from_db()
    assert bob.feed_reader.following_version == version + 1


def test_a_window_that_shows_its_reader_nothing_is_not_made_again_and_again(
    alice: User, bob: User
) -> None:
    """All that it proposes is by an author whom its reader muted."""
    for _ in range(60):
        make_post(author=alice)
    warm(bob)
    mute_user(bob.pk, alice.pk)
    made = by().get("rebuilt", 0)
    for _ in range(12):
        assert ids(bob) == []
    assert by()["rebuilt"] - made == 1
    assert feeds.read(bob.pk).status == "resting"


def test_what_was_forgotten_is_pushed_after_a_minute(alice: User, bob: User) -> None:
    """An event that was given up, or Redis was away when it was its turn."""
    warm(bob)
    post = publish_post(alice.pk, "new").id
    tend_windows()
    assert FeedPending.objects.get().done is False
    aged = compose(milliseconds(timezone.now() - timedelta(seconds=61)), 0, 0)
    FeedPending.objects.update(generation=aged)
    tend_windows()
    assert feeds.get_circle_feed(bob.pk)[0] == post
    tend_windows()
    assert not FeedPending.objects.exists()
    with counted(window=1):
        assert ids(bob)[0] == post


def test_an_outage_holds_back_nobody_else(
    alice: User, bob: User, windows: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is named is told, events behind run, and of what needs Redis each kind is tried once."""
    run_pending()
    windows.stop()
    for number in range(3):
        update_profile(alice.pk, bio=f"bio {number}")
    publish_post(alice.pk, "hello @bob")
    follow_user(alice.pk, bob.pk)
    ran = run_pending()
    assert (ran.done, ran.failed) == (2, 1)
    kinds = Notification.objects.order_by("id").values_list("user_id", "kind")
    assert list(kinds) == [(bob.pk, "mention"), (bob.pk, "follow")]
    assert (
        list(OutboxEvent.objects.filter(done_at=None).values_list("name", flat=True))
        == ["user.changed"] * 3
    )
    windows.start()
    until_closed()
    OutboxEvent.objects.update(retry_at=None)
    assert run_pending() == Ran(done=3)


def test_a_window_that_cannot_be_made_costs_its_reader_nothing(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle()
    page = ids(bob)

    def fails(*_: object, **__: object) -> None:
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(queries, "rebuild", fails)
    with counted(plain=1, unmended=1):
        assert ids(bob) == page


def test_one_author_comes_back_at_a_time(alice: User, bob: User, settings: Any) -> None:
    other = make_user()
    for author in (alice, other):
        pull(author.pk)
    assert review_authors() == 1
    assert FeedAuthor.objects.filter(fanout_mode="both").count() == 1
