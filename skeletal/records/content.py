"""What others see of posts, comments and videos."""

from skeletal.records.base import Count, Id, Moment, Page, Record
from skeletal.records.users import UserCard


class PostRecord(Record, frozen=True, kw_only=True):
    """A post with its author; `edited_at` is null until the text is changed."""

    id: Id
    author: UserCard
    content: str
    media_urls: list[str]
    hashtags: list[str]
    language: str
    visibility: str
    likes_count: Count
    comments_count: Count
    reposts_count: Count
    created_at: Moment
    edited_at: Moment | None


class CommentRecord(Record, frozen=True, kw_only=True):
    """An answer to a post or a video (the other id is null).

    `parent_id` is the comment answered and `root_id` the first of the thread; both are null, and
    `depth` is 0, for an answer to the post itself. A parent may be one that is not shown.
    """

    id: Id
    author: UserCard
    post_id: Id | None
    video_id: Id | None
    parent_id: Id | None
    root_id: Id | None
    depth: Count
    content: str
    likes_count: Count
    replies_count: Count
    created_at: Moment
    edited_at: Moment | None


class PostWithComments(Record, frozen=True, kw_only=True):
    """A post, its counts exact at this moment, and its first comments, oldest first."""

    post: PostRecord
    comments: Page[CommentRecord]


class VideoRecord(Record, frozen=True, kw_only=True):
    """A video with its author; `duration` in milliseconds, `resolution` in pixels of height."""

    id: Id
    author: UserCard
    title: str
    description: str
    hls_url: str
    duration: Count
    resolution: Count
    visibility: str
    views_count: Count
    likes_count: Count
    comments_count: Count
    created_at: Moment
    published_at: Moment | None
