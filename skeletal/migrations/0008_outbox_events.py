"""Facts wait in the outbox until their effects are done."""

from typing import ClassVar

import django.db.models.functions.datetime
import skeletal.db.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("skeletal", "0007_users_have_profiles"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="OutboxEvent",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("version", models.SmallIntegerField(db_default=1)),
                ("aggregate_type", models.CharField(max_length=20)),
                ("aggregate_id", models.BigIntegerField()),
                ("actor_id", models.BigIntegerField(blank=True, null=True)),
                ("payload", models.JSONField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.SmallIntegerField(db_default=0)),
                ("retry_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, db_default="", max_length=100)),
            ],
            options={
                "db_table": "outbox_events",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)), fields=["id"], name="idx_outbox_open"
                    )
                ],
            },
        ),
    ]
