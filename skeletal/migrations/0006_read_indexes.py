"""Indexes for the feed (ids from the index alone) and for finding people by their names."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models.functions import Collate, Lower

from skeletal.db.online import AddIndexAgain, RemoveIndexAgain


class Migration(migrations.Migration):
    atomic = False

    dependencies: ClassVar = [("skeletal", "0005_init_moderation")]

    operations: ClassVar = [
        AddIndexAgain(
            model_name="post",
            index=models.Index(
                fields=["author", "-id"],
                include=("status", "deleted_at", "visibility", "circle"),
                name="idx_posts_feed",
            ),
        ),
        RemoveIndexAgain(model_name="post", name="idx_posts_author_id"),
        AddIndexAgain(
            model_name="user",
            index=models.Index(Collate("username", "C"), name="idx_users_username"),
        ),
        AddIndexAgain(
            model_name="userprofile",
            index=models.Index(
                Collate(Lower("display_name"), "C"), models.F("user"), name="idx_profiles_name"
            ),
        ),
    ]
