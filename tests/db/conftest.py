"""Faults that a transaction meets: its backend dies, another transaction wins."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import (
    connection,
)

from tests.db.work import REPEATABLE_READ


@pytest.fixture
def kill(owner_connection: "psycopg.Connection[Any]") -> Callable[[], None]:
    """A function that ends the backend of this thread's connection and waits until it is gone."""

    def end() -> None:
        assert connection.connection is not None
        pid = connection.connection.info.backend_pid
        owner_connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    return end


@pytest.fixture
def conflict(owner_connection: "psycopg.Connection[Any]") -> Callable[[], None]:
    """A function whose caller's transaction has lost against another one when it returns."""

    def lose() -> None:
        with connection.cursor() as cursor:
            if not connection.savepoint_ids:
                cursor.execute(REPEATABLE_READ)
            cursor.execute("SELECT bio FROM user_profiles")
            owner_connection.execute("UPDATE user_profiles SET bio = bio || 'o'")
            cursor.execute("UPDATE user_profiles SET bio = bio || 'm'")

    return lose
