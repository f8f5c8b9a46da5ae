"""What the database says of its tables, indexes and foreign keys, and how often each is used."""

from dataclasses import dataclass, field
from datetime import datetime

from psycopg.rows import class_row

from skeletal.db.indexes import declared
from skeletal.db.indexes.session import Connection


@dataclass(frozen=True)
class Table:
    """A table: estimated rows, bytes without indexes, scans of every kind since the last reset."""

    name: str
    rows: int
    bytes: int
    scans: int


@dataclass(frozen=True)
class Index:
    """An index. A key is a column or expression with its operator class, collation and order."""

    name: str
    table: str
    method: str
    columns: list[str]
    properties: list[str]
    included: list[str]
    predicate: str
    unique: bool
    bound: bool
    """Behind a primary key, a constraint, a foreign key or the replica identity."""
    primary: bool
    valid: bool
    bytes: int
    rows: int
    scans: int
    using: str
    """Its definition from the method on."""

    @property
    def keys(self) -> list[tuple[str, str]]:
        return list(zip(self.columns, self.properties, strict=True))


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key of `table`; `parent` is the table that it names."""

    name: str
    table: str
    columns: list[str]
    parent: str


@dataclass(frozen=True)
class Column:
    """What ANALYZE knows of a column: distinct values, common ones first, others in order."""

    distinct: float
    common: list[str]
    bounds: list[str]
    width: int
    nulls: float


@dataclass(frozen=True)
class Catalog:
    """All of it, as it was at one moment; `since` is the last reset of the counts of scans.

    `declared` has the table of each index that our models declare; `of_others` are the tables of
    other packages.
    """

    tables: dict[str, Table]
    indexes: list[Index]
    keys: list[ForeignKey]
    columns: dict[tuple[str, str], Column]
    since: datetime | None
    declared: dict[str, str] = field(default_factory=dict)
    of_others: frozenset[str] = frozenset()

    def of(self, table: str) -> list[Index]:
        """The valid indexes of a table."""
        return [index for index in self.indexes if index.table == table and index.valid]

    def lacking(self, table: str) -> list[str]:
        """The names of declared indexes of a table that do not stand."""
        standing = {index.name for index in self.of(table)}
        return [name for name, of in self.declared.items() if of == table and name not in standing]


def read(connection: Connection) -> Catalog:
    """The catalog of the schema `public`: five statements."""
    with connection.cursor(row_factory=class_row(Table)) as cursor:
        tables = {table.name: table for table in cursor.execute(TABLES)}
    with connection.cursor(row_factory=class_row(Index)) as indexes:
        indexes.execute(INDEXES)
        found = indexes.fetchall()
    with connection.cursor(row_factory=class_row(ForeignKey)) as keys:
        keys.execute(FOREIGN_KEYS)
        foreign = keys.fetchall()
    columns = {(row[0], row[1]): Column(*row[2:]) for row in connection.execute(COLUMNS)}
    since = connection.execute(SINCE).fetchone()
    return Catalog(
        tables=tables,
        indexes=found,
        keys=foreign,
        columns=columns,
        since=since[0] if since else None,
        declared={found.name: found.model._meta.db_table for found in declared.declared_indexes()},
        of_others=frozenset(declared.tables_of_others()),
    )


TABLES = """
SELECT c.relname AS name, greatest(c.reltuples, 0)::bigint AS rows, pg_table_size(c.oid) AS bytes,
    coalesce(s.seq_scan, 0) + coalesce(s.idx_scan, 0) AS scans
FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1
"""
INDEXES = """
SELECT c.relname AS name, t.relname AS "table", a.amname AS method,
    ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, true) FROM generate_series(1, i.indnkeyatts) n)
        AS columns,
    ARRAY(SELECT concat_ws(' ', o.opcname, i.indcollation[n], i.indoption[n])
        FROM generate_series(0, i.indnkeyatts - 1) n JOIN pg_opclass o ON o.oid = i.indclass[n]
        ORDER BY n) AS properties,
    ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, true)
        FROM generate_series(i.indnkeyatts + 1, i.indnatts) n) AS included,
    coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS predicate,
    i.indisunique AS "unique", i.indisprimary AS "primary",
    i.indisprimary OR i.indisreplident
        OR EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid) AS bound,
    i.indisvalid AS valid, pg_relation_size(c.oid) AS bytes,
    greatest(c.reltuples, 0)::bigint AS rows,
    coalesce(s.idx_scan, 0) AS scans,
    substr(pg_get_indexdef(i.indexrelid), strpos(pg_get_indexdef(i.indexrelid), ' USING ') + 7)
        AS "using"
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_am a ON a.oid = c.relam
LEFT JOIN pg_stat_user_indexes s ON s.indexrelid = i.indexrelid
WHERE c.relnamespace = 'public'::regnamespace ORDER BY 2, 1
"""
FOREIGN_KEYS = """
SELECT k.conname AS name, t.relname AS "table", p.relname AS parent,
    ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS n (number, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.number ORDER BY n.place)
        AS columns
FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
WHERE k.contype = 'f' AND t.relnamespace = 'public'::regnamespace ORDER BY 2, 1
"""
COLUMNS = """
SELECT tablename::text, attname::text, n_distinct,
    coalesce(most_common_vals::text::text[], '{}'), coalesce(histogram_bounds::text::text[], '{}'),
    avg_width, null_frac
FROM pg_stats WHERE schemaname = 'public' AND NOT inherited
"""
SINCE = "SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()"
