"""Databases on which indexes may be dropped and statements are counted."""

from collections.abc import Callable

import psycopg
import pytest

from tests import servers

Fresh = Callable[..., str]


def count_statements(database: str) -> None:
    """Let a database tell the statements that it was sent."""
    with psycopg.connect(servers.superuser_url(database), autocommit=True) as server:
        server.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")


def forget_scans(database: str) -> None:
    """Set the counted use of a database's tables and indexes to nothing."""
    with psycopg.connect(servers.superuser_url(database), autocommit=True) as server:
        server.execute("SELECT pg_stat_reset()")


@pytest.fixture
def database(fresh_database: Fresh) -> str:
    """The name of a migrated database without rows, whose statements are told."""
    name = fresh_database()
    count_statements(name)
    return name
