"""Indexes for the feed (ids from the index alone) and for finding people by their names."""

from typing import ClassVar

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Collate, Lower


class Migration(migrations.Migration):
    atomic = False

    dependencies: ClassVar = [("skeletal", "0005_init_moderation")]

    operations: ClassVar = [
        AddIndexConcurrently(
            model_name="post",
            index=models.Index(
                fields=["author", "-id"],
                include=("status", "deleted_at", "visibility", "circle"),
                name="idx_posts_feed",
            ),
        ),
        RemoveIndexConcurrently(model_name="post", name="idx_posts_author_id"),
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(Collate("username", "C"), name="idx_users_username"),
        ),
        AddIndexConcurrently(
            model_name="userprofile",
            index=models.Index(
                Collate(Lower("display_name"), "C"), models.F("user"), name="idx_profiles_name"
            ),
        ),
    ]
