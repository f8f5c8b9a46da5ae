"""What trends and what was liked most, against the same asked of whole tables in plain SQL."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from skeletal.actions.counters import sweep
from skeletal.db.ids import compose, hour_of, milliseconds
from skeletal.errors import InvalidInput
from skeletal.models import CounterDelta, Post, PostTrend, User, Video
from skeletal.queries.content import (
    get_popular_posts,
    get_trending_hashtags,
    get_trending_posts,
    get_trending_videos,
)
from tests import factories as f
from tests.queries.crowd import INACTIVE
from tests.queries.worlds import World

TRENDING: dict[str, tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]] = {
    "post": (f.make_post, f.make_post_trend, get_trending_posts),
    "video": (f.make_video, f.make_video_trend, get_trending_videos),
}
EACH = pytest.mark.parametrize("kind", TRENDING)


def at(days_ago: float) -> int:
    """The id of a row made so many days ago."""
    moment = datetime.now(UTC) - timedelta(days=days_ago)
    return compose(milliseconds(moment), 7, f.number())


def make_liked(likes: int, **how: Any) -> Post:
    """A post whose count a sweep has made this large."""
    post = f.make_post(**how)
    like(post.pk, likes)
    assert sweep() > 0
    return post


def like(post_id: int, likes: int) -> None:
    CounterDelta.objects.create(
        object_type="post", object_id=post_id, counter="likes_count", delta=likes
    )


def liked_most(days: float, limit: int) -> list[int]:
    """The plain definition: every post of these days, sorted."""
    rows = Post.objects.filter(pk__gte=at(days), visibility="public", status="published")
    rows = rows.filter(deleted_at=None, author__status="active")
    return list(rows.order_by("-likes_count", "-pk").values_list("pk", flat=True)[:limit])


@EACH
def test_the_warmest_come_first_and_of_equals_the_newest(db: None, kind: str) -> None:
    make, make_trend, read = TRENDING[kind]
    weights = (3, 9, 3, 1, 9, 2)
    made = [make() for _ in weights]
    for row, weight in zip(made, weights, strict=True):
        make_trend(**{kind: row}, weight=weight)
    ranked = [made[n].pk for n in (4, 1, 2, 0, 5, 3)]
    for limit in (1, 4, 20, 100):
        assert [row.id for row in read(limit=limit)] == ranked[:limit]


@EACH
def test_what_happened_today_beats_twice_as_much_two_days_ago(db: None, kind: str) -> None:
    make, _, read = TRENDING[kind]
    older, newer, cold = make(id=at(40)), make(id=at(41)), make(id=at(42))
    for _ in range(4):
        f.make_like(id=at(2), target=older)
    for _ in range(2):
        f.make_like(target=newer)
    f.make_like(id=at(13), target=cold)
    sweep()
    assert [row.id for row in read()] == [newer.pk, older.pk]


@EACH
def test_the_newest_of_a_week_follow_what_is_warm(db: None, kind: str) -> None:
    make, make_trend, read = TRENDING[kind]
    make(id=at(7.001))
    made = [make(id=at(age)) for age in (6.999, 3, 2, 1)]
    make_trend(**{kind: made[0]})
    ranked = [made[n].pk for n in (0, 3, 2, 1)]
    for limit in (1, 3, 20):
        assert [row.id for row in read(limit=limit)] == ranked[:limit]


@EACH
@pytest.mark.parametrize("audience", ["followers", "private"])
def test_only_what_is_public_is_among_them(alice: User, kind: str, audience: str) -> None:
    make, make_trend, read = TRENDING[kind]
    make_trend(**{kind: make(author=alice, visibility=audience)})
    assert read(viewer_id=alice.pk) == []


@pytest.mark.parametrize("why", ["muted", "blocking", *INACTIVE])
def test_hidden_people_do_not_shorten_a_list(db: None, why: str) -> None:
    world = World()
    (reader, shown) = world.join("active", "active")
    hidden = world.join(*[why if why in INACTIVE else "active"] * 90)
    if why == "muted":
        world.mute("for ever", *((reader, person) for person in hidden))
    if why == "blocking":
        world.block(*((person, reader) for person in hidden))
    hour = hour_of(datetime.now(UTC))
    authors = [*hidden, *[shown] * 21]
    posts = world.write(Post(author=author) for author in authors)
    videos = world.write(Video(author=author, status="published") for author in authors)
    for warmth, (post, video) in enumerate(zip(posts, videos, strict=True)):
        weight = 500 - warmth
        f.make_video_trend(video=video, weight=weight, hour=hour)
        like(post.pk, weight)
    sweep()
    PostTrend.objects.update(weight=1)
    expected = [row.pk for row in posts[90:110]]
    assert [row.id for row in get_popular_posts(viewer_id=reader.pk)] == expected
    expected = [row.pk for row in videos[90:110]]
    assert [row.id for row in get_trending_videos(viewer_id=reader.pk)] == expected
    assert len(get_trending_posts(viewer_id=reader.pk)) == 20


def test_hashtags_trend_that_may_be_used_and_may_trend(db: None) -> None:
    ways: list[dict[str, Any]] = [{}, {"usable": False}, {"trendable": False}, {"name": "last"}]
    for weight, how in enumerate(ways, start=1):
        f.make_hashtag_trend(hashtag=f.make_hashtag(**how), weight=weight)
    f.make_hashtag_trend(weight=2.0**-11)
    f.make_hashtag()
    first, second = get_trending_hashtags()
    assert first.name == first.display_name == "last"
    assert second.posts_count == 0
    assert get_trending_hashtags(limit=1) == [first]


def test_a_hashtag_says_how_many_posts_bear_it(db: None) -> None:
    tag = f.make_hashtag()
    for _ in range(3):
        f.make_post_hashtag(hashtag=tag)
    sweep()
    assert [(row.id, row.posts_count) for row in get_trending_hashtags()] == [(tag.pk, 3)]


def test_the_most_liked_come_first_and_of_equals_the_newest(db: None) -> None:
    likes = (3, 9, 3, 1, 9, 2)
    made = [make_liked(number).pk for number in likes]
    ranked = [(made[n], likes[n]) for n in (4, 1, 2, 0, 5, 3)]
    for limit in (1, 4, 20, 100):
        found = [(row.id, row.likes_count) for row in get_popular_posts(limit=limit)]
        assert found == ranked[:limit]


@pytest.mark.parametrize("seed", range(3))
def test_the_most_liked_of_any_days_are_those_of_the_plain_definition(db: None, seed: int) -> None:
    rng = Random(seed)
    ways: tuple[dict[str, Any], ...] = ({}, {}, {}, {"visibility": "private"}, {"status": "hidden"})
    authors = [f.make_user(), f.make_user(), f.make_user(status="suspended")]
    posts = [
        f.make_post(id=at(rng.uniform(0, 31)), author=rng.choice(authors), **rng.choice(ways)).pk
        for _ in range(150)
    ]
    liked = rng.sample(posts, 100)
    for post in liked:
        like(post, rng.randrange(1, 12))
    sweep()
    for post in rng.sample(liked, 40):
        like(post, rng.choice((-1, 1, 3)))
    sweep()
    for days in range(1, 31):
        for limit in (5, 20, 100):
            assert [row.id for row in get_popular_posts(days, limit)] == liked_most(days, limit)


@pytest.mark.parametrize("days", [1, 2, 7, 30])
def test_the_window_is_as_long_as_asked(db: None, days: int) -> None:
    make_liked(99, id=at(days + 0.001))
    posts = [make_liked(1, id=at(days - 0.001)), f.make_post(id=at(days - 0.001))]
    assert [row.id for row in get_popular_posts(days)] == [post.pk for post in posts]


@pytest.mark.parametrize("days", [0, -1, 31, 10**9, True, False, 1.5, "7", None])
def test_a_window_out_of_bounds_is_refused(db: None, days: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        get_popular_posts(days)
    assert refusal.value.context == {"field": "days"}
