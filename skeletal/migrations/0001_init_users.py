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


EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"

IDS = """
CREATE SEQUENCE daira_id_sequence AS bigint MINVALUE 0 START 0;
CREATE SEQUENCE daira_id_clock AS bigint MINVALUE 0 START 0;

-- An id is 41 bits of milliseconds since 2010, 10 of node, 12 of sequence. `daira_id_clock` remembers the
-- latest millisecond and, below it, the round (4096 steps) of the sequence at that time: while the clock
-- stands still or has gone back, ids go on from there, one millisecond for each further round. A session
-- that slept while others took a whole round looks at an old round with a new clock: it begins again.
CREATE FUNCTION daira_id() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    node bigint := coalesce(nullif(current_setting('daira.node', true), '')::bigint & 1023, 0);
    step bigint;
    round bigint;
    mark bigint;
    lowest bigint;
    millis bigint;
BEGIN
    LOOP
        step := nextval('daira_id_sequence');
        round := (step >> 12) & 4194303;
        mark := coalesce(pg_sequence_last_value('daira_id_clock'), 0);
        lowest := (mark >> 22) + ((round - (mark & 4194303) + 2097152) & 4194303) - 2097152;
        millis := floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - 1262304000000;
        IF millis > lowest THEN
            PERFORM setval('daira_id_clock', (millis << 22) | round);
        ELSE
            millis := lowest;
        END IF;
        EXIT WHEN pg_sequence_last_value('daira_id_sequence') - step < 4096;
    END LOOP;
    RETURN (millis << 22) | (node << 12) | (step & 4095);
END $$;

-- The second form takes a time: for rows imported with their history.
CREATE FUNCTION daira_id(moment timestamptz) RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT (floor(extract(epoch FROM moment) * 1000)::bigint - 1262304000000 << 22)
        | ((coalesce(nullif(current_setting('daira.node', true), '')::bigint, 0) & 1023) << 12)
        | (nextval('daira_id_sequence') & 4095)
$$;

-- For the triggers of tables whose rows never change.
CREATE FUNCTION daira_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""

# pgtrigger drops its triggers with their tables and leaves the functions behind.
DROP_TRIGGER_FUNCTIONS = """
DO $$ DECLARE name text; BEGIN
    FOR name IN
        SELECT p.oid::regprocedure FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.proname ~ '^_?pgtrigger_'
        AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgfoid = p.oid)
    LOOP
        EXECUTE 'DROP FUNCTION ' || name;
    END LOOP;
END $$;
"""

DROP_IDS = """
DROP FUNCTION daira_refuse_change();
DROP FUNCTION daira_id(timestamptz);
DROP FUNCTION daira_id();
DROP SEQUENCE daira_id_clock;
DROP SEQUENCE daira_id_sequence;
"""

STORAGE = """
ALTER TABLE user_profiles SET (fillfactor = 80);
ALTER TABLE platform_totals SET (fillfactor = 10);
ALTER TABLE counter_deltas SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0
);
INSERT INTO platform_totals (id) VALUES (1);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(EXTENSION, migrations.RunSQL.noop),
        migrations.RunSQL(migrations.RunSQL.noop, DROP_TRIGGER_FUNCTIONS),
        migrations.RunSQL(IDS, DROP_IDS),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                ("username", models.CharField(max_length=30, unique=True)),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("phone", models.CharField(blank=True, max_length=16, null=True, unique=True)),
                ("password", models.CharField(db_column="password_hash", max_length=128)),
                ("avatar_url", models.URLField(blank=True, default="", max_length=2048)),
                ("verified", models.BooleanField(default=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("suspended", "Suspended"),
                            ("deactivated", "Deactivated"),
                            ("erased", "Erased"),
                        ],
                        default="active",
                        max_length=12,
                    ),
                ),
                ("locale", models.CharField(default="en", max_length=35)),
                ("is_staff", models.BooleanField(default=False)),
                ("is_superuser", models.BooleanField(default=False)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "users",
            },
        ),
        migrations.CreateModel(
            name="CounterDelta",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "object_type",
                        "object_id",
                        "id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("object_type", models.CharField(max_length=15)),
                ("object_id", models.BigIntegerField()),
                ("id", models.BigIntegerField(db_default=models.Func(function="daira_id"))),
                ("counter", models.CharField(max_length=20)),
                ("delta", models.IntegerField()),
            ],
            options={
                "db_table": "counter_deltas",
            },
        ),
        migrations.CreateModel(
            name="PlatformTotals",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("users_count", models.IntegerField(db_default=0)),
                ("posts_count", models.IntegerField(db_default=0)),
                ("videos_count", models.IntegerField(db_default=0)),
                ("follows_count", models.IntegerField(db_default=0)),
                ("transactions_count", models.IntegerField(db_default=0)),
            ],
            options={
                "verbose_name_plural": "platform totals",
                "db_table": "platform_totals",
            },
        ),
        migrations.CreateModel(
            name="Role",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=40, unique=True)),
                (
                    "permissions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("position", models.SmallIntegerField(default=0)),
            ],
            options={
                "db_table": "roles",
            },
        ),
        migrations.CreateModel(
            name="RoleAssignment",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "role_assignments",
            },
        ),
        migrations.CreateModel(
            name="SeededWorld",
            fields=[
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100, unique=True)),
                ("parameters", models.JSONField(default=dict)),
                ("rows", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "seeded_worlds",
            },
        ),
        migrations.CreateModel(
            name="UserDevice",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("fingerprint", models.CharField(max_length=64)),
                ("platform", models.CharField(max_length=10)),
                (
                    "push_token",
                    models.CharField(blank=True, max_length=512, null=True, unique=True),
                ),
                ("last_seen_at", models.DateTimeField()),
            ],
            options={
                "db_table": "user_devices",
            },
        ),
        migrations.CreateModel(
            name="UserSession",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("family_id", models.BigIntegerField()),
                ("refresh_token", models.CharField(max_length=64, unique=True)),
                ("access_digest", models.CharField(max_length=64, unique=True)),
                ("device_type", models.CharField(max_length=10)),
                ("ip_address", models.GenericIPAddressField(blank=True, null=True)),
                ("access_expires_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "user_sessions",
            },
        ),
        migrations.CreateModel(
            name="UserProfile",
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
                        related_name="profile",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("display_name", models.CharField(max_length=50)),
                ("bio", models.TextField(blank=True, default="")),
                ("followers_count", models.IntegerField(db_default=0)),
                ("following_count", models.IntegerField(db_default=0)),
                ("posts_count", models.IntegerField(db_default=0)),
                ("trust_score", models.SmallIntegerField(default=50)),
                (
                    "badges",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
            ],
            options={
                "db_table": "user_profiles",
            },
        ),
        migrations.CreateModel(
            name="UserSettings",
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
                        related_name="settings",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("feed_preferences", models.JSONField(blank=True, default=dict)),
                ("notification_preferences", models.JSONField(blank=True, default=dict)),
                ("privacy_defaults", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "verbose_name_plural": "user settings",
                "db_table": "user_settings",
            },
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["active", "suspended", "deactivated", "erased"])
                ),
                name="users_status",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'platform', object_id, 'users_count', sum(n) FROM (SELECT 1::bigint AS object_id, 1 AS n FROM new_rows WHERE 1 IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="38af1d1a0335a3817025bddd7663de93d2f8c341",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_1ada4",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="users",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="count_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'platform', object_id, 'users_count', sum(n) FROM (SELECT 1::bigint AS object_id, -1 AS n FROM old_rows WHERE 1 IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="3309482d5b401008ffa2bc5b88eaf3ee935df632",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_7d0bc",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="users",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="platformtotals",
            constraint=models.CheckConstraint(
                condition=models.Q(("id", 1)), name="platform_totals_one_row"
            ),
        ),
        migrations.AddField(
            model_name="roleassignment",
            name="granted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="grants_given",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="roleassignment",
            name="role",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments",
                to="skeletal.role",
            ),
        ),
        migrations.AddField(
            model_name="roleassignment",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="role_assignments",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="userdevice",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="devices",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="usersession",
            name="device",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to="skeletal.userdevice",
            ),
        ),
        migrations.AddField(
            model_name="usersession",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sessions",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="userprofile",
            constraint=models.CheckConstraint(
                condition=models.Q(("trust_score__range", (0, 100))),
                name="user_profiles_trust_score",
            ),
        ),
        migrations.AddConstraint(
            model_name="userprofile",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(
                    django.db.models.functions.text.Length("bio"), 500
                ),
                name="user_profiles_bio_length",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=models.UniqueConstraint(fields=("user", "role"), name="uq_user_role"),
        ),
        migrations.AddConstraint(
            model_name="userdevice",
            constraint=models.UniqueConstraint(
                fields=("user", "fingerprint"), name="uq_devices_user_print"
            ),
        ),
        migrations.AddConstraint(
            model_name="userdevice",
            constraint=models.CheckConstraint(
                condition=models.Q(("platform__in", ["ios", "android", "web"])),
                name="user_devices_platform",
            ),
        ),
        migrations.AddIndex(
            model_name="usersession",
            index=models.Index(fields=["user", "expires_at"], name="idx_sessions_user_expires"),
        ),
        migrations.AddIndex(
            model_name="usersession",
            index=models.Index(fields=["family_id"], name="idx_sessions_family"),
        ),
        migrations.AddConstraint(
            model_name="usersession",
            constraint=models.CheckConstraint(
                condition=models.Q(("device_type__in", ["ios", "android", "web"])),
                name="user_sessions_device_type",
            ),
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
    ]
