"""People are told of requests to follow them."""

from typing import ClassVar

from django.db import migrations, models

KINDS = ["follow", "request", "like", "comment", "mention", "repost", "message"]
DROP = "ALTER TABLE notifications DROP CONSTRAINT notifications_kind"
ADD = """
ALTER TABLE notifications ADD CONSTRAINT notifications_kind CHECK (kind IN ({kinds})) NOT VALID
"""
VALIDATE = "ALTER TABLE notifications VALIDATE CONSTRAINT notifications_kind"


def _add(kinds: list[str]) -> str:
    return ADD.format(kinds=", ".join(f"'{kind}'" for kind in kinds))


class Migration(migrations.Migration):
    atomic = False

    dependencies: ClassVar = [("skeletal", "0015_pairs_exclude")]

    operations: ClassVar = [
        migrations.RunSQL(
            [DROP, _add(KINDS)],
            [DROP, _add([kind for kind in KINDS if kind != "request"]), VALIDATE],
            state_operations=[
                migrations.RemoveConstraint(model_name="notification", name="notifications_kind"),
                migrations.AddConstraint(
                    model_name="notification",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("kind__in", KINDS)), name="notifications_kind"
                    ),
                ),
            ],
        ),
        migrations.RunSQL(VALIDATE, migrations.RunSQL.noop),
    ]
