"""Posts, videos and hashtags are warm by what lately happened to them."""

from typing import ClassVar

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

HOUR = """
-- The hour since 2010 in which an id was made; null if that is more than 14 days ago.
CREATE FUNCTION daira_hour(id bigint) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN id >> 22 > (extract(epoch FROM now()) - 1262304000 - 14 * 86400) * 1000
        THEN ((id >> 22) / 3600000)::integer
    END
$$;
"""
SCORE = """
-- The order of trends: what weighs twice as much stands one higher, as does what is one day later.
-- Rounded, so that equal events make equal scores in whatever order they were added.
CREATE FUNCTION daira_score(hour integer, weight double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN weight > 1e-6
        THEN round((hour / 24.0::float8 + ln(weight) / ln(2::float8))::numeric, 9)::float8
    END
$$;
"""
LOCK = """
-- All of them before any work: a deadlock with a writer of posts costs little and is tried again.
LOCK TABLE comments, likes, reposts, video_views, videos, hashtags, post_hashtags, posts,
    counter_deltas IN ACCESS EXCLUSIVE MODE
"""
UNLISTED = """
UPDATE post_hashtags SET listed = false FROM posts
WHERE posts.id = post_id
AND (status <> 'published' OR deleted_at IS NOT NULL OR visibility <> 'public')
"""
UNCOUNTED = "DELETE FROM counter_deltas WHERE object_type = 'hashtag'"
BASE = """
INSERT INTO counter_deltas (object_type, object_id, counter, delta)
SELECT 'hashtag', hashtag_id, 'posts_count', count(*) FROM post_hashtags WHERE listed
GROUP BY hashtag_id
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("skeletal", "0019_search")]

    operations: ClassVar = [
        migrations.RunSQL(LOCK, migrations.RunSQL.noop),
        migrations.RunSQL(HOUR, "DROP FUNCTION daira_hour(bigint)"),
        migrations.RunSQL(SCORE, "DROP FUNCTION daira_score(integer, double precision)"),
        migrations.CreateModel(
            name="HashtagTrend",
            fields=[
                ("weight", models.FloatField()),
                ("hour", models.IntegerField()),
                (
                    "score",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("hour"), models.F("weight"), function="daira_score"
                        ),
                        output_field=models.FloatField(null=True),
                    ),
                ),
                (
                    "hashtag",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="trend",
                        serialize=False,
                        to="skeletal.hashtag",
                    ),
                ),
            ],
            options={
                "db_table": "hashtag_trends",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("hour__gte", 0)), name="hashtag_trends_hour"
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("score__isnull", False)),
                        fields=["-score", "-hashtag"],
                        name="idx_hashtag_trends_score",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PostTrend",
            fields=[
                ("weight", models.FloatField()),
                ("hour", models.IntegerField()),
                (
                    "score",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("hour"), models.F("weight"), function="daira_score"
                        ),
                        output_field=models.FloatField(null=True),
                    ),
                ),
                (
                    "post",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="trend",
                        serialize=False,
                        to="skeletal.post",
                    ),
                ),
                ("likes_count", models.IntegerField()),
                (
                    "day",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("post"),
                            template="((%(expressions)s >> 22) / 86400000)::integer",
                        ),
                        output_field=models.IntegerField(),
                    ),
                ),
            ],
            options={
                "db_table": "post_trends",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("hour__gte", 0)), name="post_trends_hour"
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("score__isnull", False)),
                        fields=["-score", "-post"],
                        name="idx_post_trends_score",
                    ),
                    models.Index(
                        condition=models.Q(("likes_count__gt", 0)),
                        fields=["day", "-likes_count", "-post"],
                        name="idx_post_trends_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VideoTrend",
            fields=[
                ("weight", models.FloatField()),
                ("hour", models.IntegerField()),
                (
                    "score",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("hour"), models.F("weight"), function="daira_score"
                        ),
                        output_field=models.FloatField(null=True),
                    ),
                ),
                (
                    "video",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="trend",
                        serialize=False,
                        to="skeletal.video",
                    ),
                ),
            ],
            options={
                "db_table": "video_trends",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("hour__gte", 0)), name="video_trends_hour"
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("score__isnull", False)),
                        fields=["-score", "-video"],
                        name="idx_video_trends_score",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="comment",
            name="count_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="comment",
            name="count_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="comment",
            name="count_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="like",
            name="count_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="like",
            name="count_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="repost",
            name="count_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="repost",
            name="count_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="videoview",
            name="count_insert",
        ),
        migrations.AddField(
            model_name="counterdelta",
            name="hour",
            field=models.IntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="hashtag",
            name="posts_count",
            field=models.IntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="posthashtag",
            name="listed",
            field=models.BooleanField(db_default=True),
        ),
        migrations.RunSQL(UNLISTED, UNCOUNTED),
        pgtrigger.migrations.AddTrigger(
            model_name="comment",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'comment', object_id, 'replies_count', sum(n) FROM (SELECT parent_id::bigint AS object_id, 1 AS n FROM new_rows WHERE parent_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0; INSERT INTO counter_deltas (object_type, object_id, counter, delta, hour) SELECT 'post', object_id, 'comments_count', sum(n), hour FROM (SELECT post_id::bigint AS object_id, daira_hour(id) AS hour, 1 AS n FROM new_rows WHERE post_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id, hour HAVING sum(n) <> 0 UNION ALL SELECT 'video', object_id, 'comments_count', sum(n), hour FROM (SELECT video_id::bigint AS object_id, daira_hour(id) AS hour, 1 AS n FROM new_rows WHERE video_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id, hour HAVING sum(n) <> 0; RETURN NULL;",
                    hash="fee110a9278672e187e26d8eed5c5fe6f822046b",
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
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'comment', object_id, 'replies_count', sum(n) FROM (SELECT parent_id::bigint AS object_id, -1 AS n FROM old_rows WHERE parent_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0; INSERT INTO counter_deltas (object_type, object_id, counter, delta, hour) SELECT 'post', object_id, 'comments_count', sum(n), hour FROM (SELECT post_id::bigint AS object_id, daira_hour(id) AS hour, -1 AS n FROM old_rows WHERE post_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id, hour HAVING sum(n) <> 0 UNION ALL SELECT 'video', object_id, 'comments_count', sum(n), hour FROM (SELECT video_id::bigint AS object_id, daira_hour(id) AS hour, -1 AS n FROM old_rows WHERE video_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id, hour HAVING sum(n) <> 0; RETURN NULL;",
                    hash="c4876558c0be9eeaeb18d867bedf42d4192d88ac",
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
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'comment', object_id, 'replies_count', sum(n) FROM (SELECT parent_id::bigint AS object_id, 1 AS n FROM new_rows WHERE parent_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL) UNION ALL SELECT parent_id::bigint AS object_id, -1 AS n FROM old_rows WHERE parent_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id HAVING sum(n) <> 0; INSERT INTO counter_deltas (object_type, object_id, counter, delta, hour) SELECT 'post', object_id, 'comments_count', sum(n), hour FROM (SELECT post_id::bigint AS object_id, daira_hour(id) AS hour, 1 AS n FROM new_rows WHERE post_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL) UNION ALL SELECT post_id::bigint AS object_id, daira_hour(id) AS hour, -1 AS n FROM old_rows WHERE post_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id, hour HAVING sum(n) <> 0 UNION ALL SELECT 'video', object_id, 'comments_count', sum(n), hour FROM (SELECT video_id::bigint AS object_id, daira_hour(id) AS hour, 1 AS n FROM new_rows WHERE video_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL) UNION ALL SELECT video_id::bigint AS object_id, daira_hour(id) AS hour, -1 AS n FROM old_rows WHERE video_id IS NOT NULL AND (status = 'published' AND deleted_at IS NULL)) AS changed GROUP BY object_id, hour HAVING sum(n) <> 0; RETURN NULL;",
                    hash="9e95a17875068bc889207a3061dd8335497c756c",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_count_update_bb7e9",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="comments",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="like",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'comment', object_id, 'likes_count', sum(n) FROM (SELECT likeable_id::bigint AS object_id, 1 AS n FROM new_rows WHERE likeable_id IS NOT NULL AND (likeable_type = 'comment')) AS changed GROUP BY object_id HAVING sum(n) <> 0; INSERT INTO counter_deltas (object_type, object_id, counter, delta, hour) SELECT 'post', object_id, 'likes_count', sum(n), hour FROM (SELECT likeable_id::bigint AS object_id, daira_hour(id) AS hour, 1 AS n FROM new_rows WHERE likeable_id IS NOT NULL AND (likeable_type = 'post')) AS changed GROUP BY object_id, hour HAVING sum(n) <> 0 UNION ALL SELECT 'video', object_id, 'likes_count', sum(n), hour FROM (SELECT likeable_id::bigint AS object_id, daira_hour(id) AS hour, 1 AS n FROM new_rows WHERE likeable_id IS NOT NULL AND (likeable_type = 'video')) AS changed GROUP BY object_id, hour HAVING sum(n) <> 0; RETURN NULL;",
                    hash="0bfcb319b24a2d046cf2da088c3afe2269e92eb6",
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
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'comment', object_id, 'likes_count', sum(n) FROM (SELECT likeable_id::bigint AS object_id, -1 AS n FROM old_rows WHERE likeable_id IS NOT NULL AND (likeable_type = 'comment')) AS changed GROUP BY object_id HAVING sum(n) <> 0; INSERT INTO counter_deltas (object_type, object_id, counter, delta, hour) SELECT 'post', object_id, 'likes_count', sum(n), hour FROM (SELECT likeable_id::bigint AS object_id, daira_hour(id) AS hour, -1 AS n FROM old_rows WHERE likeable_id IS NOT NULL AND (likeable_type = 'post')) AS changed GROUP BY object_id, hour HAVING sum(n) <> 0 UNION ALL SELECT 'video', object_id, 'likes_count', sum(n), hour FROM (SELECT likeable_id::bigint AS object_id, daira_hour(id) AS hour, -1 AS n FROM old_rows WHERE likeable_id IS NOT NULL AND (likeable_type = 'video')) AS changed GROUP BY object_id, hour HAVING sum(n) <> 0; RETURN NULL;",
                    hash="5ed275b9588d03fc6bc075ec6ea2145148cc2d23",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_f1841",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="likes",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="list_hashtags",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN ((OLD.status = 'published' AND OLD.deleted_at IS NULL AND OLD.visibility = 'public') <> (NEW.status = 'published' AND NEW.deleted_at IS NULL AND NEW.visibility = 'public'))",
                    func="UPDATE post_hashtags SET listed = (NEW.status = 'published' AND NEW.deleted_at IS NULL AND NEW.visibility = 'public') WHERE post_id = NEW.id; RETURN NULL;",
                    hash="fbd4802e0333a6ee276511809a7ff6edcb99e136",
                    operation='UPDATE OF "status", "deleted_at", "visibility"',
                    pgid="pgtrigger_list_hashtags_996b3",
                    table="posts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="posthashtag",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta, hour) SELECT 'hashtag', object_id, 'posts_count', sum(n), hour FROM (SELECT hashtag_id::bigint AS object_id, daira_hour(id) AS hour, 1 AS n FROM new_rows WHERE hashtag_id IS NOT NULL AND (listed)) AS changed GROUP BY object_id, hour HAVING sum(n) <> 0; RETURN NULL;",
                    hash="5235e73684bff485746be0483570f7c1803a85c4",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_f9871",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="post_hashtags",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="posthashtag",
            trigger=pgtrigger.compiler.Trigger(
                name="count_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta, hour) SELECT 'hashtag', object_id, 'posts_count', sum(n), hour FROM (SELECT hashtag_id::bigint AS object_id, daira_hour(id) AS hour, -1 AS n FROM old_rows WHERE hashtag_id IS NOT NULL AND (listed)) AS changed GROUP BY object_id, hour HAVING sum(n) <> 0; RETURN NULL;",
                    hash="1cef32d06421e967bf8aafb586bc26be0b7b1f9e",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_1d225",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="post_hashtags",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="posthashtag",
            trigger=pgtrigger.compiler.Trigger(
                name="count_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta, hour) SELECT 'hashtag', object_id, 'posts_count', sum(n), hour FROM (SELECT hashtag_id::bigint AS object_id, daira_hour(id) AS hour, 1 AS n FROM new_rows WHERE hashtag_id IS NOT NULL AND (listed) UNION ALL SELECT hashtag_id::bigint AS object_id, daira_hour(id) AS hour, -1 AS n FROM old_rows WHERE hashtag_id IS NOT NULL AND (listed)) AS changed GROUP BY object_id, hour HAVING sum(n) <> 0; RETURN NULL;",
                    hash="a1a08cad1df22eecc690b65817e6c367004ae6fc",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_count_update_7444e",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="post_hashtags",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="repost",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta, hour) SELECT 'post', object_id, 'reposts_count', sum(n), hour FROM (SELECT post_id::bigint AS object_id, daira_hour(id) AS hour, 1 AS n FROM new_rows WHERE post_id IS NOT NULL AND (true)) AS changed GROUP BY object_id, hour HAVING sum(n) <> 0; RETURN NULL;",
                    hash="9856b49ce9282043847629b8db728295b5212618",
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
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta, hour) SELECT 'post', object_id, 'reposts_count', sum(n), hour FROM (SELECT post_id::bigint AS object_id, daira_hour(id) AS hour, -1 AS n FROM old_rows WHERE post_id IS NOT NULL AND (true)) AS changed GROUP BY object_id, hour HAVING sum(n) <> 0; RETURN NULL;",
                    hash="af14c89f61e087461655da8427e70c16abdc15ad",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_3a009",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="reposts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="videoview",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta, hour) SELECT 'video', object_id, 'views_count', sum(n), hour FROM (SELECT video_id::bigint AS object_id, daira_hour(id) AS hour, 1 AS n FROM new_rows WHERE video_id IS NOT NULL AND (true)) AS changed GROUP BY object_id, hour HAVING sum(n) <> 0; RETURN NULL;",
                    hash="47c217b118668b32dd36207e08609a5f199213f2",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_f86e3",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="video_views",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="posthashtag",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = TG_TABLE_NAME || ' is counted and cannot be truncated'; RETURN NULL;",
                    hash="58511fb21f7cd6cbcc74b806a70f20deffc78aaa",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_e7db7",
                    table="post_hashtags",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(BASE, migrations.RunSQL.noop),
    ]
