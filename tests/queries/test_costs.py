"""Each read sends the statements that its docstring promises, for 20 rows as for 100."""

from collections.abc import Callable
from typing import Any

import pytest

from skeletal.queries import content, social, users
from skeletal.records import Page
from tests.factories import make_post, make_user
from tests.queries.crowd import Crowd, make_crowd
from tests.queries.statements import named, statements

LISTS: dict[str, tuple[str, Callable[[Crowd, int], Page[Any]]]] = {
    "list_users": ("users", lambda w, n: users.list_users(limit=n)),
    "list_public_posts": ("posts", lambda w, n: content.list_public_posts(limit=n)),
    "list_public_videos": ("videos", lambda w, n: content.list_public_videos(limit=n)),
    "list_user_posts": ("posts", lambda w, n: content.list_user_posts(w.star.pk, limit=n)),
    "list_comments": ("comments", lambda w, n: content.list_comments(w.posts[0].pk, limit=n)),
    "get_follower_list": ("follows", lambda w, n: social.get_follower_list(w.star.pk, limit=n)),
    "get_following_list": ("follows", lambda w, n: social.get_following_list(w.star.pk, limit=n)),
}


@pytest.fixture
def crowd(db: None) -> Crowd:
    return make_crowd()


@pytest.mark.parametrize("limit", [1, 20, 100])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_one_statement(crowd: Crowd, name: str, limit: int) -> None:
    table, read = LISTS[name]
    with named() as sent:
        page = read(crowd, limit)
    assert sent == [table]
    assert len(page.data) == limit
    assert page.has_more


@pytest.mark.parametrize("limit", [20, 100])
def test_a_post_with_comments_is_two_statements(crowd: Crowd, limit: int) -> None:
    with named() as sent:
        found = content.get_post_with_comments(crowd.posts[0].pk, limit=limit)
    assert sent == ["posts", "comments"]
    assert len(found.comments.data) == limit


@pytest.mark.parametrize("many", [20, 100])
def test_a_batch_is_one_statement(crowd: Crowd, many: int) -> None:
    fans, posts = [fan.pk for fan in crowd.fans[:many]], [post.pk for post in crowd.posts[:many]]
    assert statements(lambda: users.get_multiple_users(fans)) == ["users"]
    assert statements(lambda: content.get_multiple_posts(posts)) == ["posts"]
    assert len(users.get_multiple_users(fans)) == len(content.get_multiple_posts(posts)) == many


def test_one_object_with_exact_counts_is_one_statement(crowd: Crowd) -> None:
    assert statements(lambda: users.get_user_with_stats(crowd.star.pk)) == ["users"]
    assert statements(lambda: content.get_video_with_stats(crowd.videos[0].pk)) == ["videos"]


def test_a_question_is_one_statement(crowd: Crowd) -> None:
    fan, star = crowd.fans[0].pk, crowd.star.pk
    assert statements(lambda: social.is_following(fan, star)) == ["follows"]
    assert statements(lambda: social.is_blocked(fan, star)) == ["blocks"]


def test_only_an_empty_page_asks_whether_its_owner_stands(db: None) -> None:
    user, post = make_user(), make_post()
    assert statements(lambda: content.list_user_posts(user.pk)) == ["posts", "users"]
    assert statements(lambda: content.list_comments(post.pk)) == ["comments", "posts"]
    assert statements(lambda: social.get_follower_list(user.pk)) == ["follows", "users"]
    assert statements(lambda: social.get_following_list(user.pk)) == ["follows", "users"]
