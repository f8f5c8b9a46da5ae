"""What a person is told about."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models

from skeletal.models.base import PlannedQuerySet, Table, classified, one_of

_rows: Any = pgtrigger.Referencing  # its own types are missing
MARK_NEWEST = """
UPDATE notifications n SET is_newest = true
FROM (SELECT DISTINCT user_id, group_key FROM old_rows WHERE is_newest) gone
CROSS JOIN LATERAL (
    SELECT id FROM notifications m
    WHERE m.user_id = gone.user_id AND m.group_key = gone.group_key
    ORDER BY id DESC LIMIT 1 FOR NO KEY UPDATE
) heir
WHERE n.id = heir.id;
RETURN NULL;
"""
"""Where a group lost its newest row, the newest that is left takes the mark.

It is locked as it is chosen: one that somebody else deletes is waited for and passed over.
"""


class NotificationQuerySet(PlannedQuerySet["Notification"]):
    list_related = ("user", "actor")


class Notification(Table):
    """Somebody did something that concerns `user`; equal `group_key`s are shown as one.

    `is_newest` marks the newest row of each group, so that a list walks groups. Of two that are
    written at once both may bear it until the next one: whoever reads it looks for newer rows.
    """

    privacy = classified(
        relation="user actor", system="kind subject_type subject_id group_key is_newest read_at"
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
    is_newest = models.BooleanField(db_default=True)
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
            models.Index(
                fields=["user", "-id"],
                name="idx_notifications_newest",
                condition=models.Q(is_newest=True),
            ),
            models.Index(fields=["user", "group_key", "-id"], name="idx_notifications_group"),
            models.Index(
                fields=["user", "-id"],
                name="idx_notifications_unread",
                condition=models.Q(read_at=None),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="mark_newest",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=_rows(old="old_rows"),
                func=MARK_NEWEST,
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"
