"""What is known of feed windows: infrastructure, for looking."""

from django.contrib import admin

from skeletal.admin.base import TablePage
from skeletal.models import FeedAuthor, FeedPending, FeedReader, FeedState


@admin.register(FeedState)
class FeedStatePage(TablePage[FeedState]):
    list_display = ("mark", "lineage", "run_id")


@admin.register(FeedPending)
class FeedPendingPage(TablePage[FeedPending]):
    list_display = ("post_id", "author_id", "done", "bulk", "reached", "run_id")


@admin.register(FeedReader)
class FeedReaderPage(TablePage[FeedReader]):
    list_display = ("user", "following_version")


@admin.register(FeedAuthor)
class FeedAuthorPage(TablePage[FeedAuthor]):
    list_display = ("user", "fanout_mode")
