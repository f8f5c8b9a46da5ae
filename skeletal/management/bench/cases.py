"""The named reads and how each contender answers the same call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from skeletal.management.bench import floor, names, ordinary
from skeletal.management.bench.floor import Floor
from skeletal.management.bench.subjects import Ask, Subjects, coldest, since
from skeletal.queries import content, feed, platform, social, users


@dataclass(frozen=True)
class Case:
    """One read. A call that is not `settled` has more than one right answer: not compared."""

    name: str
    statements: int
    asks: Callable[[Subjects, int], Ask]
    ours: Callable[[Ask], Any]
    floor: Floor
    ordinary: Callable[[Ask], Any]
    target_ms: float = 100
    ordered: bool = True
    limit: int = 0
    settled: Callable[[Ask], bool] = lambda ask: True


def _person(from_: Subjects, viewer: int) -> Ask:
    return Ask(viewer, from_.chance.choice(from_.people))


def _people(from_: Subjects, viewer: int) -> Ask:
    return Ask(viewer, many=from_.batch(from_.people))


def _post(from_: Subjects, viewer: int) -> Ask:
    return Ask(viewer, from_.chance.choice(from_.talked))


def _video(from_: Subjects, viewer: int) -> Ask:
    return Ask(viewer, from_.chance.choice(from_.videos))


def _name(from_: Subjects, viewer: int) -> Ask:
    return Ask(viewer, text=from_.chance.choice(from_.names)[:3])


def _word(from_: Subjects, viewer: int) -> Ask:
    return Ask(viewer, text=from_.chance.choice(from_.words))


def _tag(from_: Subjects, viewer: int) -> Ask:
    return Ask(viewer, text=from_.chance.choice(from_.tags)[:2])


def _warm(from_: Subjects, viewer: int) -> Ask:
    return Ask(viewer, coldest=coldest())


CASES = [
    Case(
        "get_user_with_stats",
        1,
        _person,
        lambda a: users.get_user_with_stats(a.one, a.viewer),
        floor.USER,
        ordinary.user,
        target_ms=5,
    ),
    Case(
        "search_users",
        1,
        _name,
        lambda a: users.search_users(a.text, 20, a.viewer),
        floor.SEARCH,
        ordinary.search,
        target_ms=15,
    ),
    Case(
        "search_users, two letters",
        1,
        lambda s, v: Ask(v, text=s.chance.choice(s.names)[:2]),
        lambda a: users.search_users(a.text, 20, a.viewer),
        floor.SEARCH,
        ordinary.search,
        target_ms=15,
    ),
    Case(
        "search_users, misspelt",
        2,
        names.misspelt,
        lambda a: users.search_users(a.text, 20, a.viewer),
        names.by_hand,
        names.by_orm,
        target_ms=15,
        settled=names.settled,
    ),
    Case(
        "search_posts",
        1,
        _word,
        lambda a: content.search_posts(a.text, viewer_id=a.viewer),
        floor.FOUND_NEWEST,
        ordinary.found_newest,
        target_ms=30,
        limit=20,
    ),
    Case(
        "search_posts, relevant",
        2,
        _word,
        lambda a: content.search_posts(a.text, viewer_id=a.viewer, order="relevant"),
        floor.FOUND_RELEVANT,
        ordinary.found_relevant,
        target_ms=30,
        limit=20,
    ),
    Case(
        "search_hashtags",
        1,
        _tag,
        lambda a: content.search_hashtags(a.text),
        floor.FOUND_HASHTAGS,
        ordinary.found_hashtags,
        target_ms=15,
    ),
    Case(
        "get_user_feed",
        1,
        lambda s, v: Ask(v),
        lambda a: feed.get_user_feed(a.viewer),
        floor.FEED,
        ordinary.feed,
        target_ms=20,
        limit=20,
    ),
    Case(
        "get_post_with_comments",
        2,
        _post,
        lambda a: content.get_post_with_comments(a.one, a.viewer),
        floor.POST_WITH_COMMENTS,
        ordinary.post_with_comments,
        limit=21,
    ),
    Case(
        "get_popular_posts",
        2,
        lambda s, v: Ask(v, since=since(7)),
        lambda a: content.get_popular_posts(7, 20, a.viewer),
        floor.POPULAR,
        ordinary.popular,
        target_ms=50,
    ),
    Case(
        "get_video_with_stats",
        1,
        _video,
        lambda a: content.get_video_with_stats(a.one, a.viewer),
        floor.VIDEO_ALONE,
        ordinary.video,
    ),
    Case(
        "get_trending_posts",
        1,
        _warm,
        lambda a: content.get_trending_posts(20, a.viewer),
        floor.TRENDING_POSTS,
        ordinary.trending_posts,
        target_ms=50,
    ),
    Case(
        "get_trending_hashtags",
        1,
        _warm,
        lambda a: content.get_trending_hashtags(20),
        floor.TRENDING_HASHTAGS,
        ordinary.trending_hashtags,
        target_ms=50,
    ),
    Case(
        "get_trending_videos",
        1,
        _warm,
        lambda a: content.get_trending_videos(20, a.viewer),
        floor.TRENDING,
        ordinary.trending,
        target_ms=50,
    ),
    Case(
        "list_public_posts",
        1,
        lambda s, v: Ask(v),
        lambda a: content.list_public_posts(viewer_id=a.viewer),
        floor.PUBLIC_POSTS,
        ordinary.public_posts,
        limit=20,
    ),
    Case(
        "list_user_posts",
        1,
        _person,
        lambda a: content.list_user_posts(a.one, viewer_id=a.viewer),
        floor.USER_POSTS,
        ordinary.user_posts,
        limit=20,
    ),
    Case(
        "get_follower_list",
        1,
        _person,
        lambda a: social.get_follower_list(a.one, viewer_id=a.viewer),
        floor.FOLLOWERS,
        ordinary.followers,
        limit=50,
    ),
    Case(
        "get_following_list",
        1,
        _person,
        lambda a: social.get_following_list(a.one, viewer_id=a.viewer),
        floor.FOLLOWED,
        ordinary.following,
        limit=50,
    ),
    Case(
        "is_following",
        1,
        _person,
        lambda a: social.is_following(a.viewer, a.one),
        floor.IS_FOLLOWING,
        ordinary.is_following,
    ),
    Case(
        "is_blocked",
        1,
        _person,
        lambda a: social.is_blocked(a.viewer, a.one),
        floor.IS_BLOCKED,
        ordinary.is_blocked,
    ),
    Case(
        "get_multiple_users",
        1,
        _people,
        lambda a: users.get_multiple_users(a.many, a.viewer),
        floor.USERS,
        ordinary.users,
        target_ms=30,
        ordered=False,
    ),
    Case(
        "get_multiple_posts",
        1,
        lambda s, v: Ask(v, many=s.batch(s.posts)),
        lambda a: content.get_multiple_posts(a.many, a.viewer),
        floor.POSTS,
        ordinary.posts,
        ordered=False,
    ),
    Case(
        "get_multiple_videos",
        1,
        lambda s, v: Ask(v, many=s.batch(s.videos)),
        lambda a: content.get_multiple_videos(a.many, a.viewer),
        floor.VIDEOS,
        ordinary.videos,
        ordered=False,
    ),
    Case(
        "get_user_stats",
        1,
        _person,
        lambda a: users.get_user_stats(a.one),
        floor.STATS,
        ordinary.stats,
        target_ms=40,
    ),
    Case(
        "batch_user_stats",
        1,
        _people,
        lambda a: users.batch_user_stats(a.many),
        floor.BATCH_STATS,
        ordinary.batch_stats,
        target_ms=40,
        ordered=False,
    ),
    Case(
        "get_platform_stats",
        1,
        lambda s, v: Ask(v),
        lambda a: platform.get_platform_stats(),
        floor.PLATFORM,
        ordinary.platform_stats,
        target_ms=40,
    ),
]
