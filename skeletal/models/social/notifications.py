"""What a person is told about."""

from django.conf import settings
from django.db import models

from skeletal.models.base import PlannedQuerySet, Table, classified, one_of


class NotificationQuerySet(PlannedQuerySet["Notification"]):
    list_related = ("user", "actor")


class Notification(Table):
    """Somebody did something that concerns `user`; equal `group_key`s are shown as one."""

    privacy = classified(
        relation="user actor", system="kind subject_type subject_id group_key read_at"
    )

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", db_index=False
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="caused"
    )
    kind = models.CharField(max_length=15)
    subject_type = models.CharField(max_length=15)
    subject_id = models.BigIntegerField()
    group_key = models.CharField(max_length=60)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        db_table = "notifications"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "actor", "subject_type", "subject_id"],
                name="uq_notification",
            ),
            one_of(
                "kind", "follow request like comment mention repost message", "notifications_kind"
            ),
            one_of("subject_type", "user post video comment message", "notifications_subject"),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="idx_notifications_user"),
            models.Index(fields=["user", "group_key", "-id"], name="idx_notifications_group"),
            models.Index(
                fields=["user", "-id"],
                name="idx_notifications_unread",
                condition=models.Q(read_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"
