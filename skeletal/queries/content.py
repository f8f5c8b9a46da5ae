"""Posts, comments and videos as others see them.

In this step every viewer, SYSTEM too, sees what a visitor without an account sees: public, live
rows of active authors. `viewer_id` is taken so that callers need not change when the visibility
rule comes. Every list raises InvalidCursor, and InvalidInput for a limit outside 1..100.
"""

from collections.abc import Iterable

from django.db.models import Exists

from skeletal.errors import NotFound
from skeletal.models import Comment, Post, Video
from skeletal.models.content.comments import CommentQuerySet
from skeletal.queries.counters import shown, with_open
from skeletal.queries.users import card, is_visible_user
from skeletal.records import Page, Viewer
from skeletal.records.content import CommentRecord, PostRecord, PostWithComments, VideoRecord

POST_COUNTS = ("likes_count", "comments_count", "reposts_count")
VIDEO_COUNTS = ("views_count", "likes_count", "comments_count")


def get_post_with_comments(
    post_id: int, viewer_id: Viewer = None, limit: int = 20
) -> PostWithComments:
    """Return a post, its counts exact at this moment, and its first comments: 2 statements.

    The comments' cursor continues in `list_comments`. Raises NotFound for a post that is absent
    or not visible.
    """
    rows = with_open(Post.objects.public().for_list(), "post", POST_COUNTS)
    post = rows.filter(pk=post_id).first()
    if post is None:
        raise NotFound("no such post")
    comments = _comments_of(post_id).page(limit=limit).map(_comment)
    return PostWithComments(post=_post(post), comments=comments)


def get_multiple_posts(post_ids: Iterable[int], viewer_id: Viewer = None) -> dict[int, PostRecord]:
    """Return posts by id, in the order asked, without those that are not visible: 1 statement."""
    wanted = list(dict.fromkeys(post_ids))
    found = {row.pk: _post(row) for row in Post.objects.public().for_list().filter(pk__in=wanted)}
    return {post_id: found[post_id] for post_id in wanted if post_id in found}


def list_public_posts(
    cursor: str | None = None, limit: int = 20, viewer_id: Viewer = None
) -> Page[PostRecord]:
    """List everybody's public posts, newest first: 1 statement."""
    return Post.objects.public().for_list().page(cursor=cursor, limit=limit).map(_post)


def list_user_posts(
    user_id: int, cursor: str | None = None, limit: int = 20, viewer_id: Viewer = None
) -> Page[PostRecord]:
    """List a person's posts, newest first: 1 statement, 2 where the page is empty.

    Raises NotFound for an account that is absent or not active.
    """
    rows = Post.objects.public().for_list().filter(author_id=user_id)
    page = rows.page(cursor=cursor, limit=limit)
    if not page.data and not is_visible_user(user_id, viewer_id):
        raise NotFound("no such user")
    return page.map(_post)


def list_comments(
    post_id: int, cursor: str | None = None, limit: int = 20, viewer_id: Viewer = None
) -> Page[CommentRecord]:
    """List all comments of a post, oldest first: 1 statement, 2 where the page is empty.

    Threads are not nested: `parent_id` and `depth` say where each belongs. Raises NotFound for a
    post that is absent or not visible.
    """
    page = _comments_of(post_id).page(cursor=cursor, limit=limit)
    if not page.data and not Post.objects.public().filter(pk=post_id).exists():
        raise NotFound("no such post")
    return page.map(_comment)


def get_video_with_stats(video_id: int, viewer_id: Viewer = None) -> VideoRecord:
    """Return a video with counts exact at this moment: 1 statement.

    Raises NotFound for a video that is absent or not visible.
    """
    rows = with_open(Video.objects.public().for_list(), "video", VIDEO_COUNTS)
    video = rows.filter(pk=video_id).first()
    if video is None:
        raise NotFound("no such video")
    return _video(video)


def list_public_videos(
    cursor: str | None = None, limit: int = 20, viewer_id: Viewer = None
) -> Page[VideoRecord]:
    """List everybody's public videos, newest first: 1 statement."""
    return Video.objects.public().for_list().page(cursor=cursor, limit=limit).map(_video)


def _comments_of(post_id: int) -> CommentQuerySet:
    """The comments of a post, and none where the post itself is not visible."""
    visible = Exists(Post.objects.public().filter(pk=post_id))
    return Comment.objects.public().for_list().filter(visible, post_id=post_id)


def _post(row: Post) -> PostRecord:
    return PostRecord(
        id=row.pk,
        author=card(row.author),
        content=row.content,
        media_urls=row.media_urls,
        hashtags=row.hashtags,
        language=row.language,
        visibility=row.visibility,
        likes_count=shown(row, "likes_count"),
        comments_count=shown(row, "comments_count"),
        reposts_count=shown(row, "reposts_count"),
        created_at=row.created_at,
        edited_at=row.edited_at,
    )


def _comment(row: Comment) -> CommentRecord:
    return CommentRecord(
        id=row.pk,
        author=card(row.author),
        post_id=row.post_id,
        video_id=row.video_id,
        parent_id=row.parent_id,
        root_id=row.root_id,
        depth=row.depth,
        content=row.content,
        likes_count=shown(row, "likes_count"),
        replies_count=shown(row, "replies_count"),
        created_at=row.created_at,
        edited_at=row.edited_at,
    )


def _video(row: Video) -> VideoRecord:
    return VideoRecord(
        id=row.pk,
        author=card(row.author),
        title=row.title,
        description=row.description,
        hls_url=row.hls_url,
        duration=row.duration,
        resolution=row.resolution,
        visibility=row.visibility,
        views_count=shown(row, "views_count"),
        likes_count=shown(row, "likes_count"),
        comments_count=shown(row, "comments_count"),
        created_at=row.created_at,
        published_at=row.published_at,
    )
