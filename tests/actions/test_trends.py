"""Trends: what they hold is what their sources say, whatever came, went, or came at once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from math import log2
from random import Random
from typing import Any

import pytest
from django.db import connection

from skeletal import models as m
from skeletal.actions import content, trends
from skeletal.actions.counters import TRENDS, sweep
from skeletal.db.ids import compose, hour_of, milliseconds
from skeletal.queries.content import get_trending_posts
from tests import factories as f
from tests.actions.crowds import at_once
from tests.queries.crowd import NOW

Row = Any
PLAIN = {
    "post": """
        SELECT o.id, sum(e.weight * power(2, ((e.id >> 22) / 3600000 - %(hour)s) / 24.0::float8))
        FROM posts o JOIN (
            SELECT likeable_id, id, 1 FROM likes WHERE likeable_type = 'post'
            UNION ALL SELECT post_id, id, 2 FROM comments
                WHERE status = 'published' AND deleted_at IS NULL
            UNION ALL SELECT post_id, id, 3 FROM reposts
        ) e (object_id, id, weight) ON e.object_id = o.id
        WHERE e.id >= %(since)s GROUP BY o.id""",
    "video": """
        SELECT o.id, sum(e.weight * power(2, ((e.id >> 22) / 3600000 - %(hour)s) / 24.0::float8))
        FROM videos o JOIN (
            SELECT likeable_id, id, 2 FROM likes WHERE likeable_type = 'video'
            UNION ALL SELECT video_id, id, 3 FROM comments
                WHERE status = 'published' AND deleted_at IS NULL
            UNION ALL SELECT video_id, id, 1 FROM video_views
        ) e (object_id, id, weight) ON e.object_id = o.id
        WHERE e.id >= %(since)s GROUP BY o.id""",
    "hashtag": """
        SELECT b.hashtag_id, sum(power(2, ((b.id >> 22) / 3600000 - %(hour)s) / 24.0::float8))
        FROM post_hashtags b JOIN posts p ON p.id = b.post_id
        WHERE p.status = 'published' AND p.deleted_at IS NULL AND p.visibility = 'public'
        AND b.id >= %(since)s GROUP BY b.hashtag_id""",
}
"""What a trend is, without the log, the triggers and the sweep."""
EACH = pytest.mark.parametrize("kind", PLAIN)


def ago(**span: float) -> int:
    """The id of a row made so long ago."""
    moment = datetime.now(UTC) - timedelta(**span)
    return compose(milliseconds(moment), 5, f.number())


def plain(kind: str) -> dict[int, float]:
    """The weight of each object now, by its sources."""
    values = {"hour": hour_of(datetime.now(UTC)), "since": ago(days=14)}
    with connection.cursor() as cursor:
        cursor.execute(PLAIN[kind], values)
        return {key: weight for key, weight in cursor.fetchall() if weight}


def kept(kind: str) -> dict[int, float]:
    """The weight of each object now, by its trend."""
    hour = hour_of(datetime.now(UTC))
    rows = TRENDS[kind]._default_manager.filter(score__isnull=False)
    return {row.pk: row.weight * 2 ** ((row.hour - hour) / 24) for row in rows}


def assert_right() -> None:
    for kind in PLAIN:
        assert kept(kind) == pytest.approx(plain(kind), rel=1e-6), kind


def make_events(rng: Random, many: int = 60) -> list[Row]:
    """Events of the last nine days on a few posts, videos and hashtags."""
    posts, videos = [f.make_post() for _ in range(4)], [f.make_video() for _ in range(4)]
    tags, hidden = [f.make_hashtag() for _ in range(3)], f.make_post(visibility="private")
    makers: list[Callable[[int], Row]] = [
        lambda id_: f.make_like(id=id_, target=rng.choice(posts)),
        lambda id_: f.make_like(id=id_, target=rng.choice(videos)),
        lambda id_: f.make_comment(id=id_, post=rng.choice(posts)),
        lambda id_: f.make_comment(id=id_, video=rng.choice(videos)),
        lambda id_: f.make_repost(id=id_, post=rng.choice(posts)),
        lambda id_: f.make_view(id=id_, video=rng.choice(videos)),
        lambda id_: f.make_post_hashtag(id=id_, post=f.make_post(), hashtag=rng.choice(tags)),
        lambda id_: f.make_post_hashtag(
            id=id_, post=hidden, hashtag=f.make_hashtag(), listed=False
        ),
    ]
    return [rng.choice(makers)(ago(hours=rng.uniform(0, 216))) for _ in range(many)]


@pytest.mark.parametrize("seed", range(3))
def test_trends_hold_what_their_sources_say(db: None, seed: int) -> None:
    rng = Random(seed)
    made = make_events(rng)
    sweep(batch=7)
    assert_right()
    for row in rng.sample(made, 30):
        if not isinstance(row, m.VideoView):
            row.delete()
        if rng.random() < 0.2:
            sweep()
    made = make_events(rng, 20)
    trends.refresh()
    assert_right()
    trends.refresh()
    assert_right()


def test_an_event_weighs_half_a_day_later_and_the_order_stays(db: None) -> None:
    older, newer = f.make_post(), f.make_post()
    for _ in range(5):
        f.make_like(id=ago(hours=48), target=older)
    f.make_like(target=newer), f.make_repost(post=newer)
    sweep()
    scores = dict(m.PostTrend.objects.values_list("post_id", "score"))
    hour = hour_of(datetime.now(UTC))
    assert scores[newer.pk] == pytest.approx(hour / 24 + 2, abs=0.1)
    assert scores[older.pk] == pytest.approx(hour / 24 + log2(5) - 2, abs=0.1)
    m.PostTrend.objects.filter(post=older).update(hour=hour - 480, weight=1.25 * 2**20)
    assert m.PostTrend.objects.get(post=older).score == pytest.approx(scores[older.pk], abs=0.1)


def test_who_takes_a_like_back_takes_just_what_it_brought(db: None) -> None:
    post = f.make_post()
    old = f.make_like(id=ago(hours=100), target=post)
    f.make_like(id=ago(hours=3), target=post)
    sweep()
    old.delete()
    sweep()
    assert kept("post") == pytest.approx({post.pk: 2 ** (-3 / 24)}, rel=0.05)
    m.Like.objects.all().delete()
    sweep()
    assert kept("post") == {}


def test_what_is_old_is_counted_and_warms_nothing(db: None) -> None:
    post = f.make_post(id=ago(days=40))
    f.make_like(id=ago(days=15), target=post)
    sweep()
    assert m.Post.objects.get().likes_count == 1
    assert not m.PostTrend.objects.exists()
    f.make_like(target=post)
    sweep()
    assert kept("post") == {post.pk: 1}


@pytest.mark.parametrize(
    "change",
    [{"status": "hidden"}, {"deleted_at": NOW}, {"visibility": "followers"}],
    ids=str,
)
def test_a_hashtag_cools_with_a_post_that_not_everybody_sees(
    db: None, change: dict[str, Any]
) -> None:
    bears = f.make_post_hashtag()
    sweep()
    assert kept("hashtag") == {bears.hashtag_id: 1}
    m.Post.objects.update(**change)
    sweep()
    assert kept("hashtag") == {}
    assert m.Hashtag.objects.get().posts_count == 0
    m.Post.objects.update(status="published", deleted_at=None, visibility="public")
    sweep()
    assert kept("hashtag") == {bears.hashtag_id: 1}


def test_a_hashtag_is_warmed_by_what_is_written_for_everybody(alice: m.User) -> None:
    made = content.publish_post(alice.pk, "#one", visibility="public").id
    content.publish_post(alice.pk, "#two", visibility="private")
    content.edit_post(alice.pk, made, content="#three")
    sweep()
    warm = m.HashtagTrend.objects.filter(score__isnull=False)
    assert list(warm.values_list("hashtag__name", flat=True)) == ["three"]
    content.delete_post(alice.pk, made)
    sweep()
    assert kept("hashtag") == {}


@EACH
def test_what_is_cold_goes_and_what_is_warm_stays(db: None, kind: str) -> None:
    make = {"post": f.make_post, "video": f.make_video, "hashtag": f.make_hashtag}[kind]
    make_trend: Any = f.FACTORIES[TRENDS[kind]]
    hour = hour_of(datetime.now(UTC))
    warm, cold, negative = (make(id=ago(days=31)) for _ in range(3))
    make_trend(**{kind: warm}, hour=hour - 239)
    make_trend(**{kind: cold}, hour=hour - 242)
    make_trend(**{kind: negative}, weight=-0.5)
    assert trends.prune(batch=1) == 2
    assert list(kept(kind)) == [warm.pk]
    assert trends.prune() == 0


def test_posts_of_late_stay_ranked_when_they_are_cold(db: None) -> None:
    f.make_post_trend(post=f.make_post(id=ago(days=29)), weight=0)
    assert trends.prune() == 0


def test_the_object_takes_its_trend_along(db: None) -> None:
    f.make_like(target=(post := f.make_post()))
    sweep()
    f.make_like(target=post)
    post.delete()
    sweep()
    assert not m.PostTrend.objects.exists()
    assert not m.CounterDelta.objects.exists()


@pytest.mark.parametrize("batch", [1, 1000])
def test_rebuilding_makes_the_same_anew(db: None, batch: int) -> None:
    make_events(Random(7))
    sweep()
    make_events(Random(8), 20)
    m.PostTrend.objects.all().delete()
    m.VideoTrend.objects.update(weight=77)
    stranger = f.make_hashtag_trend()
    trends.rebuild(batch=batch)
    assert m.CounterDelta.objects.exists()
    sweep()
    assert_right()
    assert m.HashtagTrend.objects.get(pk=stranger.pk).score is None
    liked = m.Post.objects.filter(likes_count__gt=0)
    assert set(liked.values_list("pk", "likes_count")) == set(
        m.PostTrend.objects.filter(likes_count__gt=0).values_list("pk", "likes_count")
    )


def test_sweepers_at_once_count_each_event_once(committed_db: None) -> None:
    posts, people = [f.make_post() for _ in range(3)], [f.make_user() for _ in range(12)]

    def act(person: m.User) -> None:
        for post in posts:
            f.make_like(user=person, target=post)
            sweep(batch=2, kinds=["post"])
        m.Like.objects.filter(user=person, likeable_id=posts[0].pk).delete()
        trends.refresh()

    done = at_once([partial(act, person) for person in people])
    assert done == [None] * len(people)
    trends.refresh()
    assert_right()
    assert [row.id for row in get_trending_posts(limit=2)] == [posts[2].pk, posts[1].pk]


@pytest.mark.parametrize("days", [-(10**6), 10**6])
def test_an_hour_far_away_folds_and_is_rebuilt(db: None, days: int) -> None:
    post = f.make_post()
    f.make_like(user=f.make_user(), likeable_type="post", likeable_id=post.pk)
    m.CounterDelta.objects.update(hour=hour_of(datetime.now(UTC)) + 24 * days)
    trends.rebuild()
    assert sweep() > 0
    trends.rebuild()


def test_a_hashtag_tells_when_it_was_last_used(alice: m.User) -> None:
    """To the hour; taking a post away changes nothing."""
    first = content.publish_post(alice.pk, "hello #cairo")
    sweep()
    tag = m.Hashtag.objects.get()
    assert tag.last_used_at is not None
    assert timedelta() <= datetime.now(UTC) - tag.last_used_at <= timedelta(hours=1)
    content.delete_post(alice.pk, first.id)
    sweep()
    assert m.Hashtag.objects.get().last_used_at == tag.last_used_at
    later = tag.last_used_at + timedelta(days=3)
    m.Hashtag.objects.update(last_used_at=later)
    content.publish_post(alice.pk, "hello #cairo again")
    sweep()
    assert m.Hashtag.objects.get().last_used_at == later
