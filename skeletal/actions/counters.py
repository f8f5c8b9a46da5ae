"""Folds open counter differences into the rows that they belong to, and mends what is wrong.

What is folded warms what trends, in the same statement.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from django.db import connections, models, transaction

from skeletal.db import locks
from skeletal.db.fields import counter_fields
from skeletal.db.ids import compose, hour_of, milliseconds
from skeletal.models import HashtagTrend, PostTrend, Trend, VideoTrend
from skeletal.models.content.posts import LISTED
from skeletal.queries.counters import TARGETS
from skeletal.queries.drift import LISTING, Rows, compared, counters, drift_of
from skeletal.records.platform import Drift
from skeletal.rules import trends

TRENDS: dict[str, type[Trend]] = {
    "hashtag": HashtagTrend,
    "post": PostTrend,
    "video": VideoTrend,
}
BATCH = 1000
RANGE = 1000
"""Objects that one statement mends."""

FOLD = """
    WITH todo AS MATERIALIZED (
        SELECT ctid AS place, object_id, id FROM counter_deltas
        WHERE object_type = %(kind)s AND (object_id, id) > (%(object_id)s, %(id)s)
        ORDER BY object_id, id LIMIT %(batch)s
    ), held AS MATERIALIZED (
        SELECT {key} AS object_id FROM {table}
        WHERE {key} = ANY(ARRAY(SELECT DISTINCT object_id FROM todo))
        ORDER BY {key} FOR NO KEY UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM counter_deltas
        WHERE ctid = ANY(ARRAY(
            SELECT place FROM todo
            WHERE (object_id IN (SELECT object_id FROM held)) IS TRUE
            OR NOT EXISTS (SELECT FROM {table} WHERE {key} = todo.object_id)
        ))
        RETURNING object_id, counter, delta, hour
    ), sums AS (
        SELECT object_id, {sums} FROM gone GROUP BY object_id
    ), folded AS (
        UPDATE {table} AS target SET {sets} FROM sums WHERE target.{key} = sums.object_id
        RETURNING target.{returned}
    ){warmed}
    SELECT (SELECT count(*) FROM gone), last.object_id, last.id, (SELECT count(*) FROM folded)
    FROM (SELECT object_id, id FROM todo ORDER BY object_id DESC, id DESC LIMIT 1) AS last
"""
"""Sums come from DELETE … RETURNING alone: what another sweep took does not count twice."""

APPEND = """, appended AS (
        INSERT INTO counter_deltas (object_type, object_id, counter, delta)
        SELECT '{counter.kind}', object_id, '{counter.name}', counted - kept FROM drift
    )"""
WARM = """, heat AS (
        SELECT object_id, sum(
            delta * CASE counter {weights} ELSE 0 END
            * power(2, least(greatest(hour - %(hour)s, -{eternity}), {eternity}) / {half}::float8)
        ) AS weight FROM gone WHERE hour IS NOT NULL GROUP BY object_id
    ), warmed AS (
        INSERT INTO {trends} AS trend ({columns})
        SELECT folded.*, coalesce(heat.weight, 0), %(hour)s
        FROM folded LEFT JOIN heat ON heat.object_id = folded.{key}
        WHERE heat.weight IS NOT NULL OR {ranked}
        ON CONFLICT ({object}) DO UPDATE SET {sets}hour = excluded.hour, weight = excluded.weight
            + trend.weight * power(
                2, greatest(trend.hour - excluded.hour, -{eternity}) / {half}::float8)
    )"""
"""What a row weighed is brought to this hour, and what is new in it is added.

The row that is folded into is locked, and with it its trend.
"""
LAST = {
    "hashtag": (
        ", max(hour) FILTER (WHERE delta > 0) AS last_hour",
        ", last_used_at = greatest(target.last_used_at,"
        " timestamptz '2010-01-01 00:00Z' + sums.last_hour * interval '1 hour')",
    )
}
"""When the newest of what was counted was made, to the hour: by the way, with the count."""
HOLD_POSTS = """
    SELECT FROM posts WHERE id IN (SELECT post_id FROM post_hashtags WHERE id = ANY(%s))
    ORDER BY id FOR SHARE
"""
LIST = f"""
    WITH mended AS (
        UPDATE post_hashtags AS tagged SET listed = {LISTED.format(row="posts")}
        FROM posts WHERE posts.id = tagged.post_id AND tagged.id = ANY(%s)
        AND tagged.listed <> {LISTED.format(row="posts")} RETURNING tagged.id, tagged.listed
    )
    SELECT id, listed FROM mended ORDER BY id
"""  # noqa: S608 - constants of ours


def sweep(
    *, batch: int = BATCH, using: str = "default", kinds: Iterable[str] = tuple(TARGETS)
) -> int:
    """Fold every open difference of some kinds whose row is free; return how many were folded.

    Walks by key in statements of `batch` differences, each its own transaction, and never waits
    for a locked row. What trends is warmed by the same statement, so each event warms it once. The
    differences of rows that are gone are dropped. A crash leaves differences open and loses none.
    """
    return sum(_sweep(kind, TARGETS[kind], batch, using) for kind in kinds)


def repair(*, size: int = RANGE, using: str = "default") -> Iterator[Drift]:
    """Append what each wrong counter lacks as a difference, and yield what was wrong.

    Works beside writers and the sweep: a write moves sources and log alike, a fold moves log and
    column oppositely, so what is lacking in one snapshot is lacking ever after, and adding it
    commutes with both. One statement for each counter and `size` objects, each its own
    transaction under an advisory lock that an earlier statement took: two repairs never append
    the same difference. The sweep folds it; the log keeps the trace until then.

    Before that, rows of `post_hashtags` that are wrongly listed or not are set right, under a
    shared lock on their posts: who changes a post waits for these few rows, or has changed them
    before they are looked at. The triggers count what that changes.
    """
    yield from _list_rightly(size, using)

    def compare(sql: str, place: dict[str, int]) -> Rows:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.REPAIR])
            cursor.execute(sql, place)
            found: Rows = cursor.fetchall()
        return found

    yield from compared(counters(), compare, size=size, using=using, besides=APPEND)


def _list_rightly(size: int, using: str) -> Iterator[Drift]:
    sql = LISTING.comparison()
    for place in LISTING.ends(using, size):
        with connections[using].cursor() as cursor:
            cursor.execute(sql, place)
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            continue
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute(HOLD_POSTS, [ids])
            cursor.execute(LIST, [ids])
            listed = cursor.fetchall()
        yield from (drift_of(LISTING, (id_, int(not now), int(now))) for id_, now in listed)


def _sweep(kind: str, model: type[models.Model], batch: int, using: str) -> int:
    statement = _statement(kind, model)
    place: dict[str, str | int] = {"kind": kind, "object_id": -1, "id": -1, "batch": batch}
    place |= _now()
    folded = 0
    while True:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
            cursor.execute(statement, place)
            row = cursor.fetchone()
        if row is None:
            return folded
        folded += row[0]
        place |= {"object_id": row[1], "id": row[2]}


def _now() -> dict[str, int]:
    """This hour, and the smallest id of a post that is ranked by its likes."""
    now = datetime.now(UTC)
    ranked = milliseconds(now - timedelta(days=trends.RANKED_DAYS))
    return {"hour": hour_of(now), "ranked": compose(ranked, 0, 0)}


def _statement(kind: str, model: type[models.Model]) -> str:
    columns = [field.column for field in counter_fields(model)]
    key = _key(model)
    trend = TRENDS.get(kind)
    returned = [key, *trend.copied] if trend else [key]
    last, lasts = LAST.get(kind, ("", ""))
    return FOLD.format(
        table=model._meta.db_table,
        key=key,
        sums=", ".join(f"sum(delta) FILTER (WHERE counter = '{c}') AS {c}" for c in columns) + last,
        sets=", ".join(f"{c} = target.{c} + coalesce(sums.{c}, 0)" for c in columns) + lasts,
        returned=", target.".join(returned),
        warmed=_warming(kind, key, trend) if trend else "",
    )


def _key(model: type[models.Model]) -> str:
    primary = model._meta.pk
    return str(primary.column) if primary else "id"


def _warming(kind: str, key: str, trend: type[Trend]) -> str:
    owner = f"{kind}_id"
    return WARM.format(
        trends=trend._meta.db_table,
        object=owner,
        key=key,
        columns=", ".join([owner, *trend.copied, "weight", "hour"]),
        weights=" ".join(f"WHEN '{c}' THEN {w}" for c, w in trends.WEIGHTS[kind].items()),
        half=trends.HALF_LIFE,
        ranked=f"folded.{key} >= %(ranked)s" if trend.copied else "false",
        sets="".join(f"{name} = excluded.{name}, " for name in trend.copied),
        eternity=trends.ETERNITY,
    )
