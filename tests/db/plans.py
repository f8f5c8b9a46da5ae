"""The plan by which a prepared statement runs, and what it touched."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from psycopg import sql

from skeletal.db.prepared.statements import Statement


def plan_of(statement: Statement[Any], values: dict[str, Any], mode: str = "auto") -> Any:
    """Run a statement by EXPLAIN ANALYZE and return the plan's root; `mode` is the cache mode."""
    given = [sql.Literal(values[name]) for name, _ in statement._dumps]
    connection.ensure_connection()
    with connection.connection.cursor() as raw:
        raw.execute(f"SET plan_cache_mode = {mode}")
        raw.execute("PREPARE looked_at AS " + statement.sql)
        run: sql.Composable = sql.SQL("EXECUTE looked_at")
        if given:
            run += sql.SQL("({})").format(sql.SQL(", ").join(given))
        try:
            raw.execute(sql.SQL("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ") + run)
            row = raw.fetchone()
        finally:
            raw.execute("DEALLOCATE looked_at; RESET plan_cache_mode")
    assert row is not None
    return row[0][0]["Plan"]


def nodes(plan: Any) -> Iterator[Any]:
    """A plan's node and all below it."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def touched(plan: Any) -> int:
    """The blocks that were looked at, wherever they were."""
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
