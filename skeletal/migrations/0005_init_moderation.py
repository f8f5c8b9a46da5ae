import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import skeletal.db.ids
from django.conf import settings
from django.db import migrations, models


GUARDS = """
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION daira_refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON audit_logs
    FOR EACH STATEMENT EXECUTE FUNCTION daira_refuse_change();
ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER append_only_rows;
ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER append_only_table;
"""

DROP_GUARDS = """
DROP TRIGGER append_only_table ON audit_logs;
DROP TRIGGER append_only_rows ON audit_logs;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("skeletal", "0004_init_payments"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditLog",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("action", models.CharField(max_length=60)),
                ("resource_type", models.CharField(max_length=30)),
                ("resource_id", models.BigIntegerField()),
                ("changes", models.JSONField(blank=True, default=dict)),
                (
                    "admin",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="empty: the system itself",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="audit_logs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "audit_logs",
            },
        ),
        migrations.CreateModel(
            name="AuditDetail",
            fields=[
                (
                    "audit_log",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="detail",
                        serialize=False,
                        to="skeletal.auditlog",
                    ),
                ),
                ("ip_address", models.GenericIPAddressField(blank=True, null=True)),
                ("note", models.CharField(blank=True, default="", max_length=1000)),
            ],
            options={
                "db_table": "audit_details",
            },
        ),
        migrations.CreateModel(
            name="ContentReport",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("content_type", models.CharField(max_length=10)),
                ("content_id", models.BigIntegerField()),
                ("reason", models.CharField(max_length=15)),
                ("severity", models.SmallIntegerField(default=1)),
                ("status", models.CharField(default="open", max_length=10)),
                (
                    "evidence_urls",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.URLField(max_length=2048),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=1000)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("fence", models.BigIntegerField(default=0)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "content_reports",
            },
        ),
        migrations.CreateModel(
            name="ModerationReview",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("decision", models.CharField(max_length=10)),
                ("action_taken", models.CharField(default="none", max_length=10)),
                (
                    "report",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="skeletal.contentreport",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "moderation_reviews",
            },
        ),
        migrations.AddIndex(
            model_name="auditlog",
            index=models.Index(
                fields=["resource_type", "resource_id", "id"], name="idx_audit_resource"
            ),
        ),
        migrations.AddIndex(
            model_name="auditlog",
            index=models.Index(fields=["admin", "-id"], name="idx_audit_admin"),
        ),
        migrations.AddIndex(
            model_name="contentreport",
            index=models.Index(fields=["status", "-severity", "id"], name="idx_reports_queue"),
        ),
        migrations.AddIndex(
            model_name="contentreport",
            index=models.Index(fields=["content_type", "content_id"], name="idx_reports_subject"),
        ),
        migrations.AddIndex(
            model_name="contentreport",
            index=models.Index(fields=["reporter", "-id"], name="idx_reports_reporter"),
        ),
        migrations.AddConstraint(
            model_name="contentreport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")),
                fields=("reporter", "content_type", "content_id", "reason"),
                name="uq_open_report",
            ),
        ),
        migrations.AddConstraint(
            model_name="contentreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("content_type__in", ["user", "post", "video", "comment", "message"])
                ),
                name="reports_content_type",
            ),
        ),
        migrations.AddConstraint(
            model_name="contentreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason__in", ["spam", "abuse", "violence", "nudity", "fraud", "other"])
                ),
                name="reports_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="contentreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["open", "claimed", "resolved", "dismissed"])),
                name="reports_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="contentreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("severity__range", (1, 5))), name="reports_severity"
            ),
        ),
        migrations.AddIndex(
            model_name="moderationreview",
            index=models.Index(fields=["report", "id"], name="idx_reviews_report"),
        ),
        migrations.AddConstraint(
            model_name="moderationreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("decision__in", ["upheld", "dismissed", "escalated"])),
                name="reviews_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="moderationreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("action_taken__in", ["none", "warn", "hide", "remove", "suspend"])
                ),
                name="reviews_action",
            ),
        ),
        migrations.RunSQL(GUARDS, DROP_GUARDS),
    ]
