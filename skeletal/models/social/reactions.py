"""Likes, bookmarks and followed hashtags: what a person keeps."""

from django.conf import settings
from django.db import models

from skeletal.db.triggers import Tally, counted_by
from skeletal.models.base import PlannedQuerySet, Table, classified, one_of


class LikeQuerySet(PlannedQuerySet["Like"]):
    list_related = ("user__profile",)


class Like(Table):
    """A person likes a post, a video or a comment, once."""

    privacy = classified(relation="user", system="likeable_type likeable_id")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="likes", db_index=False
    )
    likeable_type = models.CharField(max_length=10)
    likeable_id = models.BigIntegerField()

    objects = LikeQuerySet.as_manager()

    class Meta:
        db_table = "likes"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "likeable_type", "likeable_id"], name="uq_like"
            ),
            one_of("likeable_type", "post video comment", "likes_type"),
        ]
        indexes = [
            models.Index(fields=["likeable_type", "likeable_id", "-id"], name="idx_likes_target"),
        ]
        triggers = counted_by(
            *(
                Tally(
                    kind,
                    "likeable_id",
                    "likes_count",
                    f"likeable_type = '{kind}'",
                    dated=kind != "comment",
                )
                for kind in ("post", "video", "comment")
            )
        )

    def __str__(self) -> str:
        return f"{self.user_id} likes {self.likeable_type} {self.likeable_id}"


class BookmarkQuerySet(PlannedQuerySet["Bookmark"]):
    list_related = ("user",)


class Bookmark(Table):
    """A person keeps a post or a video for later, seen by nobody else."""

    privacy = classified(
        relation="user", content="folder", system="bookmarkable_type bookmarkable_id"
    )

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="bookmarks", db_index=False
    )
    bookmarkable_type = models.CharField(max_length=10)
    bookmarkable_id = models.BigIntegerField()
    folder = models.CharField(max_length=50, blank=True, default="")

    objects = BookmarkQuerySet.as_manager()

    class Meta:
        db_table = "bookmarks"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "bookmarkable_type", "bookmarkable_id"], name="uq_bookmark"
            ),
            one_of("bookmarkable_type", "post video", "bookmarks_type"),
        ]
        indexes = [models.Index(fields=["user", "-id"], name="idx_bookmarks_user")]

    def __str__(self) -> str:
        return f"{self.user_id} keeps {self.bookmarkable_type} {self.bookmarkable_id}"


class HashtagFollowQuerySet(PlannedQuerySet["HashtagFollow"]):
    list_related = ("user", "hashtag")


class HashtagFollow(Table):
    """A person follows a hashtag."""

    privacy = classified(relation="user", content="hashtag")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="hashtag_follows", db_index=False
    )
    hashtag = models.ForeignKey("skeletal.Hashtag", models.CASCADE, related_name="followers")

    objects = HashtagFollowQuerySet.as_manager()

    class Meta:
        db_table = "hashtag_follows"
        constraints = [
            models.UniqueConstraint(fields=["user", "hashtag"], name="uq_hashtag_follow")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} follows tag {self.hashtag_id}"
