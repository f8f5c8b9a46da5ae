"""Keeps trends: folds what happened, drops what is cold, and makes them anew from their sources."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connections, transaction

from skeletal.actions.counters import TRENDS, sweep
from skeletal.db.ids import compose, hour_of, milliseconds
from skeletal.queries.counters import TARGETS
from skeletal.rules import trends

BATCH = 1000
SOURCES: dict[str, dict[str, tuple[str, str]]] = {
    "post": {
        "likes_count": ("likeable_id", "likes WHERE likeable_type = 'post'"),
        "comments_count": (
            "post_id",
            "comments WHERE post_id IS NOT NULL AND status = 'published' AND deleted_at IS NULL",
        ),
        "reposts_count": ("post_id", "reposts WHERE true"),
    },
    "video": {
        "views_count": ("video_id", "video_views WHERE true"),
        "likes_count": ("likeable_id", "likes WHERE likeable_type = 'video'"),
        "comments_count": (
            "video_id",
            "comments WHERE video_id IS NOT NULL AND status = 'published' AND deleted_at IS NULL",
        ),
    },
    "hashtag": {"posts_count": ("hashtag_id", "post_hashtags WHERE listed")},
}
"""Where the events of each counter stand: the column that names the object, and the rows."""

RECENT = "SELECT {key} FROM {rows} AND id >= %(since)s"
LIKED = "SELECT id FROM {table} WHERE id >= %(ranked)s AND {column} <> 0"
WARM = "SELECT {object} FROM {trends}"
EVENTS = """
        SELECT {key} AS object_id, {weight}::float8 AS weight, daira_hour(id) AS hour
        FROM {rows} AND {key} = ANY(%(ids)s) AND id >= %(since)s
"""
PRUNE = """
    DELETE FROM {trends} WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM {trends}
        WHERE (score IS NULL OR score < %(coldest)s) AND {object} < %(ranked)s
        LIMIT %(batch)s FOR UPDATE SKIP LOCKED
    ))
"""
LOCK = "SELECT id FROM {table} WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE"
REBUILD = """
    WITH events AS (
        {events}
        UNION ALL
        SELECT object_id, -delta * CASE counter {weights} ELSE 0 END, hour FROM counter_deltas
        WHERE object_type = '{kind}' AND object_id = ANY(%(ids)s) AND hour IS NOT NULL
    ), heat AS (
        SELECT object_id, sum(weight
            * power(2, least(greatest(hour - %(hour)s, -{eternity}), {eternity}) / {half}::float8)
        ) AS weight
        FROM events WHERE hour IS NOT NULL GROUP BY object_id
    )
    INSERT INTO {trends} ({columns})
    SELECT {kept}, coalesce(heat.weight, 0), %(hour)s
    FROM {table} AS target LEFT JOIN heat ON heat.object_id = target.id
    WHERE target.id = ANY(%(ids)s)
    ON CONFLICT ({object}) DO UPDATE SET {sets}hour = excluded.hour, weight = excluded.weight
"""
"""What the sweep has still to fold is left to it."""


def refresh(*, using: str = "default") -> int:
    """Fold what happened to all that trends, then drop what is cold; return how many were folded.

    The cost is bound to what happened since the last time and to what got cold. Several may run at
    once, and one that is repeated changes nothing.
    """
    folded = sweep(using=using, kinds=TRENDS)
    prune(using=using)
    return folded


def prune(*, batch: int = BATCH, using: str = "default") -> int:
    """Drop the rows of what is cold and not ranked by its likes; return how many.

    In statements of `batch` rows, each its own transaction; rows that are locked wait for the
    next time.
    """
    return sum(_prune(kind, batch, using) for kind in TRENDS)


def rebuild(*, batch: int = BATCH, using: str = "default") -> int:
    """Make every trend anew from the likes, comments, reposts, views and posts of late.

    For a database that was filled before it had trends. Right beside writers and sweeps: each
    batch locks its objects, so that no sweep folds into them, and then reads what is not open.
    Returns how many objects it looked at. Costs a scan of the days that are dated, and two
    statements for each `batch` objects.
    """
    return sum(_rebuild(kind, batch, using) for kind in TRENDS)


def _prune(kind: str, batch: int, using: str) -> int:
    trend = TRENDS[kind]
    statement = PRUNE.format(trends=trend._meta.db_table, object=f"{kind}_id")
    now = datetime.now(UTC)
    ranked = _first_id(now, trends.RANKED_DAYS if trend.copied else 0)
    values = {"coldest": trends.coldest(hour_of(now)), "ranked": ranked, "batch": batch}
    pruned = 0
    while True:
        with connections[using].cursor() as cursor:
            cursor.execute(statement, values)
            gone = int(cursor.rowcount)
        pruned += gone
        if gone < batch:
            return pruned


def _rebuild(kind: str, batch: int, using: str) -> int:
    now = datetime.now(UTC)
    ids = _warm_ids(kind, now, using)
    lock, statement = LOCK.format(**_names(kind)), _rebuilding(kind)
    values = {"hour": hour_of(now), "since": _first_id(now, trends.DATED_DAYS)}
    for start in range(0, len(ids), batch):
        these: dict[str, Any] = values | {"ids": ids[start : start + batch]}
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute(lock, these)
            cursor.execute(statement, these)
    return len(ids)


def _warm_ids(kind: str, now: datetime, using: str) -> list[int]:
    """All objects with an event that is dated, with a row, or ranked by likes."""
    trend, names = TRENDS[kind], _names(kind)
    selects = [
        *(RECENT.format(key=key, rows=rows) for key, rows in SOURCES[kind].values()),
        *(LIKED.format(table=names["table"], column=column) for column in trend.copied),
        WARM.format(**names),
    ]
    values = {
        "since": _first_id(now, trends.DATED_DAYS),
        "ranked": _first_id(now, trends.RANKED_DAYS),
    }
    with connections[using].cursor() as cursor:
        cursor.execute(" UNION ".join(selects) + " ORDER BY 1", values)
        return [row[0] for row in cursor.fetchall()]


def _rebuilding(kind: str) -> str:
    trend, names, weights = TRENDS[kind], _names(kind), trends.WEIGHTS[kind]
    sources = SOURCES[kind].items()
    return REBUILD.format(
        **names,
        kind=kind,
        events=" UNION ALL ".join(
            EVENTS.format(key=key, rows=rows, weight=weights[counter])
            for counter, (key, rows) in sources
        ),
        weights=" ".join(f"WHEN '{c}' THEN {w}" for c, w in weights.items()),
        half=trends.HALF_LIFE,
        eternity=trends.ETERNITY,
        columns=", ".join([names["object"], *trend.copied, "weight", "hour"]),
        kept=", ".join(f"target.{name}" for name in ("id", *trend.copied)),
        sets="".join(f"{name} = excluded.{name}, " for name in trend.copied),
    )


def _names(kind: str) -> dict[str, str]:
    return {
        "table": TARGETS[kind]._meta.db_table,
        "trends": TRENDS[kind]._meta.db_table,
        "object": f"{kind}_id",
    }


def _first_id(now: datetime, days: int) -> int:
    """The smallest id of a row made in the last `days`."""
    return compose(milliseconds(now - timedelta(days=days)), 0, 0)
