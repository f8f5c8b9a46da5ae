"""What the application's role may do: never change, delete or truncate append-only rows."""

from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from skeletal.errors import SetupError

EVERYTHING = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
APPEND = frozenset({"SELECT", "INSERT"})
PRIVILEGES = (*sorted(EVERYTHING), "TRUNCATE")


@dataclass(frozen=True)
class Right:
    """What a role must hold on one table, no more and no less."""

    table: str
    privileges: frozenset[str]


def expected_rights() -> list[Right]:
    """One Right for each table of every installed app."""
    rights = [Right("django_migrations", frozenset({"SELECT"}))]
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            append_only = getattr(model, "append_only", False)
            rights.append(Right(model._meta.db_table, APPEND if append_only else EVERYTHING))
    return rights


def has_own_role() -> bool:
    """Whether the application connects as another role than the owner of the tables."""
    return bool(settings.DATABASES["maintenance"]["USER"] != settings.APPLICATION_ROLE)


def grant() -> None:
    """Give the application's role exactly the expected rights; repeatable.

    Does nothing where the application connects as the owner.
    """
    if not has_own_role():
        return
    role = sql.Identifier(settings.APPLICATION_ROLE)
    with connections["maintenance"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.APPLICATION_ROLE])
        if not cursor.fetchone():
            raise SetupError(f"role {settings.APPLICATION_ROLE} does not exist; create it first")
        existing = set(connections["maintenance"].introspection.table_names(cursor))
        for right in expected_rights():
            if right.table in existing and _held(cursor, right.table) != right.privileges:
                _give(cursor, right, role)
        if not _may_use_schema(cursor):
            cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
        cursor.execute(
            sql.SQL("GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {}").format(
                role
            )
        )


def wrong_rights() -> list[str]:
    """Name each table on which the application's role holds other rights than expected."""
    if not has_own_role():
        return []
    with connections["maintenance"].cursor() as cursor:
        existing = set(connections["maintenance"].introspection.table_names(cursor))
        if not _may_use_schema(cursor):
            return [f"{settings.APPLICATION_ROLE} may not use schema public"]
        return [
            f"rights of {settings.APPLICATION_ROLE} on {right.table}: "
            f"{', '.join(sorted(held)) or 'none'} instead of {', '.join(sorted(right.privileges))}"
            for right in expected_rights()
            if right.table in existing and (held := _held(cursor, right.table)) != right.privileges
        ]


def _give(cursor: CursorWrapper, right: Right, role: sql.Identifier) -> None:
    """Both statements in one transaction: a reader beside them never finds no right at all."""
    table = sql.Identifier(right.table)
    privileges = sql.SQL(", ").join(map(sql.SQL, sorted(right.privileges)))
    with transaction.atomic(using="maintenance"):
        cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(table, role))
        cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(privileges, table, role))


def _may_use_schema(cursor: CursorWrapper) -> bool:
    cursor.execute(
        "SELECT has_schema_privilege(%s, 'public', 'USAGE')", [settings.APPLICATION_ROLE]
    )
    row = cursor.fetchone()
    return bool(row and row[0])


def _held(cursor: CursorWrapper, table: str) -> frozenset[str]:
    cursor.execute(
        "SELECT p FROM unnest(%s::text[]) AS p WHERE has_table_privilege(%s, quote_ident(%s), p)",
        [list(PRIVILEGES), settings.APPLICATION_ROLE, table],
    )
    return frozenset(row[0] for row in cursor.fetchall())
