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


STORAGE = """
ALTER TABLE posts SET (fillfactor = 80);
ALTER TABLE videos SET (fillfactor = 80);
ALTER TABLE comments SET (fillfactor = 80);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("skeletal", "0001_init_users"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hashtag",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100, unique=True)),
                ("display_name", models.CharField(max_length=100)),
                ("usable", models.BooleanField(default=True)),
                ("trendable", models.BooleanField(default=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "hashtags",
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("depth", models.SmallIntegerField(default=0)),
                ("content", models.TextField()),
                ("likes_count", models.IntegerField(db_default=0)),
                ("replies_count", models.IntegerField(db_default=0)),
                ("status", models.CharField(default="published", max_length=10)),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replies",
                        to="skeletal.comment",
                    ),
                ),
                (
                    "root",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="thread",
                        to="skeletal.comment",
                    ),
                ),
            ],
            options={
                "db_table": "comments",
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("content", models.TextField(blank=True)),
                (
                    "media_urls",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.URLField(max_length=2048),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "hashtags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("likes_count", models.IntegerField(db_default=0)),
                ("comments_count", models.IntegerField(db_default=0)),
                ("reposts_count", models.IntegerField(db_default=0)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("published", "Published"),
                            ("hidden", "Hidden"),
                            ("removed", "Removed"),
                        ],
                        default="published",
                        max_length=10,
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("public", "Public"),
                            ("followers", "Followers"),
                            ("circle", "Circle"),
                            ("private", "Private"),
                        ],
                        default="public",
                        max_length=10,
                    ),
                ),
                ("language", models.CharField(blank=True, default="", max_length=35)),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="posts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "posts",
            },
        ),
        migrations.CreateModel(
            name="Poll",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                (
                    "options",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), size=None
                    ),
                ),
                ("multiple", models.BooleanField(default=False)),
                ("votes_count", models.IntegerField(db_default=0)),
                ("expires_at", models.DateTimeField()),
                (
                    "post",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="poll",
                        to="skeletal.post",
                    ),
                ),
            ],
            options={
                "db_table": "polls",
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("silent", models.BooleanField(default=False)),
                (
                    "comment",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="skeletal.comment",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="skeletal.post",
                    ),
                ),
            ],
            options={
                "db_table": "mentions",
            },
        ),
        migrations.CreateModel(
            name="MediaAttachment",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("position", models.SmallIntegerField(default=0)),
                ("kind", models.CharField(max_length=10)),
                ("url", models.URLField(max_length=2048)),
                ("mime", models.CharField(max_length=100)),
                ("bytes", models.BigIntegerField()),
                ("width", models.IntegerField(blank=True, null=True)),
                ("height", models.IntegerField(blank=True, null=True)),
                ("duration", models.IntegerField(blank=True, help_text="milliseconds", null=True)),
                ("blurhash", models.CharField(blank=True, default="", max_length=60)),
                ("alt_text", models.CharField(blank=True, default="", max_length=1500)),
                ("processing_state", models.CharField(default="ready", max_length=10)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="media",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="media",
                        to="skeletal.post",
                    ),
                ),
            ],
            options={
                "db_table": "media_attachments",
            },
        ),
        migrations.AddField(
            model_name="comment",
            name="post",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="comments",
                to="skeletal.post",
            ),
        ),
        migrations.CreateModel(
            name="PostHashtag",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                (
                    "hashtag",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="post_hashtags",
                        to="skeletal.hashtag",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="post_hashtags",
                        to="skeletal.post",
                    ),
                ),
            ],
            options={
                "db_table": "post_hashtags",
            },
        ),
        migrations.CreateModel(
            name="Repost",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                (
                    "post",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reposts",
                        to="skeletal.post",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reposts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "reposts",
            },
        ),
        migrations.CreateModel(
            name="Video",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=200)),
                ("description", models.TextField(blank=True, default="")),
                ("hls_url", models.URLField(blank=True, default="", max_length=2048)),
                ("duration", models.IntegerField(default=0, help_text="milliseconds")),
                ("resolution", models.SmallIntegerField(default=0, help_text="height in pixels")),
                ("views_count", models.IntegerField(db_default=0)),
                ("likes_count", models.IntegerField(db_default=0)),
                ("comments_count", models.IntegerField(db_default=0)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("processing", "Processing"),
                            ("published", "Published"),
                            ("failed", "Failed"),
                            ("hidden", "Hidden"),
                            ("removed", "Removed"),
                        ],
                        default="processing",
                        max_length=10,
                    ),
                ),
                ("visibility", models.CharField(default="public", max_length=10)),
                (
                    "embeddings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), blank=True, null=True, size=None
                    ),
                ),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="videos",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "videos",
            },
        ),
        migrations.AddField(
            model_name="comment",
            name="video",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="comments",
                to="skeletal.video",
            ),
        ),
        migrations.CreateModel(
            name="VideoRendition",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=10)),
                ("resolution", models.SmallIntegerField(default=0)),
                ("language", models.CharField(blank=True, default="", max_length=35)),
                ("url", models.URLField(max_length=2048)),
                ("bytes", models.BigIntegerField()),
                ("state", models.CharField(default="ready", max_length=10)),
                (
                    "video",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="renditions",
                        to="skeletal.video",
                    ),
                ),
            ],
            options={
                "db_table": "video_renditions",
            },
        ),
        migrations.CreateModel(
            name="PollVote",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("choice", models.SmallIntegerField()),
                ("single", models.BooleanField(default=True)),
                (
                    "poll",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="votes",
                        to="skeletal.poll",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="poll_votes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "poll_votes",
                "constraints": [
                    models.UniqueConstraint(fields=("poll", "user", "choice"), name="uq_poll_vote"),
                    models.UniqueConstraint(
                        condition=models.Q(("single", True)),
                        fields=("poll", "user"),
                        name="uq_poll_vote_single",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("choice__gte", 0)), name="poll_votes_choice"
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pollvote",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'poll', object_id, 'votes_count', sum(n) FROM (SELECT poll_id::bigint AS object_id, 1 AS n FROM new_rows WHERE poll_id IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="90d362514eeb78040d8479fae24cdaedede5c7b5",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_3e543",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="poll_votes",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pollvote",
            trigger=pgtrigger.compiler.Trigger(
                name="count_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'poll', object_id, 'votes_count', sum(n) FROM (SELECT poll_id::bigint AS object_id, -1 AS n FROM old_rows WHERE poll_id IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="8d82e50583e010ba149a48de381cc656b2c32240",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_8a929",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="poll_votes",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("status", "published")),
                fields=["author", "-created_at", "-id"],
                name="idx_posts_author_created",
            ),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["author", "-id"], name="idx_posts_author_id"),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                condition=models.Q(
                    ("deleted_at", None), ("status", "published"), ("visibility", "public")
                ),
                fields=["-id"],
                name="idx_posts_public",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["published", "hidden", "removed"])),
                name="posts_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("visibility__in", ["public", "followers", "circle", "private"])
                ),
                name="posts_visibility",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(
                    django.db.models.functions.text.Length("content"), 5000
                ),
                name="posts_content_length",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'user_profile', object_id, 'posts_count', sum(n) FROM (SELECT author_id::bigint AS object_id, 1 AS n FROM new_rows WHERE author_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'platform', object_id, 'posts_count', sum(n) FROM (SELECT 1::bigint AS object_id, 1 AS n FROM new_rows WHERE 1 IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="c9dcd23e5d7554c5d19a958d487573b7a1677bb9",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_f8e2e",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="posts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="count_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'user_profile', object_id, 'posts_count', sum(n) FROM (SELECT author_id::bigint AS object_id, -1 AS n FROM old_rows WHERE author_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'platform', object_id, 'posts_count', sum(n) FROM (SELECT 1::bigint AS object_id, -1 AS n FROM old_rows WHERE 1 IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="a6b8be4389374d73094074cc08651b19a6ddb2e9",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_84231",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="posts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="count_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'user_profile', object_id, 'posts_count', sum(n) FROM (SELECT author_id::bigint AS object_id, 1 AS n FROM new_rows WHERE author_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL) UNION ALL SELECT author_id::bigint AS object_id, -1 AS n FROM old_rows WHERE author_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'platform', object_id, 'posts_count', sum(n) FROM (SELECT 1::bigint AS object_id, 1 AS n FROM new_rows WHERE 1 IS NOT NULL AND (status = 'published' AND deleted_at IS NULL) UNION ALL SELECT 1::bigint AS object_id, -1 AS n FROM old_rows WHERE 1 IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="be41b77e20d921cbb25cc6b2a713608b00398558",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_count_update_e6fdd",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="posts",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="poll",
            constraint=models.CheckConstraint(
                condition=models.Q(("options__len__gte", 2)), name="polls_two_options"
            ),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(fields=["user", "-id"], name="idx_mentions_user"),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("comment__isnull", False), ("post", None)),
                    models.Q(("comment", None), ("post__isnull", False)),
                    _connector="OR",
                ),
                name="mentions_one_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(
                fields=("post", "user"), name="uq_mention_post_user"
            ),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(
                fields=("comment", "user"), name="uq_mention_comment_user"
            ),
        ),
        migrations.AddConstraint(
            model_name="mediaattachment",
            constraint=models.UniqueConstraint(
                fields=("post", "position"), name="uq_media_post_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="mediaattachment",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["image", "video", "audio"])),
                name="media_attachments_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="mediaattachment",
            constraint=models.CheckConstraint(
                condition=models.Q(("processing_state__in", ["pending", "ready", "failed"])),
                name="media_attachments_state",
            ),
        ),
        migrations.AddIndex(
            model_name="posthashtag",
            index=models.Index(fields=["hashtag", "-post"], name="idx_post_hashtags_recent"),
        ),
        migrations.AddConstraint(
            model_name="posthashtag",
            constraint=models.UniqueConstraint(fields=("post", "hashtag"), name="uq_post_hashtag"),
        ),
        migrations.AddIndex(
            model_name="repost",
            index=models.Index(fields=["post", "-id"], name="idx_reposts_post"),
        ),
        migrations.AddConstraint(
            model_name="repost",
            constraint=models.UniqueConstraint(fields=("user", "post"), name="uq_repost"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="repost",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'post', object_id, 'reposts_count', sum(n) FROM (SELECT post_id::bigint AS object_id, 1 AS n FROM new_rows WHERE post_id IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="65dd99edf77e205ab86e7e795b047c6fae3d59a9",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_f567f",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="reposts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="repost",
            trigger=pgtrigger.compiler.Trigger(
                name="count_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'post', object_id, 'reposts_count', sum(n) FROM (SELECT post_id::bigint AS object_id, -1 AS n FROM old_rows WHERE post_id IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="796e5014292bdd9067316ab684d79265ed0404df",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_3a009",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="reposts",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="video",
            index=models.Index(fields=["status", "-published_at", "-id"], name="idx_videos_status"),
        ),
        migrations.AddIndex(
            model_name="video",
            index=models.Index(fields=["author", "-id"], name="idx_videos_author"),
        ),
        migrations.AddIndex(
            model_name="video",
            index=models.Index(
                condition=models.Q(
                    ("deleted_at", None), ("status", "published"), ("visibility", "public")
                ),
                fields=["-id"],
                name="idx_videos_public",
            ),
        ),
        migrations.AddConstraint(
            model_name="video",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["processing", "published", "failed", "hidden", "removed"])
                ),
                name="videos_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="video",
            constraint=models.CheckConstraint(
                condition=models.Q(("visibility__in", ["public", "followers", "private"])),
                name="videos_visibility",
            ),
        ),
        migrations.AddConstraint(
            model_name="video",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(
                    django.db.models.functions.text.Length("description"), 5000
                ),
                name="videos_description_length",
            ),
        ),
        migrations.AddConstraint(
            model_name="video",
            constraint=models.CheckConstraint(
                condition=models.Q(("duration__gte", 0)), name="videos_duration"
            ),
        ),
        migrations.AddConstraint(
            model_name="video",
            constraint=models.CheckConstraint(
                condition=models.Q(("resolution__gte", 0)), name="videos_resolution"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="video",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'platform', object_id, 'videos_count', sum(n) FROM (SELECT 1::bigint AS object_id, 1 AS n FROM new_rows WHERE 1 IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="0df040e160b27afba71653899f7f67262bbbb939",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_c46b8",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="videos",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="video",
            trigger=pgtrigger.compiler.Trigger(
                name="count_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'platform', object_id, 'videos_count', sum(n) FROM (SELECT 1::bigint AS object_id, -1 AS n FROM old_rows WHERE 1 IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="47d6ef111f5ba111f4d9a0df1279c44a8576eb14",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_2efcb",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="videos",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="video",
            trigger=pgtrigger.compiler.Trigger(
                name="count_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'platform', object_id, 'videos_count', sum(n) FROM (SELECT 1::bigint AS object_id, 1 AS n FROM new_rows WHERE 1 IS NOT NULL AND (status = 'published' AND deleted_at IS NULL) UNION ALL SELECT 1::bigint AS object_id, -1 AS n FROM old_rows WHERE 1 IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="f8dc0e7b1e7866cae20dcab20a5bcd407bfd785a",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_count_update_e4810",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="videos",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["author", "-id"], name="idx_comments_author"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("post__isnull", False)),
                fields=["post", "id"],
                name="idx_comments_post",
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("video__isnull", False)),
                fields=["video", "id"],
                name="idx_comments_video",
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("parent__isnull", False)),
                fields=["parent", "id"],
                name="idx_comments_parent",
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("root__isnull", False)),
                fields=["root", "id"],
                name="idx_comments_root",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("post", None), ("video__isnull", False)),
                    models.Q(("post__isnull", False), ("video", None)),
                    _connector="OR",
                ),
                name="comments_one_target",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("depth", 0), ("parent", None), ("root", None)),
                    models.Q(("depth__gte", 1), ("parent__isnull", False), ("root__isnull", False)),
                    _connector="OR",
                ),
                name="comments_thread",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["published", "hidden", "removed"])),
                name="comments_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(
                    django.db.models.functions.text.Length("content"), 2000
                ),
                name="comments_content_length",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(("depth__range", (0, 50))), name="comments_depth"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="comment",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'post', object_id, 'comments_count', sum(n) FROM (SELECT post_id::bigint AS object_id, 1 AS n FROM new_rows WHERE post_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'video', object_id, 'comments_count', sum(n) FROM (SELECT video_id::bigint AS object_id, 1 AS n FROM new_rows WHERE video_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'comment', object_id, 'replies_count', sum(n) FROM (SELECT parent_id::bigint AS object_id, 1 AS n FROM new_rows WHERE parent_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="7e18bb11e82605be479130d6e3b3dfa5e90b128e",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_47ae9",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="comments",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="comment",
            trigger=pgtrigger.compiler.Trigger(
                name="count_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'post', object_id, 'comments_count', sum(n) FROM (SELECT post_id::bigint AS object_id, -1 AS n FROM old_rows WHERE post_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'video', object_id, 'comments_count', sum(n) FROM (SELECT video_id::bigint AS object_id, -1 AS n FROM old_rows WHERE video_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'comment', object_id, 'replies_count', sum(n) FROM (SELECT parent_id::bigint AS object_id, -1 AS n FROM old_rows WHERE parent_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="acb313f5b9842cbdbcdbc3b77da442c24f74d34b",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_ab228",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="comments",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="comment",
            trigger=pgtrigger.compiler.Trigger(
                name="count_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'post', object_id, 'comments_count', sum(n) FROM (SELECT post_id::bigint AS object_id, 1 AS n FROM new_rows WHERE post_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL) UNION ALL SELECT post_id::bigint AS object_id, -1 AS n FROM old_rows WHERE post_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'video', object_id, 'comments_count', sum(n) FROM (SELECT video_id::bigint AS object_id, 1 AS n FROM new_rows WHERE video_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL) UNION ALL SELECT video_id::bigint AS object_id, -1 AS n FROM old_rows WHERE video_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0 UNION ALL SELECT 'comment', object_id, 'replies_count', sum(n) FROM (SELECT parent_id::bigint AS object_id, 1 AS n FROM new_rows WHERE parent_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL) UNION ALL SELECT parent_id::bigint AS object_id, -1 AS n FROM old_rows WHERE parent_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="026017876835c1244900657dee361e450af6efcf",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_count_update_bb7e9",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="comments",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="videorendition",
            constraint=models.UniqueConstraint(
                fields=("video", "kind", "resolution", "language"), name="uq_rendition"
            ),
        ),
        migrations.AddConstraint(
            model_name="videorendition",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["hls", "mp4", "caption", "thumb", "storyboard"])),
                name="video_renditions_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="videorendition",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["pending", "ready", "failed"])),
                name="video_renditions_state",
            ),
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
    ]
