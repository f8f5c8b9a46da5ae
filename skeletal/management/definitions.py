"""Whether indexes, constraints and triggers are defined as the models say, in PostgreSQL's words.

Of each table an empty temporary one is made, what the model declares is built on it, and both
definitions are read back: so no text of ours has to look like one of the server's. Nothing stays.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connections, models, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

INDEXES = """
    SELECT c.relname, regexp_replace(pg_get_indexdef(c.oid), ' ON [^ ]+ ', ' ')
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indisvalid AND i.indrelid = %s::regclass
"""
CONSTRAINTS = """
    SELECT conname, regexp_replace(pg_get_constraintdef(oid), ' NOT VALID$', '')
    FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'u', 'x')
"""
BODIES = """
    SELECT tgname, prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE tgrelid = %s::regclass
"""


def differing(model: type[models.Model], indexes: list[models.Index], alias: str) -> Iterator[str]:
    """Each index and constraint of a table that has the declared name and another definition.

    Needs a table with all columns of the model.
    """
    table = model._meta.db_table
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        present = _both(cursor, f'public."{table}"')
        _build(cursor, model, indexes, alias)
        declared = _both(cursor, f'pg_temp."{table}"')
        transaction.set_rollback(True, using=alias)
    for name, definition in declared.items():
        if present.get(name, definition) != definition:
            yield f"{name} of {table} is {present[name]} instead of {definition}"


def foreign_bodies(cursor: CursorWrapper, model: type[models.Model]) -> Iterator[str]:
    """Each trigger whose function does something else than the model's says."""
    table = model._meta.db_table
    bodies = _told(cursor, BODIES, f'public."{table}"')
    for trigger in getattr(model._meta, "triggers", []):
        body = bodies.get(trigger.get_pgid(model))
        if body is not None and body not in trigger.compile(model).install_sql:
            yield f"the function of trigger {trigger.name} of {table} is not as declared"


def _build(
    cursor: CursorWrapper, model: type[models.Model], indexes: list[models.Index], alias: str
) -> None:
    """The model's table without rows, which hides the true one, with all that it declares."""
    table = sql.Identifier(model._meta.db_table)
    make = sql.SQL("CREATE TEMPORARY TABLE {table} (LIKE public.{table}) ON COMMIT DROP")
    cursor.execute(make.format(table=table))
    editor: Any = connections[alias].schema_editor(collect_sql=False)
    for part in (*indexes, *model._meta.constraints):
        cursor.execute(str(part.create_sql(model, editor)))


def _both(cursor: CursorWrapper, table: str) -> dict[str, str]:
    """Indexes and constraints by kind and name: a unique constraint is both."""
    kinds = {"index": INDEXES, "constraint": CONSTRAINTS}
    return {
        f"{kind} {name}": definition
        for kind, query in kinds.items()
        for name, definition in _told(cursor, query, table).items()
    }


def _told(cursor: CursorWrapper, query: str, table: str) -> dict[str, str]:
    cursor.execute(query, [table])
    return dict(cursor.fetchall())
