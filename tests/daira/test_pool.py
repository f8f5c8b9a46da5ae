"""The pool's figures, its alarm, its life across a fork, and that no session state leaks."""

import logging
import os
import threading
import time
from typing import Any

import pytest
from django.db import connection, connections
from django.db.utils import OperationalError
from psycopg_pool import PoolTimeout

from skeletal.db import pool
from skeletal.db.failures import unavailable
from skeletal.errors import PoolExhausted

pytestmark = pytest.mark.usefixtures("committed_db")


def hold(
    count: int, until: threading.Event, failures: list[BaseException]
) -> list[threading.Thread]:
    """Hold `count` connections of the pool in threads until `until` is set."""

    def work() -> None:
        try:
            connection.ensure_connection()
            until.wait(20)
        except OperationalError as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def wait_for(what: str, wanted: int) -> dict[str, int]:
    for _ in range(2000):
        stats = pool.get_stats()
        if stats[what] == wanted:
            return stats
        time.sleep(0.01)
    raise AssertionError(f"{what} never was {wanted}: {stats}")


def test_the_four_figures_and_the_pool_s_own() -> None:
    connection.close()
    release, failures = threading.Event(), list[BaseException]()
    threads = hold(3, release, failures)
    wait_for("active_connections", 3)
    stats = wait_for("waiting_queue", 0)
    assert stats["total_connections"] >= 3
    assert stats["idle_connections"] == stats["total_connections"] - stats["active_connections"]
    assert {"pool_min", "pool_max", "requests_num"} <= set(stats)
    release.set()
    for thread in threads:
        thread.join()
    wait_for("active_connections", 0)
    assert failures == []


def test_the_alarm_rings_when_more_than_five_wait(caplog: pytest.LogCaptureFixture) -> None:
    connection.close()
    release, failures = threading.Event(), list[BaseException]()
    threads = hold(4 + 5, release, failures)
    wait_for("waiting_queue", 5)
    with caplog.at_level(logging.WARNING, "daira.pool"):
        pool.observe()
        assert caplog.records == [], "five may wait"
        threads += hold(1, release, failures)
        wait_for("waiting_queue", 6)
        pool.observe()
    release.set()
    for thread in threads:
        thread.join()
    assert "6 calls wait for a database connection" in caplog.text
    assert failures == []


def test_a_call_that_waits_too_long_is_a_typed_error() -> None:
    connection.close()
    release, failures = threading.Event(), list[BaseException]()
    threads = hold(4, release, failures)
    wait_for("active_connections", 4)
    late = hold(1, release, failures)
    late[0].join()
    release.set()
    for thread in threads:
        thread.join()
    assert isinstance(failures[0].__cause__, PoolTimeout)
    assert isinstance(unavailable(failures[0]), PoolExhausted)


def test_a_pool_opened_before_a_fork_serves_parent_and_children() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            os._exit(_work_in_child())
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert codes == [0, 0, 0, 0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 2")
        assert cursor.fetchone() == (2,)


def _work_in_child() -> int:
    """Run 50 queries, each with its own value, on a pool of this process's own."""
    try:
        for number in range(50):
            with connection.cursor() as cursor:
                cursor.execute("SELECT %s + pg_backend_pid() * 0", [number])
                if cursor.fetchone() != (number,):
                    return 1
            connection.close()
    except Exception:
        return 2
    return 0


def test_terminated_backends_cost_no_error(owner_connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    connection.close()
    with connections["maintenance"].cursor() as cursor:
        cursor.execute("SELECT current_database()")
        name = cursor.fetchone()[0]
    connections["maintenance"].close()
    _terminate(name)
    for _ in range(8):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.close()


def _terminate(name: str) -> None:
    """The application's own role may end its own backends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = %s AND usename = current_user AND pid <> pg_backend_pid()",
            [name],
        )
    connection.close()


def test_statements_end_at_thirty_seconds_and_maintenance_waits_three_for_a_lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('TimeZone')")
        assert cursor.fetchone() == ("30s", "UTC")
    with connections["maintenance"].cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout')"
        )
        assert cursor.fetchone() == ("0", "3s")
    connections["maintenance"].close()
