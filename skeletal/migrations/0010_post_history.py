"""Posts keep their earlier versions, and may be drafts first."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import skeletal.db.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("skeletal", "0009_private_accounts"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("payload", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("scheduled", "Scheduled"),
                            ("published", "Published"),
                            ("failed", "Failed"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("scheduled_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, default="", max_length=40)),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "published_post",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="drafts",
                        to="skeletal.post",
                    ),
                ),
            ],
            options={
                "db_table": "drafts",
                "indexes": [
                    models.Index(fields=["author", "-id"], name="idx_drafts_author"),
                    models.Index(
                        condition=models.Q(("state", "scheduled")),
                        fields=["scheduled_at", "id"],
                        name="idx_drafts_due",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["open", "scheduled", "published", "failed"])
                        ),
                        name="drafts_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "scheduled"), _negated=True),
                            ("scheduled_at__isnull", False),
                            _connector="OR",
                        ),
                        name="drafts_scheduled_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PostRevision",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("version", models.SmallIntegerField()),
                ("content", models.TextField(blank=True)),
                (
                    "media_urls",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.URLField(max_length=2048),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="revisions",
                        to="skeletal.post",
                    ),
                ),
            ],
            options={
                "db_table": "post_revisions",
                "constraints": [
                    models.UniqueConstraint(fields=("post", "version"), name="uq_post_revision")
                ],
            },
        ),
    ]
