"""The indexes that must stand, and how each of them fares."""

from dataclasses import dataclass

from django.apps import apps
from django.db import models

from skeletal.db.indexes import bloat, catalog, declared
from skeletal.db.indexes.catalog import Catalog, Index
from skeletal.db.indexes.rules import is_unused
from skeletal.db.indexes.session import Connection, session

BLOATED = 0.5
"""Half of it is air: a B-tree filled in no order stays near 0.3 by itself."""
BROKEN = ("missing", "invalid")


@dataclass(frozen=True)
class Wanted:
    """An index that a model asks for; one behind a constraint is known by its columns."""

    name: str
    table: str
    columns: tuple[str, ...] = ()

    def stands_as(self, index: Index) -> bool:
        if index.table != self.table:
            return False
        if not self.columns:
            return index.name == self.name
        named = [name.strip('"') for name in index.columns]
        return index.unique and not index.predicate and tuple(named) == self.columns


@dataclass(frozen=True)
class CommonIndex:
    """An index that must stand. `bloat` is the share of air, 0 to 1, where it could be told.

    `state` is `missing`, `invalid`, `bloated`, `unused` or `present`, the first that is true.
    """

    name: str
    table: str
    state: str
    kind: str
    bytes: int = 0
    scans: int = 0
    bloat: float | None = None
    bloat_source: str = ""

    @property
    def broken(self) -> bool:
        return self.state in BROKEN


def get_common_indexes() -> list[CommonIndex]:
    """Every index that models and constraints ask for, by table: six statements.

    One more for each index of 1 MB to 1 GB where pgstattuple is there. Raises SetupError or
    Unavailable.
    """
    with session() as connection:
        seen = catalog.read(connection)
        schema = bloat.reader(connection)
        return [
            _judge(connection, schema, wanted, kind, seen)
            for kind, all_wanted in (("index", wanted_indexes()), ("constraint", wanted_keys()))
            for wanted in all_wanted
        ]


def wanted_indexes() -> list[Wanted]:
    """What `create_missing` can build."""
    return [Wanted(found.name, found.model._meta.db_table) for found in declared.declared_indexes()]


def wanted_keys() -> list[Wanted]:
    """What stands behind primary keys, unique columns and unique constraints."""
    found = []
    for model in apps.get_app_config("skeletal").get_models():
        meta = model._meta
        keys: list[tuple[str, ...]] = [
            (str(field.column),) for field in meta.local_concrete_fields if _is_key(field)
        ]
        if isinstance(meta.pk, models.CompositePrimaryKey):
            keys.append(tuple(str(field.column) for field in meta.pk_fields))
        found += [Wanted(f"{meta.db_table} ({', '.join(k)})", meta.db_table, k) for k in keys]
        found += [
            Wanted(constraint.name, meta.db_table)
            for constraint in meta.constraints
            if isinstance(constraint, models.UniqueConstraint)
        ]
    return found


def _is_key(field: "models.Field[object, object]") -> bool:
    return bool(field.column) and (field.primary_key or field.unique)


def _judge(
    connection: Connection, schema: str | None, wanted: Wanted, kind: str, seen: Catalog
) -> CommonIndex:
    index = next((found for found in seen.indexes if wanted.stands_as(found)), None)
    if index is None:
        return CommonIndex(wanted.name, wanted.table, "missing", kind)
    air = bloat.bloat(connection, schema, index, seen) if index.valid else None
    share = air.share if air else None
    return CommonIndex(
        name=index.name,
        table=index.table,
        state=_state(index, share, seen),
        kind=kind,
        bytes=index.bytes,
        scans=index.scans,
        bloat=share,
        bloat_source=air.source if air else "",
    )


def _state(index: Index, share: float | None, seen: Catalog) -> str:
    if not index.valid:
        return "invalid"
    if share is not None and share >= BLOATED:
        return "bloated"
    return "unused" if is_unused(index, seen) else "present"
