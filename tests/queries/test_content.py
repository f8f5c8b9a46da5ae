"""Which posts, comments and videos a visitor sees, and with which counts."""

from collections.abc import Callable
from typing import Any

import pytest

from skeletal.actions.counters import sweep
from skeletal.errors import InvalidCursor, NotFound
from skeletal.models import Post, User, Video
from skeletal.queries import content
from skeletal.records.content import PostRecord
from tests.factories import (
    make_circle,
    make_comment,
    make_like,
    make_post,
    make_repost,
    make_user,
    make_video,
)
from tests.queries.crowd import NOW

UNSEEN_POSTS: dict[str, Callable[[], Post]] = {
    "hidden": lambda: make_post(status="hidden"),
    "removed": lambda: make_post(status="removed"),
    "deleted": lambda: make_post(deleted_at=NOW),
    "for followers": lambda: make_post(visibility="followers"),
    "private": lambda: make_post(visibility="private"),
    "for a circle": lambda: make_post(visibility="circle", circle=make_circle()),
    "of a suspended author": lambda: make_post(author=make_user(status="suspended")),
    "of a deactivated author": lambda: make_post(author=make_user(status="deactivated")),
    "of a deleted author": lambda: make_post(author=make_user(deleted_at=NOW)),
}
UNSEEN_VIDEOS: dict[str, Callable[[], Video]] = {
    **{
        status: lambda status=status: make_video(status=status)  # type: ignore[misc]
        for status in ("processing", "failed", "hidden", "removed")
    },
    "deleted": lambda: make_video(deleted_at=NOW),
    "for followers": lambda: make_video(visibility="followers"),
    "private": lambda: make_video(visibility="private"),
    "of a suspended author": lambda: make_video(author=make_user(status="suspended")),
    "of a deleted author": lambda: make_video(author=make_user(deleted_at=NOW)),
}
UNSEEN_COMMENTS: dict[str, dict[str, Any]] = {
    "hidden": {"status": "hidden"},
    "removed": {"status": "removed"},
    "deleted": {"deleted_at": NOW},
}


@pytest.mark.parametrize("kind", UNSEEN_POSTS)
def test_an_unseen_post_leaks_nowhere(db: None, kind: str) -> None:
    post = UNSEEN_POSTS[kind]()
    make_comment(post=post)
    seen = make_post()
    assert [row.id for row in content.list_public_posts().data] == [seen.pk]
    assert list(content.get_multiple_posts([post.pk, seen.pk])) == [seen.pk]
    for read in (content.get_post_with_comments, content.list_comments):
        with pytest.raises(NotFound):
            read(post.pk)


@pytest.mark.parametrize("kind", [kind for kind in UNSEEN_POSTS if "author" not in kind])
def test_an_unseen_post_is_not_in_its_authors_list(db: None, kind: str) -> None:
    post = UNSEEN_POSTS[kind]()
    seen = make_post(author=post.author)
    assert [row.id for row in content.list_user_posts(post.author_id).data] == [seen.pk]


@pytest.mark.parametrize("kind", [kind for kind in UNSEEN_POSTS if "author" in kind])
def test_the_posts_of_an_inactive_author_are_not_found(db: None, kind: str) -> None:
    with pytest.raises(NotFound):
        content.list_user_posts(UNSEEN_POSTS[kind]().author_id)


@pytest.mark.parametrize("kind", UNSEEN_VIDEOS)
def test_an_unseen_video_leaks_nowhere(db: None, kind: str) -> None:
    video, seen = UNSEEN_VIDEOS[kind](), make_video()
    assert [row.id for row in content.list_public_videos().data] == [seen.pk]
    with pytest.raises(NotFound):
        content.get_video_with_stats(video.pk)


@pytest.mark.parametrize("state", UNSEEN_COMMENTS)
def test_an_unseen_comment_is_left_out(db: None, state: str) -> None:
    post = make_post()
    parent = make_comment(post=post, **UNSEEN_COMMENTS[state])
    answer = make_comment(parent=parent)
    make_comment(post=post, author=make_user(status="suspended"))
    make_comment(post=make_post())
    make_comment(video=make_video())
    (found,) = content.list_comments(post.pk).data
    assert (found.id, found.parent_id, found.root_id) == (answer.pk, parent.pk, parent.pk)
    assert content.get_post_with_comments(post.pk).comments.data == [found]


def test_comments_come_oldest_first_and_posts_newest_first(alice: User) -> None:
    posts = [make_post(author=alice) for _ in range(3)]
    comments = [make_comment(post=posts[0]) for _ in range(3)]
    assert [c.id for c in content.list_comments(posts[0].pk).data] == [c.pk for c in comments]
    newest_first = [post.pk for post in reversed(posts)]
    assert [row.id for row in content.list_user_posts(alice.pk).data] == newest_first
    assert [row.id for row in content.list_public_posts().data] == newest_first


def test_the_first_comments_go_on_in_the_list(db: None) -> None:
    post = make_post()
    comments = [make_comment(post=post) for _ in range(5)]
    first = content.get_post_with_comments(post.pk, limit=2).comments
    rest = content.list_comments(post.pk, cursor=first.next_cursor)
    assert [c.id for c in first.data + rest.data] == [c.pk for c in comments]
    assert (first.has_more, rest.has_more, rest.next_cursor) == (True, False, None)


def test_a_cursor_does_not_fit_another_post_or_author(db: None) -> None:
    posts = [make_post(), make_post()]
    for post in posts:
        make_comment(post=post), make_comment(post=post), make_post(author=post.author)
    comments = content.list_comments(posts[0].pk, limit=1).next_cursor
    by_author = content.list_user_posts(posts[0].author_id, limit=1).next_cursor
    for read in (
        lambda: content.list_comments(posts[1].pk, cursor=comments),
        lambda: content.list_user_posts(posts[1].author_id, cursor=by_author),
        lambda: content.list_public_posts(cursor=by_author),
    ):
        with pytest.raises(InvalidCursor):
            read()


def test_a_post_tells_all_that_it_shows(alice: User) -> None:
    post = make_post(author=alice, content="Hello", hashtags=["daira"], language="en")
    found = content.get_multiple_posts([post.pk])[post.pk]
    assert found == PostRecord(
        id=post.pk,
        author=found.author,
        content="Hello",
        media_urls=[],
        hashtags=["daira"],
        language="en",
        visibility="public",
        likes_count=0,
        comments_count=0,
        reposts_count=0,
        created_at=post.created_at,
        edited_at=None,
    )
    assert found.author.username == "alice"


def test_one_post_counts_exactly_and_a_list_by_the_column(db: None) -> None:
    post = make_post()
    make_like(target=post), make_comment(post=post), make_repost(post=post)
    assert _counts(content.get_post_with_comments(post.pk).post) == (1, 1, 1)
    assert _counts(content.list_public_posts().data[0]) == (0, 0, 0)
    sweep()
    assert _counts(content.get_post_with_comments(post.pk).post) == (1, 1, 1)
    assert _counts(content.list_public_posts().data[0]) == (1, 1, 1)


def test_one_video_counts_exactly(db: None) -> None:
    video = make_video()
    make_like(target=video), make_comment(video=video)
    found = content.get_video_with_stats(video.pk)
    assert (found.likes_count, found.comments_count, found.views_count) == (1, 1, 0)
    sweep()
    assert content.get_video_with_stats(video.pk) == found


def _counts(post: PostRecord) -> tuple[int, int, int]:
    return post.likes_count, post.comments_count, post.reposts_count
