"""Reports, reviews and the audit trail; decisions are made by actions, the trail never changes."""

from django.contrib import admin

from skeletal.admin.base import TablePage
from skeletal.admin.search import Search
from skeletal.admin.words import by_words
from skeletal.models import AuditDetail, AuditLog, ContentReport, ModerationReview


@admin.register(ContentReport)
class ContentReportPage(TablePage[ContentReport]):
    list_display = ("id", "reason", "severity", "status", "content_type", "content_id", "reporter")
    list_filter = (by_words("status"),)
    changeable = ("severity", "status", "assigned_to")
    search = Search(target="content")


@admin.register(ModerationReview)
class ModerationReviewPage(TablePage[ModerationReview]):
    list_display = ("id", "report", "reviewer", "decision", "action_taken", "created_at")


@admin.register(AuditLog)
class AuditLogPage(TablePage[AuditLog]):
    list_display = ("id", "admin", "action", "resource_type", "resource_id", "created_at")
    search = Search(target="resource")


@admin.register(AuditDetail)
class AuditDetailPage(TablePage[AuditDetail]):
    list_display = ("audit_log", "ip_address", "note")
