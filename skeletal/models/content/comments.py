"""Comments on posts and videos, in threads."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from skeletal.db.fields import CounterField
from skeletal.db.triggers import Tally, counted_by
from skeletal.models.base import (
    EditableTable,
    PlannedQuerySet,
    between,
    classified,
    longest,
    one_of,
)

LIVE_ROW = "status = 'published' AND deleted_at IS NULL"
MAX_DEPTH = 50


class CommentQuerySet(PlannedQuerySet["Comment"]):
    list_related = ("author__profile",)
    detail_related = ("replies__author",)
    page_order = ("id",)


class Comment(EditableTable):
    """An answer to a post or a video (`parent` empty), or to another comment of the same thread.

    `root` is the first comment of the thread, `depth` the steps from it.
    """

    privacy = classified(
        relation="author post video parent root",
        content="content",
        system="depth likes_count replies_count status edited_at deleted_at",
    )

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="comments", db_index=False
    )
    post = models.ForeignKey(
        "skeletal.Post",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="comments",
        db_index=False,
    )
    video = models.ForeignKey(
        "skeletal.Video",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="comments",
        db_index=False,
    )
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="replies", db_index=False
    )
    root = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="thread", db_index=False
    )
    depth = models.SmallIntegerField(default=0)
    content = models.TextField()
    likes_count = CounterField()
    replies_count = CounterField()
    status = models.CharField(max_length=10, default="published")
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        db_table = "comments"
        constraints = [
            models.CheckConstraint(
                condition=Q(post=None, video__isnull=False) | Q(post__isnull=False, video=None),
                name="comments_one_target",
            ),
            models.CheckConstraint(
                condition=Q(parent=None, root=None, depth=0)
                | Q(parent__isnull=False, root__isnull=False, depth__gte=1),
                name="comments_thread",
            ),
            one_of("status", "published hidden removed", "comments_status"),
            longest("content", 2000, "comments_content_length"),
            between("depth", 0, MAX_DEPTH, "comments_depth"),
        ]
        indexes = [
            models.Index(fields=["author", "-id"], name="idx_comments_author"),
            models.Index(
                fields=["post", "id"], name="idx_comments_post", condition=Q(post__isnull=False)
            ),
            models.Index(
                fields=["video", "id"], name="idx_comments_video", condition=Q(video__isnull=False)
            ),
            models.Index(
                fields=["parent", "id"],
                name="idx_comments_parent",
                condition=Q(parent__isnull=False),
            ),
            models.Index(
                fields=["root", "id"], name="idx_comments_root", condition=Q(root__isnull=False)
            ),
        ]
        triggers = counted_by(
            Tally("post", "post_id", "comments_count", LIVE_ROW, dated=True),
            Tally("video", "video_id", "comments_count", LIVE_ROW, dated=True),
            Tally("comment", "parent_id", "replies_count", LIVE_ROW),
            mutable=True,
        )

    def __str__(self) -> str:
        return self.content[:60]
