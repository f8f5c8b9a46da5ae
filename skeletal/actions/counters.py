"""Folds open counter differences into the rows that they belong to."""

from django.db import connections, models, transaction

from skeletal.db.fields import CounterField
from skeletal.models import (
    Circle,
    Comment,
    PlatformTotals,
    Poll,
    Post,
    UserList,
    UserProfile,
    Video,
)

TARGETS: dict[str, type[models.Model]] = {
    "circle": Circle,
    "comment": Comment,
    "platform": PlatformTotals,
    "poll": Poll,
    "post": Post,
    "user_list": UserList,
    "user_profile": UserProfile,
    "video": Video,
}
BATCH = 1000

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
        RETURNING object_id, counter, delta
    ), sums AS (
        SELECT object_id, {sums} FROM gone GROUP BY object_id
    ), folded AS (
        UPDATE {table} AS target SET {sets} FROM sums WHERE target.{key} = sums.object_id
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone), last.object_id, last.id, (SELECT count(*) FROM folded)
    FROM (SELECT object_id, id FROM todo ORDER BY object_id DESC, id DESC LIMIT 1) AS last
"""
"""Sums come from DELETE … RETURNING alone: what another sweep took does not count twice."""


def sweep(*, batch: int = BATCH, using: str = "default") -> int:
    """Fold every open difference whose row is free; return how many were folded.

    Walks by key in statements of `batch` differences, each its own transaction, and never waits
    for a locked row. The differences of rows that are gone are dropped. A crash leaves
    differences open and loses none.
    """
    return sum(_sweep(kind, model, batch, using) for kind, model in TARGETS.items())


def _sweep(kind: str, model: type[models.Model], batch: int, using: str) -> int:
    statement = _statement(model)
    place: dict[str, str | int] = {"kind": kind, "object_id": -1, "id": -1, "batch": batch}
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


def _statement(model: type[models.Model]) -> str:
    columns = [field.column for field in model._meta.fields if isinstance(field, CounterField)]
    primary = model._meta.pk
    return FOLD.format(
        table=model._meta.db_table,
        key=primary.column if primary else "id",
        sums=", ".join(f"sum(delta) FILTER (WHERE counter = '{c}') AS {c}" for c in columns),
        sets=", ".join(f"{c} = target.{c} + coalesce(sums.{c}, 0)" for c in columns),
    )
