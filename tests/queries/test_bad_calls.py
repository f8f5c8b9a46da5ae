"""Whatever a caller hands to a read: an answer, or one of our errors."""

import base64
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from skeletal.errors import InvalidCursor, InvalidInput, NotFound
from skeletal.queries import content, feed, social, users
from skeletal.records import SYSTEM, Viewer
from tests.queries.crowd import Crowd, make_crowd
from tests.queries.reads import FUNCTIONS, READS, takes

PAGED = {name for name in READS if takes(name, "cursor")}
LIMITED = {name for name in READS if takes(name, "limit")} | {"get_trending_hashtags"}
BATCHES: dict[str, Callable[[Any], dict[int, Any]]] = {
    "get_multiple_users": users.get_multiple_users,
    "get_multiple_posts": content.get_multiple_posts,
    "get_multiple_videos": content.get_multiple_videos,
    "batch_user_stats": users.batch_user_stats,
}
BATCH = pytest.mark.parametrize("name", BATCHES)


@pytest.fixture
def crowd(db: None) -> Crowd:
    return make_crowd(6)


def call(crowd: Crowd, name: str, viewer: Viewer = None, **more: Any) -> Any:
    """A read about the star, or about the star's first post."""
    known = {"user_id": crowd.star.pk, "post_id": crowd.posts[0].pk, "query": "fan"}
    fitting = {key: value for key, value in known.items() if takes(name, key) and key not in more}
    seen = {"viewer_id": viewer} if takes(name, "viewer_id") and "viewer_id" not in more else {}
    return FUNCTIONS[name](**fitting, **seen, **more)


def cursor_of(crowd: Crowd, name: str, viewer: Viewer = None) -> str:
    cursor = call(crowd, name, viewer, limit=2).next_cursor
    assert isinstance(cursor, str)
    return cursor


def refused(crowd: Crowd, name: str, cursor: Any, viewer: Viewer = None) -> bool:
    with pytest.raises(InvalidCursor) as refusal:
        call(crowd, name, viewer, cursor=cursor)
    return refusal.value.context == {"field": "cursor"}


def test_the_lists_are_these() -> None:
    assert len(PAGED) == 9
    assert {
        "search_users",
        "get_popular_posts",
        "get_trending_posts",
        "get_trending_videos",
        "get_post_with_comments",
        "get_trending_hashtags",
    } == LIMITED - PAGED
    assert {name for name in READS if name.startswith("get_multiple")} < BATCHES.keys()


@pytest.mark.parametrize("name", sorted(PAGED))
def test_a_cursor_leads_on_in_its_own_list_alone(crowd: Crowd, name: str) -> None:
    cursor = cursor_of(crowd, name)
    first = call(crowd, name, limit=2)
    assert call(crowd, name, cursor=cursor).data == call(crowd, name).data[2:]
    assert all(refused(crowd, other, cursor) for other in PAGED - {name})
    assert first.next_cursor == cursor


@pytest.mark.parametrize("name", sorted(PAGED - {"get_user_feed"}))
def test_a_cursor_belongs_to_one_viewer(crowd: Crowd, name: str) -> None:
    viewers: list[Viewer] = [None, SYSTEM, crowd.star.pk, crowd.fans[0].pk]
    cursors = [cursor_of(crowd, name, viewer) for viewer in viewers]
    for (n, cursor), (m, viewer) in product(enumerate(cursors), enumerate(viewers)):
        if n == m:
            assert call(crowd, name, viewer, cursor=cursor).data
        else:
            assert refused(crowd, name, cursor, viewer)


@pytest.mark.parametrize("name", sorted(PAGED))
def test_a_cursor_is_refused_once_a_byte_of_it_is_other(crowd: Crowd, name: str) -> None:
    cursor = cursor_of(crowd, name)
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    for place, bit in product(range(len(raw)), (1, 128)):
        changed = raw[:place] + bytes([raw[place] ^ bit]) + raw[place + 1 :]
        assert refused(crowd, name, base64.urlsafe_b64encode(changed).decode().rstrip("="))
    for place in range(len(cursor)):
        other = "A" if cursor[place] != "A" else "B"
        assert refused(crowd, name, cursor[:place] + other + cursor[place + 1 :])
        assert refused(crowd, name, cursor[:place])


@pytest.mark.parametrize("name", sorted(PAGED))
@pytest.mark.parametrize(
    "cursor", ["", " ", "\0", "x" * 2**20, "é" * 2**20, "\ud800", "0", 5, b"x", 1.5, [], True]
)
def test_what_is_no_cursor_is_refused(crowd: Crowd, name: str, cursor: Any) -> None:
    assert refused(crowd, name, cursor)


@pytest.mark.parametrize("name", sorted(LIMITED))
@pytest.mark.parametrize(
    "limit", [0, -1, 101, 10**9, 2**70, True, False, None, "20", 20.0, 1.5, float("nan")]
)
def test_a_limit_that_is_none_is_refused(crowd: Crowd, name: str, limit: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        call(crowd, name, limit=limit)
    assert refusal.value.context == {"field": "limit"}


@BATCH
def test_a_batch_has_each_id_once_in_the_order_asked(crowd: Crowd, name: str) -> None:
    rows: dict[str, list[Any]] = {
        "get_multiple_posts": crowd.posts,
        "get_multiple_videos": crowd.videos,
    }
    ids = [row.pk for row in rows.get(name, crowd.fans)]
    asked = [ids[3], 1, ids[0], ids[3], -1, 0, 2**63, 2**70, -(2**70), ids[1], ids[0]]
    assert list(BATCHES[name](asked)) == [ids[3], ids[0], ids[1]]
    assert list(BATCHES[name](iter(asked))) == [ids[3], ids[0], ids[1]]
    assert BATCHES[name]([]) == BATCHES[name]([2**70]) == {}


@BATCH
def test_a_batch_holds_a_thousand_different_ids(crowd: Crowd, name: str) -> None:
    assert BATCHES[name](range(1, 1001)) == BATCHES[name]([1] * 10_000) == {}
    for ids in (range(1, 1002), range(10_000)):
        with pytest.raises(InvalidInput) as refusal:
            BATCHES[name](ids)
        assert refusal.value.context == {"field": "ids"}


@BATCH
@pytest.mark.parametrize("ids", [["1"], [1, "x"], [1.5], [None], [b"1"]])
def test_what_is_no_id_is_refused(crowd: Crowd, name: str, ids: list[Any]) -> None:
    with pytest.raises(InvalidInput):
        BATCHES[name](ids)


@pytest.mark.parametrize("absent", [0, -1, 1, 2**63 - 1, 2**63, 2**70, -(2**70)])
def test_an_absent_id_is_nobody_and_nothing(crowd: Crowd, absent: int) -> None:
    for read in (
        users.get_user_stats,
        users.get_user_with_stats,
        content.get_post_with_comments,
        content.get_video_with_stats,
        content.list_user_posts,
        content.list_comments,
        social.get_follower_list,
        social.get_following_list,
        feed.get_user_feed,
    ):
        with pytest.raises(NotFound):
            read(absent)
    assert not users.is_visible_user(absent)


@pytest.mark.parametrize("stranger", [0, -1, 1, 2**63 - 1, 2**63, 2**70])
@pytest.mark.parametrize("name", sorted(READS.keys() - {"get_user_feed"}))
def test_a_viewer_of_an_absent_id_sees_what_a_stranger_sees(
    crowd: Crowd, name: str, stranger: int
) -> None:
    batch = {f"{kind}_ids": [row.pk for row in rows] for kind, rows in rows_by_kind(crowd)}
    single = {"video_id": crowd.videos[0].pk}
    more = {key: value for key, value in (batch | single).items() if takes(name, key)}
    seen, by_nobody = call(crowd, name, stranger, **more), call(crowd, name, None, **more)
    assert seen == by_nobody


def rows_by_kind(crowd: Crowd) -> list[tuple[str, list[Any]]]:
    return [("user", crowd.fans), ("post", crowd.posts), ("video", crowd.videos)]


@pytest.mark.parametrize("wild", ["abc", "7", 1.5, float("nan"), b"x", [], {}, True])
@pytest.mark.parametrize("name", sorted(PAGED))
def test_what_is_no_id_is_refused_by_every_list(crowd: Crowd, name: str, wild: Any) -> None:
    for argument in ("user_id", "post_id", "viewer_id"):
        if takes(name, argument):
            with pytest.raises(InvalidInput):
                call(crowd, name, **{argument: wild})
