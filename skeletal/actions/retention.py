"""Deletes what nobody needs any more once it is old enough, some rows at a time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from skeletal.db.ids import compose, milliseconds
from skeletal.db.prepared import MOMENT, Command, Param, write
from skeletal.records import Record

BATCH = 1000


@dataclass(frozen=True)
class Ending:
    """A table whose rows end; `over` is SQL of a row `r` that was made before `moment`."""

    table: str
    over: str = "true"


ENDINGS = {
    "idempotency_keys": Ending("idempotency_keys"),
    "published_drafts": Ending("drafts", "r.state = 'published' AND r.updated_at < %(moment)s"),
    "done_events": Ending("outbox_events", "r.done_at < %(moment)s"),
    "video_views": Ending("video_views"),
    "read_notifications": Ending("notifications", "r.read_at < %(moment)s"),
    "ended_sessions": Ending("user_sessions", "least(r.revoked_at, r.expires_at) < %(moment)s"),
}
"""By the names under which `settings.RETENTION` says how many days each is kept."""


class Walked(Record, frozen=True, kw_only=True):
    """Rows that a statement deleted, and the last that it looked at: None behind the end."""

    deleted: int
    last: int | None


def prune(batch: int = BATCH) -> dict[str, int]:
    """Delete what is older than `settings.RETENTION` keeps it; return how many rows by name.

    Each table is walked by key up to the age, `batch` rows a statement, each a transaction of its
    own unless the caller has one; rows that somebody holds are left for the next run. A run also
    looks at each old row that stays (open drafts, unread notifications). May be repeated, ended at
    any moment, and run by several at once. Counts do not change: views are counted when they are
    made.
    """
    now = datetime.now(UTC)
    return {
        name: _prune_one(name, now - timedelta(days=settings.RETENTION[name]), batch)
        for name in ENDINGS
    }


def _prune_one(name: str, moment: datetime, batch: int) -> int:
    before = compose(milliseconds(moment), 0, 0)
    deleted, last = 0, 0
    while True:
        walked = _walk(name).first(after=last, before=before, moment=moment, batch=batch)
        assert walked is not None  # noqa: S101 - the statement always gives one row
        deleted += walked.deleted
        if walked.last is None:
            return deleted
        last = walked.last


@write(Walked)
def _walk(name: str) -> Command:
    """An id tells when its row was made: the key alone bounds what is looked at."""
    ending = ENDINGS[name]
    return Command(
        f"""
        WITH part AS MATERIALIZED (
            SELECT id FROM {ending.table} WHERE id > %(after)s AND id < %(before)s
            ORDER BY id LIMIT %(batch)s
        ), held AS MATERIALIZED (
            SELECT r.id FROM {ending.table} r JOIN part ON part.id = r.id
            WHERE {ending.over} FOR UPDATE OF r SKIP LOCKED
        ), gone AS (
            DELETE FROM {ending.table} r USING held WHERE r.id = held.id RETURNING 1
        )
        SELECT (SELECT count(*) FROM gone) AS deleted, (SELECT max(id) FROM part) AS last
        """,  # noqa: S608 - the tables are ours
        [Param("after"), Param("before"), Param("batch"), Param("moment", MOMENT)],
    )
