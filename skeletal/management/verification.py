"""Compares the database with what the models say and names each difference."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connections, models
from django.db.backends.utils import CursorWrapper

from skeletal.db import grants, indexes
from skeletal.db.ids import TimeOrderedIdField
from skeletal.management import definitions

ALIAS = "maintenance"
EXTENSIONS = ("pg_trgm",)
LONG_NAMES = {"varchar": "character varying", "timestamptz": "timestamp with time zone"}


def differences() -> list[str]:
    """Each table, column, constraint, index, trigger, extension, right not as declared."""
    with connections[ALIAS].cursor() as cursor:
        found = [f"extension {name} is missing" for name in missing_extensions(cursor)]
        existing = set(connections[ALIAS].introspection.table_names(cursor))
        for model in apps.get_app_config("skeletal").get_models():
            if model._meta.db_table not in existing:
                found.append(f"table {model._meta.db_table} is missing")
                continue
            found += _columns(cursor, model)
            found += _constraints(cursor, model)
            found += _triggers(cursor, model)
    found = found or list(_definitions())
    return found + list(_indexes()) + grants.wrong_rights()


def _definitions() -> Iterator[str]:
    """Only of tables that have all their columns: what is missing was told already."""
    declared = indexes.declared_indexes()
    for model in apps.get_app_config("skeletal").get_models():
        own = [one.index for one in declared if one.model is model]
        yield from definitions.differing(model, own, ALIAS)


def missing_extensions(cursor: CursorWrapper) -> list[str]:
    """The required extensions that this database lacks."""
    cursor.execute("SELECT extname FROM pg_extension")
    present = {name for (name,) in cursor.fetchall()}
    return [name for name in EXTENSIONS if name not in present]


def _columns(cursor: CursorWrapper, model: type[models.Model]) -> Iterator[str]:
    cursor.execute(
        "SELECT attname, format_type(atttypid, atttypmod), attnotnull, atthasdef FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [model._meta.db_table],
    )
    present, defaults = dict[Any, tuple[str, bool]](), set[Any]()
    for name, kind, not_null, has_default in cursor.fetchall():
        present[name] = (kind, not_null)
        defaults |= {name} if has_default else set()
    table = model._meta.db_table
    for field in model._meta.concrete_fields:
        if isinstance(field, models.CompositePrimaryKey):
            continue
        nullable = field.null or isinstance(field, models.GeneratedField)
        declared = (_type_name(field), not nullable)
        found = present.pop(field.column, None)
        if found is None:
            yield f"column {table}.{field.column} is missing"
        elif found != declared:
            yield f"column {table}.{field.column} is {_told(*found)} instead of {_told(*declared)}"
        elif _has_default(field) and field.column not in defaults:
            yield f"column {table}.{field.column} has no default"
    for name in present:
        yield f"column {table}.{name} is not in the model"


def _has_default(field: "models.Field[Any, Any]") -> bool:
    return isinstance(field, TimeOrderedIdField) or field.has_db_default()


def _type_name(field: "models.Field[Any, Any]") -> str:
    declared = str(field.db_type(connections[ALIAS]))
    word = re.match(r"\w+", declared)
    name = word[0] if word else declared
    return LONG_NAMES.get(name, name) + declared.removeprefix(name)


def _told(kind: str, not_null: bool) -> str:
    return f"{kind} NOT NULL" if not_null else kind


def _constraints(cursor: CursorWrapper, model: type[models.Model]) -> Iterator[str]:
    table = model._meta.db_table
    present = connections[ALIAS].introspection.get_constraints(cursor, table)
    cursor.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND NOT convalidated",
        [table],
    )
    invalid = {name for (name,) in cursor.fetchall()}
    for constraint in model._meta.constraints:
        if constraint.name not in present:
            yield f"constraint {constraint.name} of {table} is missing"
    for name in sorted(invalid):
        yield f"constraint {name} of {table} is not validated"
    keys = {tuple(c["columns"]) for c in present.values() if c["foreign_key"]}
    unique = {tuple(c["columns"]) for c in present.values() if c["unique"]}
    for field in model._meta.concrete_fields:
        if field.remote_field and (field.column,) not in keys:
            yield f"foreign key of {table}.{field.column} is missing"
        if field.unique and (field.column,) not in unique:
            yield f"unique key of {table}.{field.column} is missing"


def _triggers(cursor: CursorWrapper, model: type[models.Model]) -> Iterator[str]:
    table = model._meta.db_table
    for trigger in getattr(model._meta, "triggers", []):
        status, enabled = trigger.get_installation_status(model, database=ALIAS)
        if status != "INSTALLED" or not enabled:
            state = "off" if status == "INSTALLED" else status.lower()
            yield f"trigger {trigger.name} of {table} is {state}"
    yield from definitions.foreign_bodies(cursor, model)
    cursor.execute("SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = %s::regclass", [table])
    states = dict(cursor.fetchall())
    for name in getattr(model, "always_triggers", ()):
        if states.get(name) not in ("A", b"A"):
            yield f"trigger {name} of {table} does not fire always"


def _indexes() -> Iterator[str]:
    """Only invalid ones: missing ones are built in the next step of `init`."""
    declared = {found.name for found in indexes.declared_indexes()}
    for name, valid in indexes.index_states().items():
        if not valid and name not in declared:
            yield f"index {name} is invalid"
