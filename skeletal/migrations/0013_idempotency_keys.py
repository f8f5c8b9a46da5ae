"""A write that is sent twice is done once."""

from typing import ClassVar

import django.db.models.deletion
import django.db.models.functions.datetime
import skeletal.db.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("skeletal", "0012_video_views"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=64)),
                ("digest", models.BinaryField(max_length=16)),
                ("answer_id", models.BigIntegerField()),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="idempotency_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "idempotency_keys",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "key"), name="uq_idempotency_key")
                ],
            },
        ),
    ]
