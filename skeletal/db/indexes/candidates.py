"""The columns by which an index could serve the scans of a plan."""

from collections.abc import Iterator

from skeletal.db.indexes.catalog import Catalog
from skeletal.db.indexes.plans import Access, Plan, Sorts, bare
from skeletal.db.indexes.rules import SMALL_TABLE

Columns = Sorts
"""Columns of an index, each with whether it goes down."""
MOST_COLUMNS = 3
FEW_VALUES = 10
"""A column with fewer distinct values than this leads no index of its own."""


def candidates(plan: Plan, table: str, catalog: Catalog) -> list[Columns]:
    """Up to four for each scan that reads the whole table or is sorted; none that stands already.

    Columns compared for equality come first, the most distinct leading; then those that order the
    rows, or one that bounds them.
    """
    if catalog.tables[table].rows < SMALL_TABLE:
        return []
    found = dict.fromkeys(
        columns
        for access in plan.accesses()
        if access.table == table and (access.sequential or access.sorts)
        for columns in _of(access, catalog)
        if columns
    )
    return [columns for columns in found if not _stands(columns, table, catalog)]


def told(columns: Columns) -> str:
    """The columns as a sentence has them."""
    return ", ".join(f"{name} DESC" if down else name for name, down in columns)


def _of(access: Access, catalog: Catalog) -> Iterator[Columns]:
    equal = _by_distinctness(access, catalog)
    keys: Columns = tuple((name, False) for name in equal)
    order = tuple(key for key in access.sorts if key[0] not in equal)
    yield keys[:1]
    yield keys
    yield (*keys, *order)
    if access.ranged:
        yield (*keys, (access.ranged[0], False))


def _by_distinctness(access: Access, catalog: Catalog) -> list[str]:
    """The columns compared for equality: those of few values only where there is no other."""
    values = {name: _distinct(access.table, name, catalog) for name in access.equal}
    many = [name for name in values if values[name] >= FEW_VALUES]
    return sorted(many or values, key=lambda name: -values[name])[:MOST_COLUMNS]


def _distinct(table: str, name: str, catalog: Catalog) -> float:
    """ANALYZE tells a share of the rows as a negative number."""
    column = catalog.columns.get((table, name))
    if column is None:
        return 0
    if column.distinct < 0:
        return -column.distinct * catalog.tables[table].rows
    return column.distinct


def _stands(columns: Columns, table: str, catalog: Catalog) -> bool:
    names = [name for name, _ in columns]
    return any(
        names == [bare(name) for name in index.columns[: len(names)]]
        for index in catalog.of(table)
        if not index.predicate
    )
