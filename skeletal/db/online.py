"""Indexes of migrations that run beside writers and may break off."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently


class AddIndexAgain(AddIndexConcurrently):
    """Build an index beside writers, also where an earlier run broke off.

    What broke off leaves an index of this name that is not valid; it goes first.
    """

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        drop(schema_editor, self.index.name)
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class RemoveIndexAgain(RemoveIndexConcurrently):
    """Drop an index beside writers; its reverse builds it, also where that broke off before."""

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        drop(schema_editor, self.name)
        super().database_backwards(app_label, schema_editor, from_state, to_state)


def drop(schema_editor: Any, name: str) -> None:
    """Drop an index beside writers, if it is there, be it valid or not."""
    schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(name)}")
