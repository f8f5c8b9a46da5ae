"""Earlier versions of posts, and posts that are not published yet."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from skeletal.models.base import EditableTable, PlannedQuerySet, Table, classified, one_of


class PostRevisionQuerySet(PlannedQuerySet["PostRevision"]):
    list_related = ("post",)


class PostRevision(Table):
    """What a post said before an edit; `version` counts from 1, `created_at` is the edit's time."""

    privacy = classified(relation="post", content="content media_urls", system="version")

    post = models.ForeignKey(
        "skeletal.Post", models.CASCADE, related_name="revisions", db_index=False
    )
    version = models.SmallIntegerField()
    content = models.TextField(blank=True)
    media_urls = ArrayField(models.URLField(max_length=2048), default=list, blank=True)

    objects = PostRevisionQuerySet.as_manager()

    class Meta:
        db_table = "post_revisions"
        constraints = [models.UniqueConstraint(fields=["post", "version"], name="uq_post_revision")]

    def __str__(self) -> str:
        return f"version {self.version} of {self.post_id}"


class DraftQuerySet(PlannedQuerySet["Draft"]):
    list_related = ("author",)


class Draft(EditableTable):
    """A post that its author still writes, or that waits for its time.

    `payload` holds the arguments of `publish_post`. A scheduled draft that the rules refused when
    its time came is `failed` and says the code of the error.
    """

    class State(models.TextChoices):
        OPEN = "open"
        SCHEDULED = "scheduled"
        PUBLISHED = "published"
        FAILED = "failed"

    privacy = classified(
        relation="author published_post", content="payload", system="state scheduled_at error"
    )

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts", db_index=False
    )
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    scheduled_at = models.DateTimeField(null=True, blank=True)
    published_post = models.ForeignKey(
        "skeletal.Post", models.SET_NULL, null=True, blank=True, related_name="drafts"
    )
    error = models.CharField(max_length=40, blank=True, default="")

    objects = DraftQuerySet.as_manager()

    class Meta:
        db_table = "drafts"
        constraints = [
            one_of("state", "open scheduled published failed", "drafts_state"),
            models.CheckConstraint(
                condition=~Q(state="scheduled") | Q(scheduled_at__isnull=False),
                name="drafts_scheduled_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["author", "-id"], name="idx_drafts_author"),
            models.Index(
                fields=["scheduled_at", "id"],
                name="idx_drafts_due",
                condition=Q(state="scheduled"),
            ),
        ]

    def __str__(self) -> str:
        return f"draft of {self.author_id}"
