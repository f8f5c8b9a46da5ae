"""Videos and the files that a player asks for."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from skeletal.db.fields import CounterField
from skeletal.db.triggers import Tally, counted_by
from skeletal.models.base import (
    EditableTable,
    PlannedQuerySet,
    Table,
    at_least,
    classified,
    longest,
    one_of,
)

LIVE_ROW = "status = 'published' AND deleted_at IS NULL"


class VideoQuerySet(PlannedQuerySet["Video"]):
    list_related = ("author__profile",)
    detail_related = ("renditions",)


class Video(EditableTable):
    """A video: `duration` in milliseconds, `resolution` as the height in pixels."""

    class Status(models.TextChoices):
        PROCESSING = "processing"
        PUBLISHED = "published"
        FAILED = "failed"
        HIDDEN = "hidden"
        REMOVED = "removed"

    privacy = classified(
        relation="author",
        content="title description hls_url embeddings",
        system=(
            "duration resolution views_count likes_count comments_count status visibility "
            "published_at deleted_at"
        ),
    )

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="videos", db_index=False
    )
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    hls_url = models.URLField(max_length=2048, blank=True, default="")
    duration = models.IntegerField(default=0, help_text="milliseconds")
    resolution = models.SmallIntegerField(default=0, help_text="height in pixels")
    views_count = CounterField()
    likes_count = CounterField()
    comments_count = CounterField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROCESSING)
    visibility = models.CharField(max_length=10, default="public")
    embeddings = ArrayField(models.FloatField(), null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = VideoQuerySet.as_manager()

    class Meta:
        db_table = "videos"
        constraints = [
            one_of("status", "processing published failed hidden removed", "videos_status"),
            one_of("visibility", "public followers private", "videos_visibility"),
            longest("description", 5000, "videos_description_length"),
            at_least("duration", 0, "videos_duration"),
            at_least("resolution", 0, "videos_resolution"),
        ]
        indexes = [
            models.Index(fields=["status", "-published_at", "-id"], name="idx_videos_status"),
            models.Index(fields=["author", "-id"], name="idx_videos_author"),
            models.Index(
                fields=["-id"],
                name="idx_videos_public",
                condition=Q(status="published", deleted_at=None, visibility="public"),
            ),
        ]
        triggers = counted_by(Tally("platform", "1", "videos_count", LIVE_ROW), mutable=True)

    def __str__(self) -> str:
        return self.title


class VideoRenditionQuerySet(PlannedQuerySet["VideoRendition"]):
    list_related = ("video",)


class VideoRendition(Table):
    """One file of a video: a stream, a caption, a thumbnail."""

    privacy = classified(
        relation="video", content="url", system="kind resolution language bytes state"
    )

    video = models.ForeignKey(Video, models.CASCADE, related_name="renditions", db_index=False)
    kind = models.CharField(max_length=10)
    resolution = models.SmallIntegerField(default=0)
    language = models.CharField(max_length=35, blank=True, default="")
    url = models.URLField(max_length=2048)
    bytes = models.BigIntegerField()
    state = models.CharField(max_length=10, default="ready")

    objects = VideoRenditionQuerySet.as_manager()

    class Meta:
        db_table = "video_renditions"
        constraints = [
            models.UniqueConstraint(
                fields=["video", "kind", "resolution", "language"], name="uq_rendition"
            ),
            one_of("kind", "hls mp4 caption thumb storyboard", "video_renditions_kind"),
            one_of("state", "pending ready failed", "video_renditions_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.resolution}"


class VideoViewQuerySet(PlannedQuerySet["VideoView"]):
    list_related = ("video",)


class VideoView(Table):
    """Somebody watched a video; once in each window of time, however often they come back.

    `viewer_key` is a person's id, or below zero a keyed digest of a visitor's token.
    """

    privacy = classified(relation="video viewer_key", system="window_start watched")

    video = models.ForeignKey(Video, models.CASCADE, related_name="views", db_index=False)
    viewer_key = models.BigIntegerField()
    window_start = models.DateTimeField()
    watched = models.IntegerField(help_text="milliseconds")

    objects = VideoViewQuerySet.as_manager()

    class Meta:
        db_table = "video_views"
        constraints = [
            models.UniqueConstraint(
                fields=["video", "viewer_key", "window_start"], name="uq_video_view"
            ),
            at_least("watched", 0, "video_views_watched"),
        ]
        triggers = counted_by(
            Tally("video", "video_id", "views_count", dated=True), events=("insert",)
        )

    def __str__(self) -> str:
        return f"{self.viewer_key} watched {self.video_id}"
