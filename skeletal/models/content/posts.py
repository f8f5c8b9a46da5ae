"""Posts, the files attached to them, and reposts."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from skeletal.db import searching
from skeletal.db.fanout import pend_posts
from skeletal.db.fields import CounterField
from skeletal.db.triggers import Tally, counted_by
from skeletal.models.base import (
    EditableTable,
    PlannedQuerySet,
    Table,
    classified,
    longest,
    one_of,
)

LIVE_ROW = "status = 'published' AND deleted_at IS NULL"
LIVE = "({row}.status = 'published' AND {row}.deleted_at IS NULL)"
LISTED = "({row}.status = 'published' AND {row}.deleted_at IS NULL AND {row}.visibility = 'public')"
"""Whether a post is live and its audience public."""
_update_of: Any = pgtrigger.UpdateOf  # its own types are missing
CHANGED = _update_of("status", "deleted_at", "visibility")
LIST_HASHTAGS = "UPDATE post_hashtags SET listed = {now} WHERE post_id = NEW.id; RETURN NULL;"


class PostQuerySet(PlannedQuerySet["Post"]):
    list_related = ("author__profile",)
    detail_related = ("media", "post_hashtags__hashtag", "mentions__user")


class Post(EditableTable):
    """A text with files, hashtags and an audience."""

    class Status(models.TextChoices):
        PUBLISHED = "published"
        HIDDEN = "hidden"
        REMOVED = "removed"

    class Visibility(models.TextChoices):
        PUBLIC = "public"
        FOLLOWERS = "followers"
        CIRCLE = "circle"
        PRIVATE = "private"

    privacy = classified(
        relation="author circle",
        content="content media_urls hashtags language",
        system="status visibility likes_count comments_count reposts_count edited_at deleted_at",
    )

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="posts", db_index=False
    )
    content = models.TextField(blank=True)
    media_urls = ArrayField(models.URLField(max_length=2048), default=list, blank=True)
    hashtags = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    likes_count = CounterField()
    comments_count = CounterField()
    reposts_count = CounterField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PUBLISHED)
    visibility = models.CharField(
        max_length=10, choices=Visibility.choices, default=Visibility.PUBLIC
    )
    circle = models.ForeignKey(
        "skeletal.Circle", models.PROTECT, null=True, blank=True, related_name="posts"
    )
    language = models.CharField(max_length=35, blank=True, default="")
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        db_table = "posts"
        constraints = [
            one_of("status", "published hidden removed", "posts_status"),
            one_of("visibility", "public followers circle private", "posts_visibility"),
            longest("content", 5000, "posts_content_length"),
            models.CheckConstraint(
                condition=Q(visibility="circle", circle__isnull=False)
                | (~Q(visibility="circle") & Q(circle=None)),
                name="posts_circle_iff_visible_to_circle",
            ),
        ]
        indexes = [
            models.Index(
                fields=["author", "-created_at", "-id"],
                name="idx_posts_author_created",
                condition=Q(status="published", deleted_at=None),
            ),
            models.Index(
                fields=["author", "-id"],
                name="idx_posts_feed",
                include=["status", "deleted_at", "visibility", "circle"],
            ),
            models.Index(
                fields=["-id"],
                name="idx_posts_public",
                condition=Q(status="published", deleted_at=None, visibility="public"),
            ),
            GinIndex(
                searching.words("content"),
                searching.span(),
                name="idx_posts_words",
                condition=Q(status="published", deleted_at=None, visibility="public"),
                gin_pending_list_limit=searching.PENDING_KB,
            ),
        ]
        triggers = [
            *counted_by(
                Tally("user_profile", "author_id", "posts_count", LIVE_ROW),
                Tally("platform", "1", "posts_count", LIVE_ROW),
                mutable=True,
            ),
            pgtrigger.Trigger(
                name="list_hashtags",
                when=pgtrigger.After,
                operation=CHANGED,
                condition=pgtrigger.Condition(
                    f"({LISTED.format(row='OLD')} <> {LISTED.format(row='NEW')})"
                ),
                func=LIST_HASHTAGS.format(now=LISTED.format(row="NEW")),
            ),
            *pend_posts(LIVE),
        ]

    def __str__(self) -> str:
        return self.content[:60]


class MediaAttachmentQuerySet(PlannedQuerySet["MediaAttachment"]):
    list_related = ("owner", "post")


class MediaAttachment(Table):
    """An image, clip or sound that a person uploaded, on a post or waiting for one."""

    privacy = classified(
        relation="owner post",
        content="url alt_text blurhash",
        system="position kind mime bytes width height duration processing_state",
    )

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="media")
    post = models.ForeignKey(
        Post, models.CASCADE, null=True, blank=True, related_name="media", db_index=False
    )
    position = models.SmallIntegerField(default=0)
    kind = models.CharField(max_length=10)
    url = models.URLField(max_length=2048)
    mime = models.CharField(max_length=100)
    bytes = models.BigIntegerField()
    width = models.IntegerField(null=True, blank=True)
    height = models.IntegerField(null=True, blank=True)
    duration = models.IntegerField(null=True, blank=True, help_text="milliseconds")
    blurhash = models.CharField(max_length=60, blank=True, default="")
    alt_text = models.CharField(max_length=1500, blank=True, default="")
    processing_state = models.CharField(max_length=10, default="ready")

    objects = MediaAttachmentQuerySet.as_manager()

    class Meta:
        db_table = "media_attachments"
        constraints = [
            models.UniqueConstraint(fields=["post", "position"], name="uq_media_post_position"),
            one_of("kind", "image video audio", "media_attachments_kind"),
            one_of("processing_state", "pending ready failed", "media_attachments_state"),
        ]

    def __str__(self) -> str:
        return self.url


class RepostQuerySet(PlannedQuerySet["Repost"]):
    list_related = ("user__profile", "post")


class Repost(Table):
    """A person passes a post on, once."""

    privacy = classified(relation="user post")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="reposts", db_index=False
    )
    post = models.ForeignKey(Post, models.CASCADE, related_name="reposts", db_index=False)

    objects = RepostQuerySet.as_manager()

    class Meta:
        db_table = "reposts"
        constraints = [models.UniqueConstraint(fields=["user", "post"], name="uq_repost")]
        indexes = [models.Index(fields=["post", "-id"], name="idx_reposts_post")]
        triggers = counted_by(Tally("post", "post_id", "reposts_count", dated=True))

    def __str__(self) -> str:
        return f"{self.user_id} reposts {self.post_id}"
