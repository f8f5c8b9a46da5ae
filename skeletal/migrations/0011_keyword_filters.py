"""People may hide what holds a phrase."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import skeletal.db.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("skeletal", "0010_post_history"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="KeywordFilter",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("phrase", models.CharField(max_length=200)),
                ("shown", models.CharField(max_length=100)),
                ("whole_word", models.BooleanField(default=True)),
                (
                    "contexts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=15), size=None
                    ),
                ),
                ("action", models.CharField(default="hide", max_length=10)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="filters",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "keyword_filters",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "phrase"), name="uq_keyword_filter"),
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["hide", "warn"])),
                        name="keyword_filters_action",
                    ),
                ],
            },
        ),
    ]
