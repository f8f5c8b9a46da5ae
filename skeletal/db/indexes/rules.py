"""What the catalog alone says: foreign keys without an index, indexes that another replaces."""

import re
from dataclasses import dataclass

from skeletal.db.indexes.catalog import Catalog, ForeignKey, Index

FEWEST_SCANS = 1000
"""A table scanned less often since the last reset has not shown yet what it needs."""
DECLARED = "; a model declares it: take it out there, or `init` builds it again"
SMALL_TABLE = 1000
"""Rows below which PostgreSQL rightly reads the whole table."""


@dataclass(frozen=True)
class Drop:
    """An index that may go, and its heir: the one that does its work."""

    kind: str
    index: Index
    heir: Index | None = None

    def reason(self, catalog: Catalog) -> str:
        """Why, in a few words."""
        return self._why(catalog) + (DECLARED if self.index.name in catalog.declared else "")

    def _why(self, catalog: Catalog) -> str:
        if self.heir is None:
            scans = catalog.tables[self.index.table].scans
            return f"used by none of {scans:,} scans of {self.index.table}"
        held = "holds the same" if self.kind == "duplicate" else "begins with the same columns"
        return f"{self.heir.name} {held}"


def drops(catalog: Catalog) -> list[Drop]:
    """Every index that may go, each once: duplicates first, then overlaps, then unused ones.

    Indexes on the tables of other packages are theirs to judge.
    """
    found: dict[str, Drop] = {}
    for index, heir in duplicates(catalog):
        found[index.name] = Drop("duplicate", index, heir)
    for index, heir in overlaps(catalog):
        if heir.name not in found:
            found.setdefault(index.name, Drop("overlap", index, heir))
    for index in catalog.indexes:
        if is_unused(index, catalog) and not _is_heir(index, found):
            found.setdefault(index.name, Drop("unused", index))
    return [drop for drop in found.values() if drop.index.table not in catalog.of_others]


def _is_heir(index: Index, found: dict[str, Drop]) -> bool:
    """What takes over another's work is kept, used or not."""
    return any(drop.heir is index for drop in found.values())


def is_unused(index: Index, catalog: Catalog) -> bool:
    """Whether a workload passed it by: never a unique index, a constraint's, or a key's last one.

    The last one to begin with a foreign key serves deletes of the parent, which are rare. One for
    LIKE is used or not as the database sorts: under the collation C every index serves beginnings.
    """
    table = catalog.tables[index.table]
    if index.unique or index.bound or not index.valid or index.scans:
        return False
    if any("_pattern_ops " in one for one in index.properties):
        return False
    if table.scans < FEWEST_SCANS or table.rows < SMALL_TABLE:
        return False
    others = [other for other in catalog.of(index.table) if other is not index]
    return not any(
        key.table == index.table and serves(index, key) and not any(serves(o, key) for o in others)
        for key in catalog.keys
    )


def bare_keys(catalog: Catalog) -> list[ForeignKey]:
    """The foreign keys that no index of all their values begins with."""
    return [
        key
        for key in catalog.keys
        if not any(serves(index, key) for index in catalog.of(key.table))
    ]


def serves(index: Index, key: ForeignKey) -> bool:
    """Whether the rows of a parent can be found by this index."""
    begins = sorted(name.strip('"') for name in index.columns[: len(key.columns)])
    return index.method == "btree" and begins == sorted(key.columns) and _holds_all(index, key)


def _holds_all(index: Index, key: ForeignKey) -> bool:
    """A condition may leave out NULLs of the key: they name no parent."""
    terms = re.sub(r'[()"]', "", index.predicate).split(" AND ")
    return not index.predicate or set(terms) <= {f"{name} IS NOT NULL" for name in key.columns}


def duplicates(catalog: Catalog) -> list[tuple[Index, Index]]:
    """Pairs (to drop, to keep) of indexes that hold the same, in the order of their names."""
    found: list[tuple[Index, Index]] = []
    for table in catalog.tables:
        kept: list[Index] = []
        for index in sorted(catalog.of(table), key=lambda index: _worth(index, catalog)):
            twin = next((other for other in kept if is_duplicate(index, other)), None)
            if twin:
                found.append((index, twin))
            else:
                kept.append(index)
    return found


def overlaps(catalog: Catalog) -> list[tuple[Index, Index]]:
    """Pairs (to drop, to keep): the first is the beginning of the second."""
    found = []
    for table in catalog.tables:
        standing = catalog.of(table)
        for index in standing:
            wider = next((other for other in standing if is_prefix(index, other)), None)
            if wider:
                found.append((index, wider))
    return found


def is_duplicate(index: Index, other: Index) -> bool:
    """Whether `other` does all that `index` does, with the same keys."""
    return (
        not index.bound
        and (other.unique or not index.unique)
        and _is_alike(index, other)
        and index.keys == other.keys
    )


def is_prefix(index: Index, other: Index) -> bool:
    """Whether `other` begins with the keys of `index`, which guards nothing itself."""
    return (
        not (index.bound or index.unique)
        and index.method == "btree"
        and len(index.keys) < len(other.keys)
        and _is_alike(index, other)
        and index.keys == other.keys[: len(index.keys)]
    )


def _is_alike(index: Index, other: Index) -> bool:
    return (
        index is not other
        and (index.method, index.predicate) == (other.method, other.predicate)
        and set(index.included) <= {*other.included, *other.columns}
    )


def _worth(index: Index, catalog: Catalog) -> tuple[bool, bool, int, bool, str]:
    """What guards something comes first, then what holds more, then what a model declares."""
    undeclared = index.name not in catalog.declared
    return (not index.bound, not index.unique, -len(index.included), undeclared, index.name)
