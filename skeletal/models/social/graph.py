"""Follows, blocks and mutes: the edges between people."""

from django.conf import settings
from django.db import models

from skeletal.db.fanout import raise_version
from skeletal.db.triggers import Tally, counted_by
from skeletal.models.base import PlannedQuerySet, Table, classified, differ, one_of


class FollowQuerySet(PlannedQuerySet["Follow"]):
    list_related = ("follower__profile", "followee__profile")


class Follow(Table):
    """`follower` reads what `followee` posts."""

    privacy = classified(relation="follower followee")

    follower = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="following", db_index=False
    )
    followee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="followers", db_index=False
    )

    objects = FollowQuerySet.as_manager()

    class Meta:
        db_table = "follows"
        constraints = [
            models.UniqueConstraint(fields=["follower", "followee"], name="uq_follow"),
            differ("follower", "followee", "follows_not_self"),
        ]
        indexes = [
            models.Index(fields=["followee", "-id"], name="idx_follows_followee"),
            models.Index(fields=["follower", "-id"], name="idx_follows_follower"),
            models.Index(fields=["followee", "follower"], name="idx_follows_fan_out"),
        ]
        triggers = [
            *counted_by(
                Tally("user_profile", "followee_id", "followers_count"),
                Tally("user_profile", "follower_id", "following_count"),
                Tally("platform", "1", "follows_count"),
            ),
            raise_version(),
        ]

    def __str__(self) -> str:
        return f"{self.follower_id} follows {self.followee_id}"


class FollowRequestQuerySet(PlannedQuerySet["FollowRequest"]):
    list_related = ("follower__profile", "followee__profile")


class FollowRequest(Table):
    """`follower` asks a private account; the row goes when it is answered or withdrawn."""

    privacy = classified(relation="follower followee")

    follower = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="asking", db_index=False
    )
    followee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="asked_by", db_index=False
    )

    objects = FollowRequestQuerySet.as_manager()

    class Meta:
        db_table = "follow_requests"
        constraints = [
            models.UniqueConstraint(fields=["follower", "followee"], name="uq_follow_request"),
            differ("follower", "followee", "follow_requests_not_self"),
        ]
        indexes = [models.Index(fields=["followee", "-id"], name="idx_follow_requests_followee")]

    def __str__(self) -> str:
        return f"{self.follower_id} asks {self.followee_id}"


class BlockQuerySet(PlannedQuerySet["Block"]):
    list_related = ("blocker", "blocked")


class Block(Table):
    """Neither of the two sees the other."""

    privacy = classified(relation="blocker blocked")

    blocker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="blocking", db_index=False
    )
    blocked = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="blocked_by", db_index=False
    )

    objects = BlockQuerySet.as_manager()

    class Meta:
        db_table = "blocks"
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="uq_block"),
            differ("blocker", "blocked", "blocks_not_self"),
        ]
        indexes = [models.Index(fields=["blocked", "blocker"], name="idx_blocks_blocked")]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"


class MuteQuerySet(PlannedQuerySet["Mute"]):
    list_related = ("muter", "muted")


class Mute(Table):
    """`muter` does not see `muted`, for ever or until `expires_at`; the muted never learns."""

    privacy = classified(relation="muter muted", system="scope expires_at")

    muter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="muting", db_index=False
    )
    muted = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="muted_by")
    scope = models.CharField(max_length=15, default="all")
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = MuteQuerySet.as_manager()

    class Meta:
        db_table = "mutes"
        constraints = [
            models.UniqueConstraint(fields=["muter", "muted"], name="uq_mute"),
            differ("muter", "muted", "mutes_not_self"),
            one_of("scope", "all notifications", "mutes_scope"),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                name="idx_mutes_expiry",
                condition=models.Q(expires_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.muter_id} mutes {self.muted_id}"
