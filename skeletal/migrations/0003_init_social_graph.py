import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
import pgtrigger.compiler
import pgtrigger.migrations
import skeletal.db.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("skeletal", "0002_init_content"),
    ]

    operations = [
        migrations.CreateModel(
            name="CircleMember",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
            ],
            options={
                "db_table": "circle_members",
            },
        ),
        migrations.CreateModel(
            name="Conversation",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("kind", models.CharField(default="direct", max_length=10)),
                ("direct_key", models.CharField(blank=True, max_length=41, null=True, unique=True)),
                ("last_message_id", models.BigIntegerField(blank=True, null=True)),
            ],
            options={
                "db_table": "conversations",
            },
        ),
        migrations.CreateModel(
            name="ConversationMember",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("last_read_message_id", models.BigIntegerField(blank=True, null=True)),
                ("last_activity_at", models.DateTimeField()),
                ("muted_until", models.DateTimeField(blank=True, null=True)),
                ("left_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "conversation_members",
            },
        ),
        migrations.CreateModel(
            name="Follow",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
            ],
            options={
                "db_table": "follows",
            },
        ),
        migrations.CreateModel(
            name="HashtagFollow",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
            ],
            options={
                "db_table": "hashtag_follows",
            },
        ),
        migrations.CreateModel(
            name="Like",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("likeable_type", models.CharField(max_length=10)),
                ("likeable_id", models.BigIntegerField()),
            ],
            options={
                "db_table": "likes",
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("body", models.TextField(blank=True)),
                (
                    "media_urls",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.URLField(max_length=2048),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("client_nonce", models.CharField(max_length=36)),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "messages",
            },
        ),
        migrations.CreateModel(
            name="Mute",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("scope", models.CharField(default="all", max_length=15)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "mutes",
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=15)),
                ("subject_type", models.CharField(max_length=15)),
                ("subject_id", models.BigIntegerField()),
                ("group_key", models.CharField(max_length=60)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "notifications",
            },
        ),
        migrations.CreateModel(
            name="UserList",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=50)),
                ("members_count", models.IntegerField(db_default=0)),
            ],
            options={
                "db_table": "user_lists",
            },
        ),
        migrations.CreateModel(
            name="UserListMember",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
            ],
            options={
                "db_table": "user_list_members",
            },
        ),
        migrations.CreateModel(
            name="Block",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                (
                    "blocked",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blocked_by",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "blocker",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blocking",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "blocks",
            },
        ),
        migrations.CreateModel(
            name="Bookmark",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("bookmarkable_type", models.CharField(max_length=10)),
                ("bookmarkable_id", models.BigIntegerField()),
                ("folder", models.CharField(blank=True, default="", max_length=50)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bookmarks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "bookmarks",
            },
        ),
        migrations.CreateModel(
            name="Circle",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=50)),
                ("kind", models.CharField(default="custom", max_length=15)),
                ("members_count", models.IntegerField(db_default=0)),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="circles",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "circles",
            },
        ),
        migrations.AddField(
            model_name="post",
            name="circle",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="posts",
                to="skeletal.circle",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("circle__isnull", False), ("visibility", "circle")),
                    models.Q(models.Q(("visibility", "circle"), _negated=True), ("circle", None)),
                    _connector="OR",
                ),
                name="posts_circle_iff_visible_to_circle",
            ),
        ),
        migrations.AddField(
            model_name="circlemember",
            name="circle",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="members",
                to="skeletal.circle",
            ),
        ),
        migrations.AddField(
            model_name="circlemember",
            name="member",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="in_circles",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["direct", "group"])), name="conversations_kind"
            ),
        ),
        migrations.AddField(
            model_name="conversationmember",
            name="conversation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="members",
                to="skeletal.conversation",
            ),
        ),
        migrations.AddField(
            model_name="conversationmember",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="conversations",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="follow",
            name="followee",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="followers",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="follow",
            name="follower",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="following",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="hashtagfollow",
            name="hashtag",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="followers",
                to="skeletal.hashtag",
            ),
        ),
        migrations.AddField(
            model_name="hashtagfollow",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="hashtag_follows",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="like",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="likes",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="conversation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="skeletal.conversation",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="sender",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="mute",
            name="muted",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="muted_by",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="mute",
            name="muter",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="muting",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="caused",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notifications",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="userlist",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lists",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="userlistmember",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="on_lists",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="userlistmember",
            name="user_list",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="members",
                to="skeletal.userlist",
            ),
        ),
        migrations.AddIndex(
            model_name="block",
            index=models.Index(fields=["blocked", "blocker"], name="idx_blocks_blocked"),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.UniqueConstraint(fields=("blocker", "blocked"), name="uq_block"),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.CheckConstraint(
                condition=models.Q(("blocker", models.F("blocked")), _negated=True),
                name="blocks_not_self",
            ),
        ),
        migrations.AddIndex(
            model_name="bookmark",
            index=models.Index(fields=["user", "-id"], name="idx_bookmarks_user"),
        ),
        migrations.AddConstraint(
            model_name="bookmark",
            constraint=models.UniqueConstraint(
                fields=("user", "bookmarkable_type", "bookmarkable_id"), name="uq_bookmark"
            ),
        ),
        migrations.AddConstraint(
            model_name="bookmark",
            constraint=models.CheckConstraint(
                condition=models.Q(("bookmarkable_type__in", ["post", "video"])),
                name="bookmarks_type",
            ),
        ),
        migrations.AddConstraint(
            model_name="circle",
            constraint=models.UniqueConstraint(
                models.F("owner"),
                django.db.models.functions.text.Lower("name"),
                name="uq_circle_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="circle",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["close_friends", "custom"])), name="circles_kind"
            ),
        ),
        migrations.AddIndex(
            model_name="circlemember",
            index=models.Index(fields=["member", "circle"], name="idx_circle_members_member"),
        ),
        migrations.AddConstraint(
            model_name="circlemember",
            constraint=models.UniqueConstraint(
                fields=("circle", "member"), name="uq_circle_member"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="circlemember",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'circle', object_id, 'members_count', sum(n) FROM (SELECT circle_id::bigint AS object_id, 1 AS n FROM new_rows WHERE circle_id IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="6ee9a94ec27bb52715c90b97c3b567085f930277",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_e5b4c",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="circle_members",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="circlemember",
            trigger=pgtrigger.compiler.Trigger(
                name="count_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'circle', object_id, 'members_count', sum(n) FROM (SELECT circle_id::bigint AS object_id, -1 AS n FROM old_rows WHERE circle_id IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="13a340ca6da32b3f484d0643126dd1fb6dd615aa",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_62a90",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="circle_members",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="conversationmember",
            index=models.Index(
                fields=["user", "-last_activity_at", "-conversation"],
                name="idx_conversations_recent",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversationmember",
            constraint=models.UniqueConstraint(
                fields=("conversation", "user"), name="uq_conversation_member"
            ),
        ),
        migrations.AddIndex(
            model_name="follow",
            index=models.Index(fields=["followee", "-id"], name="idx_follows_followee"),
        ),
        migrations.AddIndex(
            model_name="follow",
            index=models.Index(fields=["follower", "-id"], name="idx_follows_follower"),
        ),
        migrations.AddConstraint(
            model_name="follow",
            constraint=models.UniqueConstraint(fields=("follower", "followee"), name="uq_follow"),
        ),
        migrations.AddConstraint(
            model_name="follow",
            constraint=models.CheckConstraint(
                condition=models.Q(("follower", models.F("followee")), _negated=True),
                name="follows_not_self",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="follow",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'user_profile', object_id, 'followers_count', sum(n) FROM (SELECT followee_id::bigint AS object_id, 1 AS n FROM new_rows WHERE followee_id IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'user_profile', object_id, 'following_count', sum(n) FROM (SELECT follower_id::bigint AS object_id, 1 AS n FROM new_rows WHERE follower_id IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'platform', object_id, 'follows_count', sum(n) FROM (SELECT 1::bigint AS object_id, 1 AS n FROM new_rows WHERE 1 IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="781fc36ff33fd351c28f22a4a405b76b1d60fc62",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_51f25",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="follows",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="follow",
            trigger=pgtrigger.compiler.Trigger(
                name="count_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'user_profile', object_id, 'followers_count', sum(n) FROM (SELECT followee_id::bigint AS object_id, -1 AS n FROM old_rows WHERE followee_id IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'user_profile', object_id, 'following_count', sum(n) FROM (SELECT follower_id::bigint AS object_id, -1 AS n FROM old_rows WHERE follower_id IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'platform', object_id, 'follows_count', sum(n) FROM (SELECT 1::bigint AS object_id, -1 AS n FROM old_rows WHERE 1 IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="a09191e7f1c1df2caf29bc11e02af8badbf230b3",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_7e974",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="follows",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="hashtagfollow",
            constraint=models.UniqueConstraint(
                fields=("user", "hashtag"), name="uq_hashtag_follow"
            ),
        ),
        migrations.AddIndex(
            model_name="like",
            index=models.Index(
                fields=["likeable_type", "likeable_id", "-id"], name="idx_likes_target"
            ),
        ),
        migrations.AddIndex(
            model_name="like",
            index=models.Index(fields=["user", "-id"], name="idx_likes_user"),
        ),
        migrations.AddConstraint(
            model_name="like",
            constraint=models.UniqueConstraint(
                fields=("user", "likeable_type", "likeable_id"), name="uq_like"
            ),
        ),
        migrations.AddConstraint(
            model_name="like",
            constraint=models.CheckConstraint(
                condition=models.Q(("likeable_type__in", ["post", "video", "comment"])),
                name="likes_type",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="like",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'post', object_id, 'likes_count', sum(n) FROM (SELECT likeable_id::bigint AS object_id, 1 AS n FROM new_rows WHERE likeable_id IS NOT NULL AND (likeable_type = 'post')) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'video', object_id, 'likes_count', sum(n) FROM (SELECT likeable_id::bigint AS object_id, 1 AS n FROM new_rows WHERE likeable_id IS NOT NULL AND (likeable_type = 'video')) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'comment', object_id, 'likes_count', sum(n) FROM (SELECT likeable_id::bigint AS object_id, 1 AS n FROM new_rows WHERE likeable_id IS NOT NULL AND (likeable_type = 'comment')) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="4157a2a9bccd99461fb72408856a2ef475b2f643",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_db340",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="likes",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="like",
            trigger=pgtrigger.compiler.Trigger(
                name="count_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'post', object_id, 'likes_count', sum(n) FROM (SELECT likeable_id::bigint AS object_id, -1 AS n FROM old_rows WHERE likeable_id IS NOT NULL AND (likeable_type = 'post')) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'video', object_id, 'likes_count', sum(n) FROM (SELECT likeable_id::bigint AS object_id, -1 AS n FROM old_rows WHERE likeable_id IS NOT NULL AND (likeable_type = 'video')) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'comment', object_id, 'likes_count', sum(n) FROM (SELECT likeable_id::bigint AS object_id, -1 AS n FROM old_rows WHERE likeable_id IS NOT NULL AND (likeable_type = 'comment')) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="c577d089de27d205623a5a5654e8e2ea3e9d094e",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_f1841",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="likes",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["conversation", "-id"], name="idx_messages_recent"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                fields=("sender", "client_nonce"), name="uq_message_nonce"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(
                    django.db.models.functions.text.Length("body"), 5000
                ),
                name="messages_body_length",
            ),
        ),
        migrations.AddIndex(
            model_name="mute",
            index=models.Index(
                condition=models.Q(("expires_at__isnull", False)),
                fields=["expires_at"],
                name="idx_mutes_expiry",
            ),
        ),
        migrations.AddConstraint(
            model_name="mute",
            constraint=models.UniqueConstraint(fields=("muter", "muted"), name="uq_mute"),
        ),
        migrations.AddConstraint(
            model_name="mute",
            constraint=models.CheckConstraint(
                condition=models.Q(("muter", models.F("muted")), _negated=True),
                name="mutes_not_self",
            ),
        ),
        migrations.AddConstraint(
            model_name="mute",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__in", ["all", "notifications"])), name="mutes_scope"
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["user", "-id"], name="idx_notifications_user"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["user", "group_key", "-id"], name="idx_notifications_group"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("read_at", None)),
                fields=["user", "-id"],
                name="idx_notifications_unread",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.UniqueConstraint(
                fields=("user", "kind", "actor", "subject_type", "subject_id"),
                name="uq_notification",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["follow", "like", "comment", "mention", "repost", "message"])
                ),
                name="notifications_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("subject_type__in", ["user", "post", "video", "comment", "message"])
                ),
                name="notifications_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="userlist",
            constraint=models.UniqueConstraint(
                models.F("owner"),
                django.db.models.functions.text.Lower("name"),
                name="uq_list_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="userlistmember",
            constraint=models.UniqueConstraint(
                fields=("user_list", "member"), name="uq_list_member"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="userlistmember",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'user_list', object_id, 'members_count', sum(n) FROM (SELECT user_list_id::bigint AS object_id, 1 AS n FROM new_rows WHERE user_list_id IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="edf5c01f011eb2157c8c0039d9118983ad43837e",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_8aa52",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="user_list_members",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="userlistmember",
            trigger=pgtrigger.compiler.Trigger(
                name="count_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'user_list', object_id, 'members_count', sum(n) FROM (SELECT user_list_id::bigint AS object_id, -1 AS n FROM old_rows WHERE user_list_id IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="239e4992f4c99fbcbad68b70c32414d6e4189737",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_78489",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="user_list_members",
                    when="AFTER",
                ),
            ),
        ),
    ]
