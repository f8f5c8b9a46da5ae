"""Takes chapters of the schema back, after telling what would be lost with them."""

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import CreateModel
from psycopg import sql

from skeletal.db import locks
from skeletal.errors import SetupError

ALIAS = "maintenance"
APP = "skeletal"


def roll_back(target: str, *, dry_run: bool) -> dict[str, int]:
    """Revert every migration after the one numbered `target` ("0000": all of them).

    Returns the tables that go, each with its exact number of rows; a dry run changes nothing.
    Raises SetupError for an unknown number.
    """
    with locks.exclusive(locks.INIT):
        losses = {table: _rows(table) for table in _doomed_tables(target)}
        if not dry_run:
            name = "zero" if target == "0000" else target
            call_command("migrate", APP, name, database=ALIAS, interactive=False, verbosity=0)
    return losses


def _doomed_tables(target: str) -> list[str]:
    executor = MigrationExecutor(connections[ALIAS])
    keys = executor.loader.disk_migrations
    names = [name for app, name in keys if app == APP and name.startswith(f"{target}_")]
    if not names and target != "0000":
        raise SetupError(f"there is no migration numbered {target!r} to roll back to")
    plan = executor.migration_plan([(APP, names[0] if names else None)])
    state = executor.loader.project_state()
    existing = set(connections[ALIAS].introspection.table_names())
    doomed = [
        state.models[APP, operation.name_lower].options["db_table"]
        for migration, backwards in plan
        if backwards and migration.app_label == APP
        for operation in migration.operations
        if isinstance(operation, CreateModel)
    ]
    return [table for table in doomed if table in existing]


def _rows(table: str) -> int:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        row = cursor.fetchone()
    return int(row[0]) if row else 0
