"""Posts, videos, comments, and what hangs on them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from skeletal import models as m
from skeletal.db.ids import hour_of
from tests.factories.base import make, number
from tests.factories.users import make_user


def make_post(**overrides: Any) -> m.Post:
    return make(m.Post, overrides, author=make_user, content=lambda: f"post {number()}")


def make_media(**overrides: Any) -> m.MediaAttachment:
    """An image; it waits for its post unless `post=` is given (then it is the post author's)."""
    post: m.Post | None = overrides.get("post")
    return make(
        m.MediaAttachment,
        overrides,
        owner=lambda: post.author if post else make_user(),
        kind="image",
        mime="image/png",
        bytes=1024,
        url=lambda: f"https://media.example.test/{number()}.png",
    )


def make_hashtag(**overrides: Any) -> m.Hashtag:
    name = overrides.setdefault("name", f"tag{number()}")
    return make(m.Hashtag, overrides, display_name=name)


def make_post_hashtag(**overrides: Any) -> m.PostHashtag:
    return make(m.PostHashtag, overrides, post=make_post, hashtag=make_hashtag)


def make_post_trend(**overrides: Any) -> m.PostTrend:
    return make(m.PostTrend, overrides, post=make_post, weight=1.0, hour=this_hour, likes_count=1)


def make_video_trend(**overrides: Any) -> m.VideoTrend:
    return make(m.VideoTrend, overrides, video=make_video, weight=1.0, hour=this_hour)


def make_hashtag_trend(**overrides: Any) -> m.HashtagTrend:
    return make(m.HashtagTrend, overrides, hashtag=make_hashtag, weight=1.0, hour=this_hour)


def this_hour() -> int:
    return hour_of(timezone.now())


def make_mention(**overrides: Any) -> m.Mention:
    """Somebody named in a post, or in `comment=`."""
    place = {} if {"comment", "comment_id"} & overrides.keys() else {"post": make_post}
    return make(m.Mention, overrides, user=make_user, **place)


def make_poll(**overrides: Any) -> m.Poll:
    return make(
        m.Poll,
        overrides,
        post=make_post,
        options=["yes", "no"],
        expires_at=lambda: timezone.now() + timedelta(days=1),
    )


def make_poll_vote(**overrides: Any) -> m.PollVote:
    return make(m.PollVote, overrides, poll=make_poll, user=make_user, choice=0)


def make_video(**overrides: Any) -> m.Video:
    return make(
        m.Video,
        overrides,
        author=make_user,
        title=lambda: f"video {number()}",
        duration=60_000,
        resolution=720,
        status="published",
        published_at=timezone.now,
    )


def make_rendition(**overrides: Any) -> m.VideoRendition:
    return make(
        m.VideoRendition,
        overrides,
        video=make_video,
        kind="mp4",
        resolution=720,
        bytes=1024,
        url="https://media.example.test/v.mp4",
    )


def make_comment(*, parent: m.Comment | None = None, **overrides: Any) -> m.Comment:
    """A comment on a new post, on `post=` or `video=`, or an answer to `parent=` in its thread."""
    if parent:
        overrides = {
            "post_id": parent.post_id,
            "video_id": parent.video_id,
            "parent": parent,
            "root_id": parent.root_id or parent.pk,
            "depth": parent.depth + 1,
        } | overrides
    elif not {"post", "post_id", "video", "video_id"} & overrides.keys():
        overrides["post"] = make_post()
    return make(m.Comment, overrides, author=make_user, content=lambda: f"comment {number()}")


def make_draft(**overrides: Any) -> m.Draft:
    return make(m.Draft, overrides, author=make_user, payload=lambda: {"content": "later"})


def make_revision(**overrides: Any) -> m.PostRevision:
    return make(m.PostRevision, overrides, post=make_post, version=1, content="before")


def make_view(**overrides: Any) -> m.VideoView:
    """A view by a new viewer in the window that begins now."""
    return make(
        m.VideoView,
        overrides,
        video=make_video,
        viewer_key=number,
        window_start=timezone.now,
        watched=3000,
    )


def make_repost(**overrides: Any) -> m.Repost:
    return make(m.Repost, overrides, user=make_user, post=make_post)
