"""A session of the owner's for looking at indexes: bounded in time, gone with all it made."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from skeletal.errors import SetupError, Unavailable

STATEMENT_SECONDS = 60
Connection = psycopg.Connection[Any]


@contextmanager
def session() -> Iterator[Connection]:
    """A connection of its own as the owner: what is temporary in it ends with it, even if killed.

    A statement ends after 60 s, a wait for a lock after 3 s. Raises SetupError where the role may
    not do what is asked, and Unavailable.
    """
    wrapper = cast("DatabaseWrapper", connections["maintenance"])
    parameters = wrapper.get_connection_params()
    for django_only in ("cursor_factory", "context"):
        parameters.pop(django_only, None)
    try:
        with psycopg.connect(**parameters, autocommit=True) as connection:
            connection.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
            connection.execute("SET search_path = pg_temp, public")
            connection.execute("SET plan_cache_mode = force_custom_plan")
            connection.execute("SET client_min_messages = error")
            yield connection
    except psycopg.errors.InsufficientPrivilege as error:
        raise SetupError(f"the owner's role has too few rights: {_first_line(error)}") from error
    except psycopg.errors.QueryCanceled as error:
        raise Unavailable(f"a statement took more than {STATEMENT_SECONDS} s") from error
    except psycopg.errors.LockNotAvailable as error:
        raise Unavailable("a table stayed locked for too long; try again") from error
    except psycopg.OperationalError as error:
        raise Unavailable(f"the database does not answer: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
