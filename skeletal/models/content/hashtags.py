"""Hashtags, and who and what a text names."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Collate

from skeletal.db.fields import CounterField
from skeletal.db.triggers import Tally, counted_by
from skeletal.models.base import EditableTable, PlannedQuerySet, Table, classified


class HashtagQuerySet(PlannedQuerySet["Hashtag"]):
    pass


class Hashtag(EditableTable):
    """A tag: `name` is folded and unique, `display_name` as first written.

    `posts_count` are the live posts whose audience is public, whatever their authors' accounts.
    `last_used_at` is when the newest of them was made, to the hour, as of the last fold.
    """

    privacy = classified(
        content="name display_name", system="usable trendable last_used_at posts_count"
    )

    name = models.CharField(max_length=100, unique=True)
    display_name = models.CharField(max_length=100)
    usable = models.BooleanField(default=True)
    trendable = models.BooleanField(default=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    posts_count = CounterField()

    objects = HashtagQuerySet.as_manager()

    class Meta:
        db_table = "hashtags"
        indexes = [models.Index(Collate("name", "C"), name="idx_hashtags_name")]

    def __str__(self) -> str:
        return f"#{self.display_name}"


class PostHashtagQuerySet(PlannedQuerySet["PostHashtag"]):
    list_related = ("post", "hashtag")


class PostHashtag(Table):
    """A post bears a hashtag; `listed` while the post is live and its audience public.

    A trigger of the posts keeps it when a post changes; who inserts the row says it.
    """

    privacy = classified(relation="post", content="hashtag", system="listed")

    post = models.ForeignKey(
        "skeletal.Post", models.CASCADE, related_name="post_hashtags", db_index=False
    )
    hashtag = models.ForeignKey(
        Hashtag, models.CASCADE, related_name="post_hashtags", db_index=False
    )
    listed = models.BooleanField(db_default=True)

    objects = PostHashtagQuerySet.as_manager()

    class Meta:
        db_table = "post_hashtags"
        constraints = [models.UniqueConstraint(fields=["post", "hashtag"], name="uq_post_hashtag")]
        indexes = [models.Index(fields=["hashtag", "-post"], name="idx_post_hashtags_recent")]
        triggers = counted_by(
            Tally("hashtag", "hashtag_id", "posts_count", "listed", dated=True), mutable=True
        )

    def __str__(self) -> str:
        return f"{self.post_id} bears {self.hashtag_id}"


class MentionQuerySet(PlannedQuerySet["Mention"]):
    list_related = ("user", "post", "comment")


class Mention(Table):
    """A post or a comment names a person."""

    privacy = classified(relation="user post comment", system="silent")

    post = models.ForeignKey(
        "skeletal.Post",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="mentions",
        db_index=False,
    )
    comment = models.ForeignKey(
        "skeletal.Comment",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="mentions",
        db_index=False,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentions", db_index=False
    )
    silent = models.BooleanField(default=False)

    objects = MentionQuerySet.as_manager()

    class Meta:
        db_table = "mentions"
        constraints = [
            models.CheckConstraint(
                condition=Q(post=None, comment__isnull=False) | Q(post__isnull=False, comment=None),
                name="mentions_one_parent",
            ),
            models.UniqueConstraint(fields=["post", "user"], name="uq_mention_post_user"),
            models.UniqueConstraint(fields=["comment", "user"], name="uq_mention_comment_user"),
        ]
        indexes = [models.Index(fields=["user", "-id"], name="idx_mentions_user")]

    def __str__(self) -> str:
        return f"{self.user_id} is named"
