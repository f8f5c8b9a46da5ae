"""How warm posts, videos and hashtags are, and how often posts of late are liked."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Func, Q

from skeletal.models.base import PlannedQuerySet, at_least, classified


class Trend(models.Model):
    """`weight` is what its events weighed at `hour` (since 2010); it halves in each day.

    `score` is hour / 24 + log2(weight): it does not change as time passes, and one more weighs
    twice as much. It is null where next to nothing is left.
    """

    copied: ClassVar[tuple[str, ...]] = ()
    """Columns of the object that stand here too, for as long as it is ranked by them."""

    weight = models.FloatField()
    hour = models.IntegerField()
    score = models.GeneratedField(
        expression=Func(F("hour"), F("weight"), function="daira_score"),
        output_field=models.FloatField(null=True),
        db_persist=True,
    )

    class Meta:
        abstract = True


class PostTrendQuerySet(PlannedQuerySet["PostTrend"]):
    list_related = ("post",)


class PostTrend(Trend):
    """A post, and its likes as of the last sweep; `day` of its making counts from 2010."""

    privacy = classified(relation="post", system="weight hour score likes_count day")
    copied = ("likes_count",)

    post = models.OneToOneField(
        "skeletal.Post", models.CASCADE, primary_key=True, related_name="trend"
    )
    likes_count = models.IntegerField()
    day = models.GeneratedField(
        expression=Func(F("post"), template="((%(expressions)s >> 22) / 86400000)::integer"),
        output_field=models.IntegerField(),
        db_persist=True,
    )

    objects = PostTrendQuerySet.as_manager()

    class Meta:
        db_table = "post_trends"
        constraints = [at_least("hour", 0, "post_trends_hour")]
        indexes = [
            models.Index(
                fields=["-score", "-post"],
                name="idx_post_trends_score",
                condition=Q(score__isnull=False),
            ),
            models.Index(
                fields=["day", "-likes_count", "-post"],
                name="idx_post_trends_day",
                condition=Q(likes_count__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"post {self.post_id}"


class VideoTrendQuerySet(PlannedQuerySet["VideoTrend"]):
    list_related = ("video",)


class VideoTrend(Trend):
    """A video."""

    privacy = classified(relation="video", system="weight hour score")

    video = models.OneToOneField(
        "skeletal.Video", models.CASCADE, primary_key=True, related_name="trend"
    )

    objects = VideoTrendQuerySet.as_manager()

    class Meta:
        db_table = "video_trends"
        constraints = [at_least("hour", 0, "video_trends_hour")]
        indexes = [
            models.Index(
                fields=["-score", "-video"],
                name="idx_video_trends_score",
                condition=Q(score__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"video {self.video_id}"


class HashtagTrendQuerySet(PlannedQuerySet["HashtagTrend"]):
    list_related = ("hashtag",)


class HashtagTrend(Trend):
    """A hashtag, by the live posts with a public audience that bear it."""

    privacy = classified(content="hashtag", system="weight hour score")

    hashtag = models.OneToOneField(
        "skeletal.Hashtag", models.CASCADE, primary_key=True, related_name="trend"
    )

    objects = HashtagTrendQuerySet.as_manager()

    class Meta:
        db_table = "hashtag_trends"
        constraints = [at_least("hour", 0, "hashtag_trends_hour")]
        indexes = [
            models.Index(
                fields=["-score", "-hashtag"],
                name="idx_hashtag_trends_score",
                condition=Q(score__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"hashtag {self.hashtag_id}"
