"""The statements that weigh on the server, as pg_stat_statements counted them."""

from dataclasses import dataclass

from psycopg import sql
from psycopg.rows import class_row

from skeletal.db.indexes.session import Connection
from skeletal.errors import SetupError

FREQUENT_CALLS = 100
LONG_MS, LONG_CALLS = 100, 10
FEWEST_BLOCKS = 50
"""A call that touches fewer blocks of 8 kB has nothing to gain from another index."""
MOST_STATEMENTS = 200


@dataclass(frozen=True)
class Statement:
    """One statement with its constants as $n; times in milliseconds, blocks per call."""

    text: str
    calls: int
    mean_ms: float
    total_ms: float
    blocks: float

    @property
    def hot(self) -> bool:
        often = self.calls >= FREQUENT_CALLS
        return often or (self.mean_ms >= LONG_MS and self.calls >= LONG_CALLS)

    @property
    def heavy(self) -> bool:
        """Hot, and reading enough for an index to matter."""
        return self.hot and self.blocks >= FEWEST_BLOCKS


def read(connection: Connection) -> list[Statement]:
    """The statements of this database that can be planned, longest in total first; 200 at most.

    Three statements. Raises SetupError where pg_stat_statements is missing or closed to this role.
    """
    row = connection.execute(EXTENSION).fetchone()
    if row is None:
        raise SetupError(
            "pg_stat_statements is missing: put it into shared_preload_libraries, restart, and"
            " run CREATE EXTENSION pg_stat_statements; in this database as a superuser"
        )
    schema, role, may_read = row
    if not may_read:
        raise SetupError(
            f"{role} may not read the statements of others: as a superuser run"
            f" GRANT pg_read_all_stats TO {role};"
        )
    view = sql.Identifier(schema, "pg_stat_statements")
    with connection.cursor(row_factory=class_row(Statement)) as cursor:
        cursor.execute(sql.SQL(STATEMENTS).format(view=view, most=MOST_STATEMENTS))
        return cursor.fetchall()


EXTENSION = """
SELECT nspname, quote_ident(current_user),
    pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE extname = 'pg_stat_statements'
"""
STATEMENTS = r"""
SELECT query AS text, sum(calls)::bigint AS calls,
    sum(total_exec_time) / sum(calls) AS mean_ms, sum(total_exec_time) AS total_ms,
    sum(shared_blks_hit + shared_blks_read)::float8 / sum(calls) AS blocks
FROM {view}
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND query ~* '^\s*(select|with|insert|update|delete|merge)\y' AND query !~ '\mpg_temp\M'
    AND calls > 0
GROUP BY query ORDER BY total_ms DESC LIMIT {most}
"""
