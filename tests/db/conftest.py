"""Faults that a transaction meets: its backend dies, another transaction wins."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import (
    connection,
    transaction,
)

from tests.db.work import REPEATABLE_READ
from tests.db.world import World, make_world


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """A small world of people and what they wrote, for all tests of a module; it is not changed."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            yield make_world()
            transaction.set_rollback(True)
        connection.close()


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
