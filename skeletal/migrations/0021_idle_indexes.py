"""Indexes that no statement uses: a person's likes by id, and beginnings of what is never sought so.

Django gives each unique text column a second index for LIKE. Only usernames, hashtags, roles and
worlds are sought by their beginning.
"""

from typing import ClassVar

from django.db import migrations

from skeletal.db.online import RemoveIndexAgain

IDLE = {
    "users_email_0ea73cca_like": "users (email varchar_pattern_ops)",
    "users_phone_2b77170a_like": "users (phone varchar_pattern_ops)",
    "user_devices_push_token_cc1d0fe8_like": "user_devices (push_token varchar_pattern_ops)",
    "user_sessions_refresh_token_2fbb8a88_like": "user_sessions (refresh_token varchar_pattern_ops)",
    "user_sessions_access_digest_e1518ebe_like": "user_sessions (access_digest varchar_pattern_ops)",
    "conversations_direct_key_61f71018_like": "conversations (direct_key varchar_pattern_ops)",
}
DROP = "DROP INDEX CONCURRENTLY IF EXISTS {}"


class Migration(migrations.Migration):
    atomic = False

    dependencies: ClassVar = [("skeletal", "0020_trends")]

    operations: ClassVar = [
        *(
            migrations.RunSQL(
                DROP.format(name),
                [DROP.format(name), f"CREATE INDEX CONCURRENTLY {name} ON {columns}"],
            )
            for name, columns in IDLE.items()
        ),
        RemoveIndexAgain(model_name="like", name="idx_likes_user"),
    ]
