"""The newest notification of each group is marked, so that a list walks groups instead of rows."""

from typing import ClassVar

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from skeletal.db.online import AddIndexAgain, RemoveIndexAgain

BATCH = 5000
ADD_COLUMN = """
ALTER TABLE notifications ADD COLUMN IF NOT EXISTS is_newest boolean DEFAULT true NOT NULL
"""
DROP_COLUMN = "ALTER TABLE notifications DROP COLUMN IF EXISTS is_newest"
UNMARK = """
WITH part AS MATERIALIZED (
    SELECT id, user_id, group_key FROM notifications WHERE id > %s ORDER BY id LIMIT %s
), past AS (
    UPDATE notifications n SET is_newest = false FROM part
    WHERE n.id = part.id AND n.is_newest AND EXISTS (
        SELECT FROM notifications m
        WHERE m.user_id = part.user_id AND m.group_key = part.group_key AND m.id > part.id
    )
)
SELECT max(id) FROM part
"""


def unmark(apps, schema_editor):
    """Batch by batch, each on its own: a row that comes meanwhile is marked and stays so."""
    last = 0
    with schema_editor.connection.cursor() as cursor:
        while last is not None:
            cursor.execute(UNMARK, [last, BATCH])
            (last,) = cursor.fetchone()


class Migration(migrations.Migration):
    atomic = False  # what broke off is run again from its beginning

    dependencies: ClassVar = [
        ("skeletal", "0016_request_notices"),
    ]

    operations: ClassVar = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ADD_COLUMN, DROP_COLUMN)],
            state_operations=[
                migrations.AddField(
                    model_name="notification",
                    name="is_newest",
                    field=models.BooleanField(db_default=True),
                ),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="notification",
            trigger=pgtrigger.compiler.Trigger(
                name="mark_newest",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nUPDATE notifications n SET is_newest = true\nFROM (SELECT DISTINCT user_id, group_key FROM old_rows WHERE is_newest) gone\nCROSS JOIN LATERAL (\n    SELECT id FROM notifications m\n    WHERE m.user_id = gone.user_id AND m.group_key = gone.group_key\n    ORDER BY id DESC LIMIT 1 FOR NO KEY UPDATE\n) heir\nWHERE n.id = heir.id;\nRETURN NULL;\n",
                    hash="e495806b252500e535962034af0b729e591d2134",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_mark_newest_78d16",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="notifications",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunPython(unmark, migrations.RunPython.noop),
        AddIndexAgain(
            model_name="notification",
            index=models.Index(
                fields=["user", "-id"],
                condition=models.Q(("is_newest", True)),
                name="idx_notifications_newest",
            ),
        ),
        RemoveIndexAgain(model_name="notification", name="idx_notifications_user"),
    ]
