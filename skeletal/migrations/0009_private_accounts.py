"""An account may be private: who wants to follow it asks first."""

from typing import ClassVar

import django.db.models.deletion
import django.db.models.functions.datetime
import skeletal.db.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("skeletal", "0008_outbox_events"),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="user",
            name="is_private",
            field=models.BooleanField(db_default=False),
        ),
        migrations.CreateModel(
            name="FollowRequest",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                (
                    "followee",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asked_by",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "follower",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asking",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "follow_requests",
                "indexes": [
                    models.Index(fields=["followee", "-id"], name="idx_follow_requests_followee")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("follower", "followee"), name="uq_follow_request"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("follower", models.F("followee")), _negated=True),
                        name="follow_requests_not_self",
                    ),
                ],
            },
        ),
    ]
