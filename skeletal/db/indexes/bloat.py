"""How much of a B-tree is air: read by pgstattuple where it is there, else estimated."""

from dataclasses import dataclass

import psycopg

from skeletal.db.indexes.catalog import Catalog, Index
from skeletal.db.indexes.session import Connection

PAGE, PAGE_HEADER, TUPLE_HEADER, NULL_BITMAP, POINTER, ALIGNMENT = 8192, 40, 8, 8, 4, 8
FILL = 0.9
SMALLEST = 1 << 20
"""Below 1 MB nobody gains anything by building an index anew."""
LARGEST_READ = 1 << 30
"""pgstattuple reads the whole index: above 1 GB the estimate has to do."""
MEASURED = "SELECT leaf_pages, avg_leaf_density FROM {}.pgstatindex(%s::regclass)"
EXTENSION = """
SELECT quote_ident(nspname) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE proname = 'pgstatindex' AND proargtypes[0] = 'regclass'::regtype
    AND has_function_privilege(p.oid, 'EXECUTE') AND has_schema_privilege(n.oid, 'USAGE')
"""


@dataclass(frozen=True)
class Bloat:
    """The share of the index, 0 to 1, that building it anew would free, and who says so."""

    share: float
    source: str


def reader(connection: Connection) -> str | None:
    """The schema of pgstattuple, if this role may call it."""
    row = connection.execute(EXTENSION).fetchone()
    return str(row[0]) if row else None


def bloat(
    connection: Connection, schema: str | None, index: Index, catalog: Catalog
) -> Bloat | None:
    """The bloat of a B-tree of 1 MB and more; None for others, and where ANALYZE never ran."""
    if index.method != "btree" or index.bytes < SMALLEST:
        return None
    measured = None
    if schema and index.bytes <= LARGEST_READ:
        measured = _measured(connection, schema, index)
    return measured or _estimated(index, catalog)


def _measured(connection: Connection, schema: str, index: Index) -> Bloat | None:
    try:
        row = connection.execute(MEASURED.format(schema), [f'public."{index.name}"']).fetchone()
    except psycopg.errors.QueryCanceled:
        return None  # too large for the time: the estimate answers
    pages, density = row or (0, 0.0)
    needed = pages * density / 100 / FILL
    return Bloat(_share(needed * PAGE, index.bytes), "pgstattuple")


def _estimated(index: Index, catalog: Catalog) -> Bloat | None:
    """From rows and mean widths; equal keys are packed together, which only hides bloat."""
    width, nulls = 0.0, False
    for place, name in enumerate([*index.columns, *index.included]):
        column = catalog.columns.get((index.table, name.strip('"'))) or catalog.columns.get(
            (index.name, _expression_column(index, place))
        )
        if column is None:
            return None
        width += column.width * (1 - column.nulls)
        nulls = nulls or column.nulls > 0
    header = TUPLE_HEADER + POINTER + (NULL_BITMAP if nulls else 0)
    tuple_bytes = header + -(-width // ALIGNMENT) * ALIGNMENT
    needed = index.rows * tuple_bytes / ((PAGE - PAGE_HEADER) * FILL) * PAGE
    return Bloat(_share(needed, index.bytes), "statistics")


def _expression_column(index: Index, place: int) -> str:
    """PostgreSQL names the column of an expression after its function, then by number."""
    name = index.columns[place] if place < len(index.columns) else ""
    return name.partition("(")[0].strip('"') or "expr"


def _share(needed: float, bytes_: int) -> float:
    return round(max(0.0, 1 - needed / bytes_), 3)
