"""Takes chapters of the schema back, after telling what would be lost with them."""

from typing import Any

from django.core.management import call_command
from django.db import connections, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import AddField, CreateModel
from psycopg import sql

from skeletal.db import locks
from skeletal.errors import SetupError

ALIAS = "maintenance"
APP = "skeletal"
ROWS = "SELECT count(*) FROM {}"
CHANGED = "SELECT count(*) FROM {} WHERE {} IS DISTINCT FROM %s"


def roll_back(target: str, *, dry_run: bool) -> dict[str, int]:
    """Revert every migration after the one numbered `target` ("0000": all of them).

    Returns what goes: tables, each with its exact number of rows, and columns of tables that stay
    (`table.column`), each with the number of rows that hold something else than a new one would. A
    dry run changes nothing. Raises SetupError for an unknown number.
    """
    with locks.exclusive(locks.INIT):
        losses = _losses(target)
        if not dry_run:
            name = "zero" if target == "0000" else target
            call_command("migrate", APP, name, database=ALIAS, interactive=False, verbosity=0)
    return losses


def _losses(target: str) -> dict[str, int]:
    executor = MigrationExecutor(connections[ALIAS])
    keys = executor.loader.disk_migrations
    names = [name for app, name in keys if app == APP and name.startswith(f"{target}_")]
    if not names and target != "0000":
        raise SetupError(f"there is no migration numbered {target!r} to roll back to")
    plan = executor.migration_plan([(APP, names[0] if names else None)])
    state = executor.loader.project_state()
    undone = [
        operation
        for migration, backwards in plan
        if backwards and migration.app_label == APP
        for operation in migration.operations
    ]
    existing = set(connections[ALIAS].introspection.table_names())

    def table_of(name: str) -> str:
        return str(state.models[APP, name].options["db_table"])

    made = [table_of(one.name_lower) for one in undone if isinstance(one, CreateModel)]
    losses = {table: _rows(table) for table in made if table in existing}
    for one in undone:
        if isinstance(one, AddField) and (table := table_of(one.model_name_lower)) not in made:
            column = one.field.db_column or one.name
            losses[f"{table}.{column}"] = _rows(table, column, _new(one.field))
    return losses


def _new(field: "models.Field[Any, Any]") -> object:
    """What a column holds that is made anew."""
    return field.db_default if field.has_db_default() else None


def _rows(table: str, column: str = "", besides: Any = None) -> int:
    """How many rows a table has; with a column, those that hold there something else."""
    statement = CHANGED if column else ROWS
    names = [sql.Identifier(name) for name in (table, column) if name]
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*names), [besides] if column else None)
        row = cursor.fetchone()
    return int(row[0]) if row else 0
