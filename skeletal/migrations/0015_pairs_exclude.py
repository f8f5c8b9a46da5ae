"""A follow never stands behind a block: both lock the pair of people before they look."""

from typing import ClassVar

from django.db import migrations

LOCK = """
CREATE FUNCTION daira_lock_pair(one bigint, other bigint) RETURNS void
LANGUAGE sql VOLATILE AS $$
    SELECT pg_advisory_xact_lock(
        hashtextextended(least(one, other) || ':' || greatest(one, other), 0)
    )
$$;
"""
BLOCKED = """
-- Each statement of a volatile function sees what was committed before it began: the second looks
-- at the blocks after the lock was given, whatever the calling statement's snapshot holds.
CREATE FUNCTION daira_pair_is_blocked(one bigint, other bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM daira_lock_pair(one, other);
    RETURN EXISTS (
        SELECT FROM blocks
        WHERE (blocker_id = one AND blocked_id = other) OR (blocker_id = other AND blocked_id = one)
    );
END
$$;
"""
DROP_LOCK = "DROP FUNCTION daira_lock_pair(bigint, bigint)"
DROP_BLOCKED = "DROP FUNCTION daira_pair_is_blocked(bigint, bigint)"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("skeletal", "0014_lookalike_names")]

    operations: ClassVar = [
        migrations.RunSQL(LOCK, DROP_LOCK),
        migrations.RunSQL(BLOCKED, DROP_BLOCKED),
    ]
