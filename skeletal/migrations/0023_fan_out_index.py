"""Fan-out walks an author's followers by their ids, from one index alone."""

from typing import ClassVar

from django.db import migrations, models

from skeletal.db.online import AddIndexAgain


class Migration(migrations.Migration):
    atomic = False

    dependencies: ClassVar = [("skeletal", "0022_feeds")]

    operations: ClassVar = [
        AddIndexAgain(
            model_name="follow",
            index=models.Index(fields=["followee", "follower"], name="idx_follows_fan_out"),
        ),
    ]
