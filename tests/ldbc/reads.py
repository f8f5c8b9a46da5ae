"""Answers by the public reads, as any caller has them."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import TypeVar

from skeletal.queries.content import get_multiple_posts, get_post_with_comments, list_comments
from skeletal.queries.feed import get_user_feed
from skeletal.queries.social import get_following_list, is_following
from skeletal.queries.users import get_user_with_stats
from skeletal.records import Page
from skeletal.records.content import CommentRecord, PostRecord
from tests.ldbc.network import Network, Row, text_of, time_of
from tests.ldbc.questions import CREATED, MESSAGE, NEWEST, Question

T = TypeVar("T")
FEW = 3
"""Rows of a page: few, so that most lists have several."""


def pages(read: Callable[[str | None], Page[T]], first: Page[T] | None = None) -> Iterator[T]:
    """Every row of a list, page by page."""
    page = first or read(None)
    yield from page.data
    while page.next_cursor is not None:
        page = read(page.next_cursor)
        yield from page.data


def profile(network: Network, question: Question) -> list[Row]:
    user = get_user_with_stats(network.people[question.person])
    assert user.username == f"ldbc_{question.person}"
    return [[user.display_name, time_of(user.created_at)]]


def friends(network: Network, question: Question) -> list[Row]:
    ours = network.people[question.person]
    follows = pages(lambda cursor: get_following_list(ours, cursor, FEW, viewer_id=ours))
    return [
        [network.their_people[one.user.id], one.user.display_name, time_of(one.followed_at)]
        for one in follows
    ]


def content(network: Network, question: Question) -> list[Row]:
    posts = get_multiple_posts([network.ours(question.message)])
    return [[text_of(p.content, p.media_urls), time_of(p.created_at)] for p in posts.values()]


def author(network: Network, question: Question) -> list[Row]:
    post = get_post_with_comments(network.ours(question.message), limit=1).post
    return [[network.their_people[post.author.id], post.author.display_name]]


def replies(network: Network, question: Question) -> list[Row]:
    """All comments are listed oldest first; the direct ones backward are the answer."""
    ours = network.ours(question.message)
    shown = get_post_with_comments(ours, limit=FEW)
    comments = pages(lambda cursor: list_comments(ours, cursor, FEW), shown.comments)
    direct = [comment for comment in comments if comment.parent_id is None]
    return [_reply(network, comment, shown.post) for comment in reversed(direct)]


def _reply(network: Network, comment: CommentRecord, post: PostRecord) -> Row:
    return [
        network.their_messages["comment", comment.id],
        comment.content,
        time_of(comment.created_at),
        network.their_people[comment.author.id],
        comment.author.display_name,
        is_following(comment.author.id, post.author.id),
    ]


def feed_until(network: Network, question: Question) -> list[Row]:
    """The feed without one's own posts, from `maxDate` down to the oldest row expected.

    Fewer rows than the query may have reach down to the end of the feed.
    """
    oldest = question.rows[-1][CREATED] if len(question.rows) == NEWEST else ""
    feed = _feed(network.people[question.person])
    return [
        _post(network, post)
        for post in feed
        if oldest <= time_of(post.created_at) <= question.params["maxDate"]
    ]


def posts_among(network: Network, rows: list[Row]) -> list[Row]:
    """The rows of IC2 whose message is a post."""
    return [row for row in rows if network.kind(row[MESSAGE]) == "post"]


def forget() -> None:
    """Another network has other feeds."""
    _feed.cache_clear()


@cache
def _feed(user: int) -> list[PostRecord]:
    """All that a person's feed holds of others; three questions ask for each person."""
    posts = pages(lambda cursor: get_user_feed(user, cursor, 100))
    return [post for post in posts if post.author.id != user]


def _post(network: Network, post: PostRecord) -> Row:
    return [
        network.their_people[post.author.id],
        post.author.display_name,
        network.their_messages["post", post.id],
        text_of(post.content, post.media_urls),
        time_of(post.created_at),
    ]
