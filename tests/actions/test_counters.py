"""The sweep and the repair between writers, and each mistake that they do not make."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from django.utils import timezone

from skeletal import models as m
from skeletal.actions import counters
from skeletal.actions.counters import repair, sweep
from skeletal.db import locks
from skeletal.db.fields import counter_fields
from skeletal.queries import drift
from skeletal.queries.content import get_multiple_posts, get_post_with_comments
from skeletal.queries.counters import TARGETS
from skeletal.queries.drift import list_drift
from skeletal.records import SYSTEM
from tests import factories as f
from tests.db.work import REPEATABLE_READ, in_threads
from tests.faults.mutants import FOR_UPDATE, OF_THE_SNAPSHOT
from tests.models.counts import EVERY, Count, counted, open_differences

Owner = psycopg.Connection[Any]
FOLD = counters.FOLD


@pytest.fixture
def post(committed_db: None) -> m.Post:
    """A post whose counts are all folded."""
    post = f.make_post()
    sweep()
    return post


@pytest.fixture
def other(committed_db: None) -> "Iterator[Owner]":
    """Another transaction, open until the test ends it."""
    from tests.conftest import owner

    with owner() as link:
        link.autocommit = False
        yield link
        link.rollback()


def likes_of(post: m.Post) -> int:
    return m.Post.objects.get(pk=post.pk).likes_count


def wait_until_blocked(link: Owner) -> None:
    """Return when some statement waits for a lock of `link`'s transaction."""
    for _ in range(200):
        row = link.execute(
            "SELECT count(*) FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        ).fetchone()
        if row and row[0]:
            return
        time.sleep(0.05)
    raise AssertionError("nothing waits")


def meanwhile(work: Callable[[], Any], then: Callable[[], None]) -> None:
    """Start `work` in a thread of its own, do `then` beside it, and wait for both."""
    failures: list[BaseException] = []
    thread = threading.Thread(target=lambda: failures.extend(in_threads(work)))
    thread.start()
    then()
    thread.join(30)
    assert not thread.is_alive()
    assert failures == []


@pytest.mark.parametrize(("fold", "folded"), [(FOLD, 1), (FOR_UPDATE, 0)], ids=["ours", "mutant"])
def test_a_foreign_key_s_lock_does_not_keep_the_sweep_away(
    post: m.Post, other: Owner, monkeypatch: pytest.MonkeyPatch, fold: str, folded: int
) -> None:
    """Somebody always comments on a hot post: its row is then locked for its key."""
    f.make_like(target=post)
    other.execute("SELECT FROM posts WHERE id = %s FOR KEY SHARE", [post.pk])
    monkeypatch.setattr(counters, "FOLD", fold)
    sweep()
    assert likes_of(post) == folded


@pytest.mark.parametrize(
    ("fold", "count"), [(FOLD, 0), (OF_THE_SNAPSHOT, 1)], ids=["ours", "mutant"]
)
def test_what_another_took_while_it_waited_does_not_count(
    post: m.Post, other: Owner, monkeypatch: pytest.MonkeyPatch, fold: str, count: int
) -> None:
    """Sums of the snapshot would count a difference that another sweep has deleted meanwhile."""
    f.make_like(target=post)
    other.execute("DELETE FROM counter_deltas WHERE object_id = %s", [post.pk])
    monkeypatch.setattr(counters, "FOLD", fold)

    def let_go() -> None:
        wait_until_blocked(other)
        other.commit()

    meanwhile(lambda: sweep(kinds=["post"]), let_go)
    assert likes_of(post) == count


def test_a_hot_row_that_is_locked_hides_no_other(post: m.Post, other: Owner) -> None:
    """Its many differences fill whole batches, and the walk goes on behind them."""
    free = f.make_post()
    assert free.pk > post.pk
    for _ in range(12):
        f.make_like(target=post)
    f.make_like(target=free)
    other.execute("SELECT FROM posts WHERE id = %s FOR UPDATE", [post.pk])
    sweep(batch=3, kinds=["post"])
    assert (likes_of(free), likes_of(post)) == (1, 0)
    other.rollback()
    sweep(batch=3, kinds=["post"])
    assert likes_of(post) == 12


def test_a_sweep_never_waits_for_a_row(post: m.Post, other: Owner) -> None:
    f.make_like(target=post)
    other.execute("SELECT FROM posts WHERE id = %s FOR UPDATE", [post.pk])
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1ms'")
        sweep(kinds=["post"])
        cursor.execute("RESET lock_timeout")
    assert likes_of(post) == 0


def test_a_long_snapshot_sees_one_count_however_often_it_is_folded(
    post: m.Post, other: Owner
) -> None:
    exact = (
        "SELECT likes_count + coalesce((SELECT sum(delta) FROM counter_deltas"
        " WHERE object_id = posts.id AND counter = 'likes_count'), 0) FROM posts WHERE id = %s"
    )
    f.make_like(target=post)
    other.execute(REPEATABLE_READ)
    assert other.execute(exact, [post.pk]).fetchone() == (1,)
    for count in (2, 3):
        f.make_like(target=post)
        sweep()
        assert likes_of(post) == count
        assert other.execute(exact, [post.pk]).fetchone() == (1,)
        assert list(list_drift()) == []


def test_a_loss_that_is_folded_before_its_gain_shows_zero(db: None) -> None:
    """A batch may end between the two: the column is below zero, no record is."""
    post = f.make_post()
    gain = {"object_type": "post", "object_id": post.pk, "counter": "likes_count"}
    m.CounterDelta.objects.create(**gain, delta=-1)
    assert get_post_with_comments(post.pk, viewer_id=SYSTEM).post.likes_count == 0
    sweep()
    assert likes_of(post) == -1
    assert get_post_with_comments(post.pk, viewer_id=SYSTEM).post.likes_count == 0
    assert get_multiple_posts([post.pk], viewer_id=SYSTEM)[post.pk].likes_count == 0
    m.CounterDelta.objects.create(**gain, delta=1)
    sweep()
    assert likes_of(post) == 0


def test_sweeps_at_once_fold_each_difference_once(committed_db: None) -> None:
    posts = [f.make_post() for _ in range(5)]
    for number in range(60):
        f.make_like(target=posts[number % 5])
    assert in_threads(*[lambda: sweep(batch=7)] * 4) == []
    sweep()
    assert [likes_of(post) for post in posts] == [12] * 5
    assert list(list_drift()) == []


# What is wrong, and mended -----------------------------------------------------------------


def spoil(count: Count, target: Any, by: int) -> None:
    """Let a counter be wrong, as a lost or doubled difference would leave it."""
    m.CounterDelta.objects.create(
        object_type=count.key[1], object_id=target.pk, counter=count.counter, delta=by
    )


def found() -> list[tuple[str, int, str, int, int]]:
    return [(d.object_type, d.object_id, d.counter, d.kept, d.counted) for d in list_drift()]


def test_every_counter_is_verified() -> None:
    columns = {
        (kind, field.name) for kind, model in TARGETS.items() for field in counter_fields(model)
    }
    assert {(counter.kind, counter.name) for counter in drift.counters()} == columns
    lasting = {(counter.kind, counter.name) for counter in drift.counters() if counter.lasting}
    assert lasting == {("video", "views_count")}


@EVERY
@pytest.mark.parametrize(("folded", "by"), [(False, 1), (True, -2)], ids=["open", "folded"])
def test_a_wrong_counter_is_named_and_mended(db: None, count: Count, folded: bool, by: int) -> None:
    target = count.target()
    count.make(target)
    sweep()
    assert found() == []
    right = counted(count, target)
    spoil(count, target, by)
    if folded:
        sweep()
    _, kind, name = count.key
    assert found() == [(kind, target.pk, name, right + by, right)]
    assert [row.kept for row in repair()] == [right + by]
    assert open_differences(count, target)[-1] == -by, "the log keeps the trace"
    assert found() == []
    assert list(repair()) == []
    assert counted(count, target) == right


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_ranges_of_any_size_find_the_same(db: None, size: int) -> None:
    posts = [f.make_post() for _ in range(5)]
    for post in posts[::2]:
        m.CounterDelta.objects.create(
            object_type="post", object_id=post.pk, counter="likes_count", delta=3
        )
    assert [row.object_id for row in list_drift(size=size)] == [post.pk for post in posts[::2]]
    assert len(list(repair(size=size))) == 3
    assert found() == []


def test_views_outlive_their_rows_and_are_wrong_only_below_them(db: None) -> None:
    views = [f.make_view(), f.make_view()]
    video = views[0].video
    m.VideoView.objects.filter(pk=views[1].pk).update(video=video)
    m.CounterDelta.objects.filter(object_id=views[1].video_id).delete()
    m.CounterDelta.objects.create(
        object_type="video", object_id=video.pk, counter="views_count", delta=40
    )
    sweep()
    assert found() == [], "old rows were pruned and stay counted"
    m.CounterDelta.objects.create(
        object_type="video", object_id=video.pk, counter="views_count", delta=-41
    )
    assert found() == [("video", video.pk, "views_count", 0, 2)]
    assert len(list(repair())) == 1
    sweep()
    assert m.Video.objects.get(pk=video.pk).views_count == 2


def test_hashtags_listed_wrongly_are_named_and_set_right(db: None) -> None:
    """Their counters follow: what was listed and ought not to be counted, and the other way."""
    tags = [f.make_hashtag() for _ in range(2)]
    shown = f.make_post_hashtag(hashtag=tags[0], listed=False)
    hidden = f.make_post_hashtag(hashtag=tags[1], post=f.make_post(visibility="private"))
    gone = f.make_post_hashtag(hashtag=tags[1], post=f.make_post(deleted_at=timezone.now()))
    right = f.make_post_hashtag(hashtag=tags[1])
    sweep()
    wrong = [
        ("post_hashtag", row.pk, "listed", n, 1 - n)
        for row, n in zip((shown, hidden, gone), (0, 1, 1), strict=True)
    ]
    assert found() == wrong
    assert list(list_drift(size=1)) == list(list_drift()) == list(repair(size=2))
    assert found() == []
    sweep()
    assert found() == []
    assert list(m.Hashtag.objects.order_by("pk").values_list("posts_count", flat=True)) == [1, 1]
    right.refresh_from_db()
    assert right.listed


def test_a_post_that_is_hidden_meanwhile_is_not_listed_by_a_repair(
    committed_db: None, other: Owner
) -> None:
    """The repair waits for who changes the post, and looks at it again."""
    tagged = f.make_post_hashtag(listed=False)
    other.execute("UPDATE posts SET status = 'hidden' WHERE id = %s", [tagged.post_id])

    def let_go() -> None:
        wait_until_blocked(other)
        other.commit()

    meanwhile(lambda: list(repair()), let_go)
    tagged.refresh_from_db()
    assert not tagged.listed
    assert found() == []


def test_more_hands_find_the_same(wrong_ones: list[m.Post]) -> None:
    one, two = list(list_drift()), list(list_drift(hands=2))
    assert [row.object_id for row in one] == [post.pk for post in wrong_ones]
    assert one == two


@pytest.fixture
def wrong_ones(committed_db: None) -> list[m.Post]:
    posts = [f.make_post() for _ in range(3)]
    for post in posts:
        m.CounterDelta.objects.create(
            object_type="post", object_id=post.pk, counter="likes_count", delta=3
        )
    return posts


def test_a_comparison_beside_an_open_write_finds_nothing(post: m.Post, other: Owner) -> None:
    """The row and its difference become visible in one moment."""
    like = f.make_like(target=post)
    other.execute("DELETE FROM likes WHERE id = %s", [like.pk])
    assert found() == []
    other.commit()
    assert found() == []
    assert m.Like.objects.count() == 0


def test_a_second_repair_waits_and_sees_what_the_first_has_appended(
    post: m.Post, other: Owner
) -> None:
    """The lock is taken in a statement of its own: what follows sees what was committed before."""
    wrong = ("post", post.pk, "likes_count")
    insert = "INSERT INTO counter_deltas (object_type, object_id, counter, delta) VALUES"
    other.execute(f"{insert} (%s, %s, %s, 5)", wrong)
    other.commit()
    other.execute("SELECT pg_advisory_xact_lock(%s)", [locks.REPAIR])
    other.execute(f"{insert} (%s, %s, %s, -5)", wrong)

    def let_go() -> None:
        wait_until_blocked(other)
        other.commit()

    meanwhile(lambda: list(repair()), let_go)
    assert found() == []


def like_until(stop: threading.Event, person: m.User, posts: list[m.Post]) -> None:
    """One person likes and unlikes, row by row and many at once."""
    while not stop.is_set():
        for post in posts:
            like = f.make_like(target=post, user=person)
            if post.pk % 2:
                like.delete()
        m.Like.objects.filter(user=person).delete()


def fold_until(stop: threading.Event) -> None:
    while not stop.is_set():
        sweep(batch=10)


def mend_and(stop: threading.Event, wrong: int) -> None:
    try:
        assert len(list(repair(size=4))) == wrong
        assert list(repair(size=4)) == []
    finally:
        stop.set()


def test_a_repair_beside_writers_and_a_sweep_is_exact(committed_db: None) -> None:
    posts, people = [f.make_post() for _ in range(30)], [f.make_user() for _ in range(2)]
    sweep()
    for post in posts[::2]:
        m.CounterDelta.objects.create(
            object_type="post", object_id=post.pk, counter="likes_count", delta=post.pk % 7 + 1
        )
    stop = threading.Event()
    writers = [partial(like_until, stop, person, posts) for person in people]
    connections.close_all()
    assert in_threads(*writers, partial(fold_until, stop), partial(mend_and, stop, 15)) == []
    assert found() == []
    sweep()
    assert found() == []
