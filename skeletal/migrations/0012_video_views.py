"""A view is a row, counted once in each window of time."""

from typing import ClassVar

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
import skeletal.db.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("skeletal", "0011_keyword_filters"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="VideoView",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("viewer_key", models.BigIntegerField()),
                ("window_start", models.DateTimeField()),
                ("watched", models.IntegerField(help_text="milliseconds")),
                (
                    "video",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="views",
                        to="skeletal.video",
                    ),
                ),
            ],
            options={
                "db_table": "video_views",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("video", "viewer_key", "window_start"), name="uq_video_view"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("watched__gte", 0)), name="video_views_watched"
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="videoview",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'video', object_id, 'views_count', sum(n) FROM (SELECT video_id::bigint AS object_id, 1 AS n FROM new_rows WHERE video_id IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="553e5efc821d40eb8e3ecc8a511b5f2280248eb1",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_f86e3",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="video_views",
                    when="AFTER",
                ),
            ),
        ),
    ]
