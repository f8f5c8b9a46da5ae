"""Posts, videos, comments and what hangs on them."""

from django.contrib import admin

from skeletal.admin.base import TablePage
from skeletal.admin.search import Search
from skeletal.admin.words import by_words
from skeletal.models import (
    Comment,
    Draft,
    Hashtag,
    HashtagTrend,
    MediaAttachment,
    Mention,
    Poll,
    PollVote,
    Post,
    PostHashtag,
    PostRevision,
    PostTrend,
    Repost,
    Video,
    VideoRendition,
    VideoTrend,
    VideoView,
)


@admin.register(Post)
class PostPage(TablePage[Post]):
    list_display = ("id", "author", "__str__", "status", "visibility", "likes_count", "created_at")
    list_filter = ("status", "visibility")
    changeable = ("status",)


@admin.register(MediaAttachment)
class MediaAttachmentPage(TablePage[MediaAttachment]):
    list_display = ("id", "owner", "kind", "mime", "bytes", "processing_state")


@admin.register(Repost)
class RepostPage(TablePage[Repost]):
    list_display = ("id", "user", "post", "created_at")
    deletable = True


@admin.register(Video)
class VideoPage(TablePage[Video]):
    list_display = ("id", "author", "title", "status", "visibility", "views_count", "created_at")
    list_filter = ("status", by_words("visibility"))
    changeable = ("status",)


@admin.register(VideoRendition)
class VideoRenditionPage(TablePage[VideoRendition]):
    list_display = ("id", "video", "kind", "resolution", "language", "bytes", "state")


@admin.register(Comment)
class CommentPage(TablePage[Comment]):
    list_display = ("id", "author", "__str__", "status", "depth", "likes_count", "created_at")
    list_filter = (by_words("status"),)
    changeable = ("status",)


@admin.register(Hashtag)
class HashtagPage(TablePage[Hashtag]):
    list_display = (
        "id",
        "name",
        "display_name",
        "usable",
        "trendable",
        "posts_count",
        "last_used_at",
    )
    changeable = ("usable", "trendable")
    search = Search(prefixes=("name",))


@admin.register(PostHashtag)
class PostHashtagPage(TablePage[PostHashtag]):
    list_display = ("id", "post", "hashtag", "listed")
    deletable = True


@admin.register(Mention)
class MentionPage(TablePage[Mention]):
    list_display = ("id", "user", "post", "comment", "silent")
    deletable = True


@admin.register(Poll)
class PollPage(TablePage[Poll]):
    list_display = ("id", "__str__", "multiple", "votes_count", "expires_at")


@admin.register(PollVote)
class PollVotePage(TablePage[PollVote]):
    list_display = ("id", "poll", "user", "choice")


@admin.register(PostRevision)
class PostRevisionPage(TablePage[PostRevision]):
    list_display = ("id", "post", "version", "created_at")


@admin.register(Draft)
class DraftPage(TablePage[Draft]):
    """What is not published is read on the row's own page, not in the list."""

    list_display = ("id", "author", "state", "scheduled_at", "error")
    list_filter = ("state",)


@admin.register(VideoView)
class VideoViewPage(TablePage[VideoView]):
    list_display = ("id", "video", "window_start", "watched")


@admin.register(PostTrend)
class PostTrendPage(TablePage[PostTrend]):
    list_display = ("post", "weight", "hour", "score", "likes_count", "day")


@admin.register(VideoTrend)
class VideoTrendPage(TablePage[VideoTrend]):
    list_display = ("video", "weight", "hour", "score")


@admin.register(HashtagTrend)
class HashtagTrendPage(TablePage[HashtagTrend]):
    list_display = ("hashtag", "weight", "hour", "score")
