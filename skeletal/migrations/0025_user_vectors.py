"""What people are interested in is kept as vectors, and how alike two are is a function."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from skeletal.db import likeness


class Migration(migrations.Migration):
    dependencies: ClassVar = [("skeletal", "0024_bounded_search")]

    operations: ClassVar = [
        migrations.RunSQL(likeness.FUNCTION, likeness.DROP_FUNCTION),
        migrations.CreateModel(
            name="UserVector",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "user",
                    models.OneToOneField(
                        db_column="user_id",
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="vector",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "embedding",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), size=None
                    ),
                ),
            ],
            options={"db_table": "user_vectors"},
        ),
    ]
