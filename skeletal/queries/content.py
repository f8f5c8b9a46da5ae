"""Posts, comments and videos as others see them.

`viewer_id` is a person's id, None for one who is not signed in, or SYSTEM; `visibility` says who
sees what. Every list raises InvalidCursor, and InvalidInput for a limit outside 1..100.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, QuerySet

from skeletal.db.ids import compose, milliseconds
from skeletal.db.prepared import BIGINTS, Param, read
from skeletal.errors import InvalidInput, NotFound
from skeletal.models import Comment, Post, User, Video
from skeletal.queries.batches import in_order, wanted
from skeletal.queries.counters import exact, exactly
from skeletal.queries.pages import ids_first, newest_first, oldest_first, page_of, size_of
from skeletal.queries.users import is_visible_user
from skeletal.queries.visibility import AUTHOR, JUDGED, PUBLIC, Rows, Sight, sight_of, visible
from skeletal.records import Page, Viewer
from skeletal.records.content import CommentRecord, PostRecord, PostWithComments, VideoRecord

POST_COUNTS = ("likes_count", "comments_count", "reposts_count")
VIDEO_COUNTS = ("views_count", "likes_count", "comments_count")
TRENDING_DAYS = 7
MOST_DAYS = 30


def get_post_with_comments(
    post_id: int, viewer_id: Viewer = None, limit: int = 20
) -> PostWithComments:
    """Return a post, its counts exact at this moment, and its first comments: 2 statements.

    The comments' cursor continues in `list_comments`. Raises NotFound for a post that is absent
    or not visible.
    """
    size_of(limit)
    sight, viewer = sight_of(viewer_id)
    post = _post(sight).first(post_id=post_id, viewer=viewer)
    if post is None:
        raise NotFound("no such post")
    return PostWithComments(post=post, comments=_comments_page(post_id, None, limit, viewer_id))


def get_multiple_posts(post_ids: Iterable[int], viewer_id: Viewer = None) -> dict[int, PostRecord]:
    """Return posts by id, in the order asked, without those that are not visible: 1 statement.

    Raises InvalidInput for more than 1,000 different ids.
    """
    ids = wanted(post_ids)
    sight, viewer = sight_of(viewer_id)
    return in_order(ids, _posts(sight).all(ids=ids, viewer=viewer)) if ids else {}


def get_popular_posts(days: int = 7, limit: int = 20, viewer_id: Viewer = None) -> list[PostRecord]:
    """Return the most liked public posts of the last `days` (1 to 30): 1 statement.

    Its cost grows with the number of posts of these days. Likes as of the last sweep; of equals
    the newer first.
    """
    size, since = size_of(limit), _since(days)
    sight, viewer = sight_of(viewer_id)
    return _popular(sight, size).all(since=since, viewer=viewer)[:limit]


def list_public_posts(
    cursor: str | None = None, limit: int = 20, viewer_id: Viewer = None
) -> Page[PostRecord]:
    """List everybody's public posts, newest first: 1 statement."""
    sight, viewer = sight_of(viewer_id)
    return page_of(_public_posts, sight, cursor, limit, viewer=viewer)


def list_user_posts(
    user_id: int, cursor: str | None = None, limit: int = 20, viewer_id: Viewer = None
) -> Page[PostRecord]:
    """List a person's posts, newest first: 1 statement, 2 where the page is empty.

    Raises NotFound for an account that is absent or not visible.
    """
    sight, viewer = sight_of(viewer_id)
    page = page_of(_user_posts, sight, cursor, limit, owner=user_id, user_id=user_id, viewer=viewer)
    if not page.data and not is_visible_user(user_id, viewer_id):
        raise NotFound("no such user")
    return page


def list_comments(
    post_id: int, cursor: str | None = None, limit: int = 20, viewer_id: Viewer = None
) -> Page[CommentRecord]:
    """List all comments of a post, oldest first: 1 statement, 2 where the page is empty.

    Threads are not nested: `parent_id` and `depth` say where each belongs. Raises NotFound for a
    post that is absent or not visible.
    """
    page = _comments_page(post_id, cursor, limit, viewer_id)
    sight, viewer = sight_of(viewer_id)
    if not page.data and _visible_post(sight).first(post_id=post_id, viewer=viewer) is None:
        raise NotFound("no such post")
    return page


def get_video_with_stats(video_id: int, viewer_id: Viewer = None) -> VideoRecord:
    """Return a video with counts exact at this moment: 1 statement.

    Raises NotFound for a video that is absent or not visible.
    """
    sight, viewer = sight_of(viewer_id)
    video = _video(sight).first(video_id=video_id, viewer=viewer)
    if video is None:
        raise NotFound("no such video")
    return video


def get_multiple_videos(
    video_ids: Iterable[int], viewer_id: Viewer = None
) -> dict[int, VideoRecord]:
    """Return videos by id, as `get_multiple_posts` does: 1 statement."""
    ids = wanted(video_ids)
    sight, viewer = sight_of(viewer_id)
    return in_order(ids, _videos(sight).all(ids=ids, viewer=viewer)) if ids else {}


def list_public_videos(
    cursor: str | None = None, limit: int = 20, viewer_id: Viewer = None
) -> Page[VideoRecord]:
    """List everybody's public videos, newest first: 1 statement."""
    sight, viewer = sight_of(viewer_id)
    return page_of(_public_videos, sight, cursor, limit, viewer=viewer)


def get_trending_videos(limit: int = 20, viewer_id: Viewer = None) -> list[VideoRecord]:
    """Return the most viewed public videos of the last seven days: 1 statement.

    Cost and order as `get_popular_posts`.
    """
    size, since = size_of(limit), _since(TRENDING_DAYS)
    sight, viewer = sight_of(viewer_id)
    return _trending(sight, size).all(since=since, viewer=viewer)[:limit]


def _comments_page(
    post_id: int, cursor: str | None, limit: int, viewer_id: Viewer
) -> Page[CommentRecord]:
    sight, viewer = sight_of(viewer_id)
    return page_of(_comments, sight, cursor, limit, owner=post_id, post_id=post_id, viewer=viewer)


def _public(rows: Rows, sight: Sight) -> Rows:
    return visible(rows.filter(visibility="public"), sight, known=PUBLIC)


def _since(days: int) -> int:
    """The smallest id of a row made in the last `days`."""
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"days must be between 1 and {MOST_DAYS}", field="days")
    return compose(milliseconds(datetime.now(UTC) - timedelta(days=days)), 0, 0)


@read(PostRecord, paths=exactly(POST_COUNTS))
def _post(sight: Sight) -> QuerySet[Post]:
    rows = visible(Post.objects.filter(pk=Param("post_id")), sight)
    return exact(rows, "post", POST_COUNTS)


@read(int, paths={"": "pk"})
def _visible_post(sight: Sight) -> QuerySet[Post]:
    return visible(Post.objects.filter(pk=Param("post_id")), sight)


@read(PostRecord)
def _posts(sight: Sight) -> QuerySet[Post]:
    return visible(Post.objects.filter(pk__any=Param("ids", BIGINTS)), sight)


@read(PostRecord, plan="custom")
def _popular(sight: Sight, size: int) -> QuerySet[Post]:
    return _public(Post.objects.filter(pk__gte=Param("since")), sight).order_by(
        "-likes_count", "-pk"
    )[:size]


@read(PostRecord, key="id")
def _public_posts(sight: Sight, continued: bool, size: int) -> QuerySet[Post]:
    return newest_first(_public(Post.objects.all(), sight), continued, size)


@read(PostRecord, key="id")
def _user_posts(sight: Sight, continued: bool, size: int) -> QuerySet[Post]:
    author = visible(User.objects.filter(pk=Param("user_id")), sight, rule=AUTHOR)
    rows = Post.objects.filter(Exists(author), author_id=Param("user_id"))
    return ids_first(newest_first(visible(rows, sight, known=JUDGED), continued, size))


@read(CommentRecord, key="id")
def _comments(sight: Sight, continued: bool, size: int) -> QuerySet[Comment]:
    """The comments of a post, and none where the post itself is not visible."""
    posts = visible(Post.objects.filter(pk=Param("post_id")), sight)
    rows = Comment.objects.filter(Exists(posts), post_id=Param("post_id"))
    return oldest_first(visible(rows, sight), continued, size)


@read(VideoRecord, paths=exactly(VIDEO_COUNTS))
def _video(sight: Sight) -> QuerySet[Video]:
    rows = visible(Video.objects.filter(pk=Param("video_id")), sight)
    return exact(rows, "video", VIDEO_COUNTS)


@read(VideoRecord)
def _videos(sight: Sight) -> QuerySet[Video]:
    return visible(Video.objects.filter(pk__any=Param("ids", BIGINTS)), sight)


@read(VideoRecord, key="id")
def _public_videos(sight: Sight, continued: bool, size: int) -> QuerySet[Video]:
    return newest_first(_public(Video.objects.all(), sight), continued, size)


@read(VideoRecord, plan="custom")
def _trending(sight: Sight, size: int) -> QuerySet[Video]:
    return _public(Video.objects.filter(pk__gte=Param("since")), sight).order_by(
        "-views_count", "-pk"
    )[:size]
