"""What PostgreSQL knows of the windows of circle feeds: enough to judge every one of them."""

from django.conf import settings
from django.db import models
from django.db.models import Func, Q

from skeletal.models.base import PlannedQuerySet, classified, one_of


class FeedPendingQuerySet(PlannedQuerySet["FeedPending"]):
    page_order = ("post_id",)


class FeedPending(models.Model):
    """A post of which it is not proved that every window has it.

    `generation` changes when it is opened again. `reached` is the follower up to whom it was
    pushed, on the run of the server `run_id`. A `bulk` row stands for all posts of a large import:
    while it is there no window is believed.
    """

    privacy = classified(relation="post_id author_id", system="generation done bulk reached run_id")

    post_id = models.BigIntegerField(primary_key=True)
    author_id = models.BigIntegerField()
    generation = models.BigIntegerField(db_default=Func(function="daira_id"))
    done = models.BooleanField(db_default=False)
    bulk = models.BooleanField(db_default=False)
    reached = models.BigIntegerField(db_default=0)
    run_id = models.CharField(max_length=12, blank=True, db_default="")

    objects = FeedPendingQuerySet.as_manager()

    class Meta:
        db_table = "feed_pending"
        verbose_name_plural = "feed pending"
        indexes = [
            models.Index(fields=["post_id"], name="idx_feed_pending_bulk", condition=Q(bulk=True))
        ]

    def __str__(self) -> str:
        return f"post {self.post_id}"


class FeedReaderQuerySet(PlannedQuerySet["FeedReader"]):
    list_related = ("user",)


class FeedReader(models.Model):
    """How often a person has begun to follow somebody: a window of another version lacks posts."""

    privacy = classified(relation="user", system="following_version")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="feed_reader"
    )
    following_version = models.BigIntegerField(db_default=0)

    objects = FeedReaderQuerySet.as_manager()

    class Meta:
        db_table = "feed_readers"

    def __str__(self) -> str:
        return f"{self.user_id} at {self.following_version}"


class FeedAuthorQuerySet(PlannedQuerySet["FeedAuthor"]):
    list_related = ("user",)


class FeedAuthor(models.Model):
    """An author whose posts readers fetch themselves; all others are pushed.

    "both" is the way back: pushed again, and fetched until every push is proved.
    """

    class Mode(models.TextChoices):
        PULL = "pull"
        BOTH = "both"

    privacy = classified(relation="user", system="fanout_mode")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="feed_author"
    )
    fanout_mode = models.CharField(max_length=4, choices=Mode.choices)

    objects = FeedAuthorQuerySet.as_manager()

    class Meta:
        db_table = "feed_authors"
        constraints = [one_of("fanout_mode", "pull both", "feed_authors_mode")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.fanout_mode}"


class FeedStateQuerySet(PlannedQuerySet["FeedState"]):
    pass


class FeedState(models.Model):
    """The one row that tells which windows may be believed: those of its lineage and mark."""

    privacy = classified(system="mark lineage run_id")

    id = models.SmallIntegerField(primary_key=True, default=1)
    mark = models.BigIntegerField(db_default=0)
    lineage = models.CharField(max_length=20, blank=True, db_default="")
    run_id = models.CharField(max_length=12, blank=True, db_default="")

    objects = FeedStateQuerySet.as_manager()

    class Meta:
        db_table = "feed_state"
        verbose_name_plural = "feed state"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="feed_state_one_row")]

    def __str__(self) -> str:
        return f"{self.lineage}:{self.mark}"
