"""The indexes that the models declare: which are missing, and how to build them online."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.apps import apps
from django.db import connections, models
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from psycopg import sql

ALIAS = "maintenance"


@dataclass(frozen=True)
class DeclaredIndex:
    """An index of a model's Meta, or one that Django gives to a foreign key."""

    model: type[models.Model]
    index: models.Index

    @property
    def name(self) -> str:
        return self.index.name


def declared_indexes() -> list[DeclaredIndex]:
    """Every index that the skeleton's models ask for; constraints build their own."""
    return [
        DeclaredIndex(model, index)
        for model in apps.get_app_config("skeletal").get_models()
        for index in (*model._meta.indexes, *_of_fields(model))
    ]


def _of_fields(model: type[models.Model]) -> Iterator[models.Index]:
    """The indexes of foreign keys, under the names that Django gives them."""
    editor = cast("Any", connections[ALIAS].schema_editor(collect_sql=True))
    for field in model._meta.local_concrete_fields:
        if editor._field_should_be_indexed(model, field):
            name = editor._create_index_name(model._meta.db_table, [field.column])
            yield models.Index(fields=[field.name], name=name)


def tables_of_others() -> list[str]:
    """The tables of Django and of other packages: their indexes are not ours to judge."""
    return [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label != "skeletal"
    ]


def index_states() -> dict[str, bool]:
    """Name of every index in the schema → whether it is valid: one query."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE c.relnamespace = 'public'::regnamespace"
        )
        return dict(cursor.fetchall())


def create_missing() -> list[str]:
    """Build each declared index that is missing, dropping it first if invalid; return their names.

    CREATE INDEX CONCURRENTLY: writers go on meanwhile. Must not run in a transaction.
    """
    states = index_states()
    wanted = [declared for declared in declared_indexes() if not states.get(declared.name, False)]
    for declared in wanted:
        if declared.name in states:
            _execute(sql.SQL("DROP INDEX CONCURRENTLY {}").format(sql.Identifier(declared.name)))
        _create(declared)
    return [declared.name for declared in wanted]


def _create(declared: DeclaredIndex) -> None:
    with cast("DatabaseSchemaEditor", connections[ALIAS].schema_editor(atomic=False)) as editor:
        cast("Any", editor).add_index(declared.model, declared.index, concurrently=True)


def _execute(statement: sql.Composed) -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement)
