"""What PostgreSQL knows of feed windows: posts pending, versions of readers, authors fetched."""

from typing import ClassVar

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


LOCK = "LOCK TABLE posts, follows IN SHARE ROW EXCLUSIVE MODE"
"""Both before any work: a deadlock with a writer costs little and is tried again."""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("skeletal", "0021_idle_indexes")]

    operations: ClassVar = [
        migrations.RunSQL(LOCK, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="FeedAuthor",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="feed_author",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "fanout_mode",
                    models.CharField(choices=[("pull", "Pull"), ("both", "Both")], max_length=4),
                ),
            ],
            options={
                "db_table": "feed_authors",
            },
        ),
        migrations.CreateModel(
            name="FeedPending",
            fields=[
                ("post_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("author_id", models.BigIntegerField()),
                ("generation", models.BigIntegerField(db_default=models.Func(function="daira_id"))),
                ("done", models.BooleanField(db_default=False)),
                ("bulk", models.BooleanField(db_default=False)),
                ("reached", models.BigIntegerField(db_default=0)),
                ("run_id", models.CharField(blank=True, db_default="", max_length=12)),
            ],
            options={
                "verbose_name_plural": "feed pending",
                "db_table": "feed_pending",
            },
        ),
        migrations.CreateModel(
            name="FeedReader",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="feed_reader",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("following_version", models.BigIntegerField(db_default=0)),
            ],
            options={
                "db_table": "feed_readers",
            },
        ),
        migrations.CreateModel(
            name="FeedState",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("mark", models.BigIntegerField(db_default=0)),
                ("lineage", models.CharField(blank=True, db_default="", max_length=20)),
                ("run_id", models.CharField(blank=True, db_default="", max_length=12)),
            ],
            options={
                "verbose_name_plural": "feed state",
                "db_table": "feed_state",
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="follow",
            trigger=pgtrigger.compiler.Trigger(
                name="raise_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO feed_readers AS reader (user_id, following_version)\n    SELECT DISTINCT follower_id, 1 FROM new_rows ORDER BY follower_id\n    ON CONFLICT (user_id) DO UPDATE SET following_version = reader.following_version + 1;\n    RETURN NULL;\n",
                    hash="9a2e4e8992c9001028798ba5fd3ca9c476a3a88b",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_raise_version_54841",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="follows",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="pend_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO feed_pending (post_id, author_id, bulk)\n    SELECT id, author_id, false FROM new_rows\n    WHERE status = 'published' AND deleted_at IS NULL\n    AND (SELECT count(*) FROM new_rows) <= 2000\n    UNION ALL\n    (SELECT id, author_id, true FROM new_rows\n     WHERE (SELECT count(*) FROM new_rows) > 2000 ORDER BY id LIMIT 1)\n    ON CONFLICT (post_id) DO UPDATE SET generation = daira_id(), done = false,\n        reached = 0, bulk = feed_pending.bulk OR excluded.bulk;\n    RETURN NULL;\n",
                    hash="33ef3d9d2eb858937b9a4d98236afc554c9079db",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_pend_insert_76897",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="posts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="pend_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NOT (OLD.status = 'published' AND OLD.deleted_at IS NULL) AND (NEW.status = 'published' AND NEW.deleted_at IS NULL))",
                    func="\n    INSERT INTO feed_pending (post_id, author_id) VALUES (NEW.id, NEW.author_id)\n    ON CONFLICT (post_id) DO UPDATE SET generation = daira_id(), done = false, reached = 0;\n    RETURN NULL;\n",
                    hash="e792810f7450ec593e0547eccc3f359eb76afbcb",
                    operation="UPDATE",
                    pgid="pgtrigger_pend_update_e9b2e",
                    table="posts",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="feedpending",
            index=models.Index(
                condition=models.Q(("bulk", True)),
                fields=["post_id"],
                name="idx_feed_pending_bulk",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedauthor",
            constraint=models.CheckConstraint(
                condition=models.Q(("fanout_mode__in", ["pull", "both"])), name="feed_authors_mode"
            ),
        ),
        migrations.AddConstraint(
            model_name="feedstate",
            constraint=models.CheckConstraint(
                condition=models.Q(("id", 1)), name="feed_state_one_row"
            ),
        ),
    ]
