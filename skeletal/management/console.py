"""How commands speak: a table on a terminal, plain lines elsewhere, one sentence on failure."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from django.core.management.base import CommandError
from django.db import Error as DatabaseError
from rich.console import Console
from rich.table import Table

from skeletal.db.failures import unavailable
from skeletal.errors import DairaError, SchemaDrift

PLAIN_WIDTH = 160
"""Where nobody says how wide the paper is, no column is cut."""


@contextmanager
def one_sentence() -> Iterator[None]:
    """Turn an expected failure into a CommandError: one sentence and exit code 1, no traceback."""
    try:
        yield
    except SchemaDrift as error:
        raise CommandError("\n  ".join([f"{error.message}:", *error.differences])) from error
    except DairaError as error:
        raise CommandError(error.message) from error
    except DatabaseError as error:
        raise CommandError(_told(error)) from error


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table to the terminal."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    console = Console()
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    console.print(table)


def _told(error: DatabaseError) -> str:
    cause = error.__cause__
    if isinstance(cause, psycopg.errors.InsufficientPrivilege):
        return f"the database role has too few rights: {_first_line(cause)}"
    if isinstance(cause, psycopg.errors.UndefinedTable):
        return f"the schema is not there yet, run `manage.py init`: {_first_line(cause)}"
    failure = unavailable(error)
    return (
        f"{failure.message if failure else 'the database refused'}: {_first_line(cause or error)}"
    )


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
