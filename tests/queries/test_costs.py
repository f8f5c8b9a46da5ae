"""Each read sends the statements that its docstring promises, for 20 rows as for 100."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from skeletal.queries import content, feed, social, users
from skeletal.records import SYSTEM, Page, Viewer
from tests.factories import (
    make_conversation,
    make_conversation_member,
    make_draft,
    make_filter,
    make_hashtag,
    make_hashtag_trend,
    make_message,
    make_poll,
    make_poll_vote,
    make_post,
    make_revision,
    make_user,
)
from tests.queries.crowd import Crowd, make_crowd, warm
from tests.queries.reads import FUNCTIONS, OWN
from tests.queries.statements import named, statements

LISTS: dict[str, tuple[str, Callable[[Crowd, int, Viewer], Page[Any]]]] = {
    "list_users": ("users", lambda w, n, v: users.list_users(None, n, v)),
    "list_public_posts": ("posts", lambda w, n, v: content.list_public_posts(None, n, v)),
    "list_public_videos": ("videos", lambda w, n, v: content.list_public_videos(None, n, v)),
    "list_user_posts": ("posts", lambda w, n, v: content.list_user_posts(w.star.pk, None, n, v)),
    "list_comments": ("comments", lambda w, n, v: content.list_comments(w.posts[0].pk, None, n, v)),
    "get_follower_list": (
        "follows",
        lambda w, n, v: social.get_follower_list(w.star.pk, None, n, v),
    ),
    "get_following_list": (
        "follows",
        lambda w, n, v: social.get_following_list(w.star.pk, None, n, v),
    ),
}


@pytest.fixture
def crowd(db: None) -> Crowd:
    crowd = make_crowd()
    for _ in range(100):
        make_hashtag()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE hashtags SET posts_count = 1")
    warm(crowd.posts, crowd.videos)
    return crowd


@pytest.mark.parametrize("limit", [1, 20, 100])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_one_statement_whoever_asks(crowd: Crowd, name: str, limit: int) -> None:
    table, read = LISTS[name]
    for viewer in (None, crowd.fans[1].pk, SYSTEM):
        with named() as sent:
            page = read(crowd, limit, viewer)
        assert sent == [table]
        assert len(page.data) == limit
        assert page.has_more


@pytest.mark.parametrize("limit", [20, 100])
def test_a_post_with_comments_is_two_statements(crowd: Crowd, limit: int) -> None:
    for viewer in (None, crowd.fans[0].pk):
        with named() as sent:
            found = content.get_post_with_comments(crowd.posts[0].pk, viewer, limit)
        assert sent == ["posts", "comments"]
        assert len(found.comments.data) == limit


BATCHES: dict[str, tuple[str, Callable[[Crowd, int, Viewer], Any]]] = {
    "get_multiple_users": ("users", lambda w, n, v: users.get_multiple_users(ids(w.fans[:n]), v)),
    "batch_user_stats": ("user_profiles", lambda w, n, v: users.batch_user_stats(ids(w.fans[:n]))),
    "get_multiple_posts": (
        "posts",
        lambda w, n, v: content.get_multiple_posts(ids(w.posts[:n]), v),
    ),
    "get_multiple_videos": (
        "videos",
        lambda w, n, v: content.get_multiple_videos(ids(w.videos[:n]), v),
    ),
    "search_users": ("users", lambda w, n, v: users.search_users("fan", n, v)),
    "get_trending_posts": ("posts", lambda w, n, v: content.get_trending_posts(n, v)),
    "get_trending_videos": ("videos", lambda w, n, v: content.get_trending_videos(n, v)),
    "search_hashtags": ("hashtags", lambda w, n, v: content.search_hashtags("tag", n)),
    "get_user_feed": ("posts", lambda w, n, v: feed.get_user_feed(w.fans[0].pk, limit=n).data),
}


def ids(rows: list[Any]) -> list[int]:
    return [row.pk for row in rows]


@pytest.mark.parametrize("many", [20, 100])
@pytest.mark.parametrize("name", BATCHES)
def test_what_has_no_pages_and_the_feed_are_one_statement(
    crowd: Crowd, name: str, many: int
) -> None:
    table, read = BATCHES[name]
    for viewer in (None, crowd.fans[1].pk, SYSTEM):
        with named() as sent:
            found = read(crowd, many, viewer)
        assert sent == [table]
        assert len(found) == many


@pytest.mark.parametrize("order", ["newest", "relevant"])
@pytest.mark.parametrize("many", [20, 100])
def test_a_page_of_a_search_is_one_statement(crowd: Crowd, many: int, order: Any) -> None:
    """The first of the most relevant takes one more, that asks for the newest id of all."""
    for viewer in (None, crowd.fans[0].pk, SYSTEM):
        with named() as sent:
            page = content.search_posts("fan", None, many, viewer, order)
        edge = ["SELECT coalesce + 1 FROM posts"] if order == "relevant" else []
        assert sent == [*edge, "posts"]
        assert len(page.data) == many
        assert page.has_more
        with named() as sent:
            content.search_posts("fan", page.next_cursor, 1, viewer, order)
        assert sent == ["posts"]


def test_people_of_whom_few_are_found_are_looked_for_again(crowd: Crowd) -> None:
    assert statements(lambda: users.search_users("fan", 20)) == ["users"]
    assert statements(lambda: users.search_users("fam", 20)) == ["users", "users"]
    assert statements(lambda: users.search_users(" \u200f ", 20)) == []


@pytest.mark.parametrize("many", [20, 100])
def test_a_further_page_of_the_feed_is_one_statement(crowd: Crowd, many: int) -> None:
    reader = crowd.fans[0].pk
    cursor = feed.get_user_feed(reader, limit=2).next_cursor
    with named() as sent:
        page = feed.get_user_feed(reader, cursor, many)
    assert sent == ["posts"]
    assert len(page.data) == many


@pytest.mark.parametrize("signed_in", [False, True])
def test_one_object_with_exact_counts_is_one_statement(crowd: Crowd, signed_in: bool) -> None:
    star, video = crowd.star.pk, crowd.videos[0].pk
    viewer = crowd.fans[0].pk if signed_in else None
    assert statements(lambda: users.get_user_with_stats(star, viewer)) == ["users"]
    assert statements(lambda: content.get_video_with_stats(video, viewer)) == ["videos"]
    assert statements(lambda: users.get_user_stats(star)) == ["user_profiles"]


def test_a_question_is_one_statement(crowd: Crowd) -> None:
    fan, star = crowd.fans[0].pk, crowd.star.pk
    assert statements(lambda: social.is_following(fan, star)) == ["follows"]
    assert statements(lambda: social.is_blocked(fan, star)) == ["blocks"]
    assert statements(lambda: users.is_visible_user(star, fan)) == ["users"]
    assert statements(lambda: content.is_visible_post(crowd.posts[0].pk, fan)) == ["posts"]


def test_only_an_empty_page_asks_whether_its_owner_stands(db: None) -> None:
    user, post = make_user(), make_post()
    assert statements(lambda: content.list_user_posts(user.pk)) == ["posts", "users"]
    assert statements(lambda: content.list_comments(post.pk)) == ["comments", "posts"]
    assert statements(lambda: social.get_follower_list(user.pk)) == ["follows", "users"]
    assert statements(lambda: social.get_following_list(user.pk)) == ["follows", "users"]


@pytest.mark.parametrize("many", [20, 100])
def test_what_hangs_on_a_post_costs_the_same_for_few_and_many(db: None, many: int) -> None:
    poll = make_poll(post=make_post(), multiple=True)
    for version in range(1, many + 1):
        make_revision(post=poll.post, version=version)
        make_poll_vote(poll=poll, single=False)
    viewer = make_user().pk
    read = content.list_post_revisions
    assert statements(lambda: content.get_poll(poll.post_id)) == ["polls", "poll_votes"]
    assert statements(lambda: read(poll.post_id, viewer)) == ["post_revisions"]
    assert statements(lambda: read(make_post().pk, viewer))[-2:] == ["post_revisions", "posts"]


RANKED = {"get_popular_posts", "get_trending_hashtags"}


@pytest.mark.parametrize("many", [20, 100])
def test_what_is_liked_most_is_two_statements(crowd: Crowd, many: int) -> None:
    for viewer in (None, crowd.fans[1].pk, SYSTEM):
        with named() as sent:
            found = content.get_popular_posts(30, many, viewer)
        assert len(sent) == 2
        assert "FROM  AS ranked" in sent[0]
        assert sent[1] == "posts"
        assert len(found) == many


def test_where_too_little_is_warm_or_liked_the_newest_are_one_statement_more(db: None) -> None:
    make_crowd(5)
    for read in (content.get_trending_posts, content.get_popular_posts):
        sent = statements(read)
        assert len(sent) == 2
        assert sent[-1] == "posts"
    assert statements(content.get_trending_videos) == ["videos", "videos"]


@pytest.mark.parametrize("many", [20, 100])
def test_trending_hashtags_are_one_statement(db: None, many: int) -> None:
    for _ in range(many):
        make_hashtag_trend()
    assert statements(lambda: content.get_trending_hashtags(many)) == ["hashtags"]
    assert len(content.get_trending_hashtags(many)) == many


SINGLES = {
    *("get_user_with_stats", "get_video_with_stats", "get_user_stats", "get_post_with_comments"),
    *("is_following", "is_blocked", "is_visible_user", "get_message_receivers"),
    *("get_session", "get_interest"),
    *("get_poll", "list_post_revisions", "is_visible_post", "search_posts"),
    "get_session",  # counted in tests/actions/test_sessions.py
}


@pytest.mark.parametrize("many", [20, 100])
def test_what_is_a_person_s_own_costs_the_same_for_few_and_many(db: None, many: int) -> None:
    user = make_user()
    for _ in range(many):
        make_filter(user=user)
        talk = make_conversation(kind="group")
        for person in (user, make_user()):
            make_conversation_member(conversation=talk, user=person)
    for _ in range(many):
        talk.last_message_id = make_message(conversation=talk, sender=user).pk
        make_draft(author=user)
    talk.save()
    texts = ["a text"] * many
    assert len(statements(lambda: content.list_drafts(user.pk, limit=many))) == 1
    assert len(statements(lambda: social.list_keyword_filters(user.pk))) == 1
    assert len(statements(lambda: social.get_filter_matches(user.pk, texts))) == 1
    assert len(statements(lambda: social.list_messages(user.pk, talk.pk, limit=many))) == 1
    assert len(statements(lambda: social.list_conversations(user.pk, limit=many))) == 3
    last = talk.last_message_id or 0
    assert len(statements(lambda: social.get_message_receivers(last))) == 1


def test_the_cost_of_every_read_is_told_here() -> None:
    assert FUNCTIONS.keys() == LISTS.keys() | BATCHES.keys() | SINGLES | OWN | RANKED
