"""What others see of posts, comments and videos."""

from typing import Any

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


class HashtagRecord(Record, frozen=True, kw_only=True):
    """A hashtag: `name` is folded, `display_name` as first written.

    `posts_count` are the live posts with a public audience, as of the last sweep.
    """

    id: Id
    name: str
    display_name: str
    posts_count: Count


class PollOption(Record, frozen=True, kw_only=True):
    """An answer that a poll offers, how many chose it, and whether the viewer did."""

    text: str
    votes_count: Count
    chosen: bool


class PollRecord(Record, frozen=True, kw_only=True):
    """The poll of a post, its answers in order; a vote names them by their place from 0."""

    id: Id
    post_id: Id
    options: list[PollOption]
    multiple: bool
    closed: bool
    expires_at: Moment


class RevisionRecord(Record, frozen=True, kw_only=True):
    """What a post said before an edit, `edited_at` then; `version` counts from 1."""

    id: Id
    post_id: Id
    version: Count
    content: str
    media_urls: list[str]
    edited_at: Moment


class DraftRecord(Record, frozen=True, kw_only=True):
    """A post that its author still writes: `payload` holds the arguments of `publish_post`.

    `state` is open, scheduled or failed; a failed one says the `error`'s code.
    """

    id: Id
    payload: dict[str, Any]
    state: str
    scheduled_at: Moment | None
    error: str
    updated_at: Moment
