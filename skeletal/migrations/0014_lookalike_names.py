"""No two registered names look alike: what they look like is stored and unique."""

from typing import ClassVar

from django.db import migrations, models

INDEX = """
CREATE UNIQUE INDEX CONCURRENTLY uq_users_skeleton ON users (username_skeleton)
WHERE username_skeleton IS NOT NULL
"""
DROP = "DROP INDEX CONCURRENTLY uq_users_skeleton"


class Migration(migrations.Migration):
    atomic = False

    dependencies: ClassVar = [("skeletal", "0013_idempotency_keys")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="user",
            name="username_skeleton",
            field=models.CharField(blank=True, max_length=120, null=True),
        ),
        migrations.RunSQL(
            INDEX,
            DROP,
            state_operations=[
                migrations.AddConstraint(
                    model_name="user",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("username_skeleton__isnull", False)),
                        fields=("username_skeleton",),
                        name="uq_users_skeleton",
                    ),
                )
            ],
        ),
    ]
