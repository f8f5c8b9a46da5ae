"""Reports, reviews, and the append-only record of who did what."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from skeletal.models.base import (
    APPEND_ONLY,
    EditableTable,
    PlannedQuerySet,
    Table,
    between,
    classified,
    one_of,
)


class ContentReportQuerySet(PlannedQuerySet["ContentReport"]):
    list_related = ("reporter", "assigned_to")
    detail_related = ("reviews__reviewer",)


class ContentReport(EditableTable):
    """A person says that something breaks the rules; open ones are unique per reason."""

    privacy = classified(
        relation="reporter assigned_to",
        content="evidence_urls note",
        record="content_type content_id reason severity",
        system="status lease_until fence resolved_at",
    )

    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="reports", db_index=False
    )
    content_type = models.CharField(max_length=10)
    content_id = models.BigIntegerField()
    reason = models.CharField(max_length=15)
    severity = models.SmallIntegerField(default=1)
    status = models.CharField(max_length=10, default="open")
    evidence_urls = ArrayField(models.URLField(max_length=2048), default=list, blank=True)
    note = models.CharField(max_length=1000, blank=True, default="")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="assignments"
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0)
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = ContentReportQuerySet.as_manager()

    class Meta:
        db_table = "content_reports"
        constraints = [
            models.UniqueConstraint(
                fields=["reporter", "content_type", "content_id", "reason"],
                name="uq_open_report",
                condition=Q(status="open"),
            ),
            one_of("content_type", "user post video comment message", "reports_content_type"),
            one_of("reason", "spam abuse violence nudity fraud other", "reports_reason"),
            one_of("status", "open claimed resolved dismissed", "reports_status"),
            between("severity", 1, 5, "reports_severity"),
        ]
        indexes = [
            models.Index(fields=["status", "-severity", "id"], name="idx_reports_queue"),
            models.Index(fields=["content_type", "content_id"], name="idx_reports_subject"),
            models.Index(fields=["reporter", "-id"], name="idx_reports_reporter"),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.content_type} {self.content_id}"


class ModerationReviewQuerySet(PlannedQuerySet["ModerationReview"]):
    list_related = ("report", "reviewer")


class ModerationReview(Table):
    """What a reviewer decided on a report, and what was done."""

    privacy = classified(relation="reviewer report", record="decision action_taken")

    report = models.ForeignKey(
        ContentReport, models.CASCADE, related_name="reviews", db_index=False
    )
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews")
    decision = models.CharField(max_length=10)
    action_taken = models.CharField(max_length=10, default="none")

    objects = ModerationReviewQuerySet.as_manager()

    class Meta:
        db_table = "moderation_reviews"
        constraints = [
            one_of("decision", "upheld dismissed escalated", "reviews_decision"),
            one_of("action_taken", "none warn hide remove suspend", "reviews_action"),
        ]
        indexes = [models.Index(fields=["report", "id"], name="idx_reviews_report")]

    def __str__(self) -> str:
        return f"{self.decision}, {self.action_taken}"


class AuditLogQuerySet(PlannedQuerySet["AuditLog"]):
    list_related = ("admin",)
    detail_related = ("detail",)


class AuditLog(Table):
    """Who did what to which row. Append-only: ids and codes, no personal value."""

    append_only = True
    always_triggers = APPEND_ONLY
    privacy = classified(relation="admin", record="action resource_type resource_id changes")

    admin = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="audit_logs",
        db_index=False,
        help_text="empty: the system itself",
    )
    action = models.CharField(max_length=60)
    resource_type = models.CharField(max_length=30)
    resource_id = models.BigIntegerField()
    changes = models.JSONField(default=dict, blank=True)

    objects = AuditLogQuerySet.as_manager()

    class Meta:
        db_table = "audit_logs"
        indexes = [
            models.Index(fields=["resource_type", "resource_id", "id"], name="idx_audit_resource"),
            models.Index(fields=["admin", "-id"], name="idx_audit_admin"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.resource_type} {self.resource_id}"


class AuditDetailQuerySet(PlannedQuerySet["AuditDetail"]):
    list_related = ("audit_log",)


class AuditDetail(models.Model):
    """The personal side of an audit row, kept apart so that it can be erased."""

    privacy = classified(relation="audit_log", identity="ip_address note")

    audit_log = models.OneToOneField(
        AuditLog, models.CASCADE, primary_key=True, related_name="detail"
    )
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    note = models.CharField(max_length=1000, blank=True, default="")

    objects = AuditDetailQuerySet.as_manager()

    class Meta:
        db_table = "audit_details"

    def __str__(self) -> str:
        return f"detail of {self.audit_log_id}"
