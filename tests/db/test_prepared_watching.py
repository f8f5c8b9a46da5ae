"""Whoever watches statements sees a prepared read, once; whoever forbids them stops it."""

import asyncio
import unittest
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.exceptions import SynchronousOnlyOperation
from django.db import DatabaseError, connection
from django.test import SimpleTestCase
from django.test.utils import CaptureQueriesContext

from skeletal.db import monitor
from skeletal.db.prepared import BIGINT, Param, handwritten
from skeletal.db.prepared.statements import Statement
from skeletal.errors import RepeatedQuery
from skeletal.models import User
from skeletal.queries import users
from skeletal.queries.visibility import Sight
from tests.factories import make_user


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a new process: other tests may have used up the fingerprints."""
    monitor.flush()
    for name in ("_times", "_failed", "_tallies", "_by_text"):
        monkeypatch.setattr(monitor, name, {})


@pytest.fixture
def divide(db: None) -> Statement[int]:
    """A statement that can fail."""
    return handwritten(
        int, "SELECT 6 / %(by)s AS share", [Param("by", BIGINT)], name="test.divide"
    )()


@pytest.fixture
def watched(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nobody, a wrapper, or Django's log of queries looks on."""
    if request.param == "nobody":
        yield
    elif request.param == "wrapper":
        with connection.execute_wrapper(lambda execute, *call: execute(*call)):
            yield
    else:
        with CaptureQueriesContext(connection):
            yield


PATHS = pytest.mark.parametrize("watched", ["nobody", "wrapper", "log"], indirect=True)


def counted(work: Callable[[], object]) -> dict[str, tuple[float, float]]:
    """Calls and errors by fingerprint, of all that the monitor counted meanwhile."""
    before = monitor.get_metrics()["statements"]
    work()
    after = monitor.get_metrics()["statements"]
    none = {"total": 0, "errors": 0}
    grown = {
        name: tuple(after[name][each] - before.get(name, none)[each] for each in none)
        for name in after
    }
    return {name: figures for name, figures in grown.items() if figures != (0, 0)}


@PATHS
def test_the_monitor_counts_each_read_once(divide: Statement[int], watched: None) -> None:
    def work() -> None:
        assert divide.all(by=2) == divide.all(by=2) == [3]

    assert counted(work) == {"test.divide": (2, 0)}


@PATHS
def test_the_monitor_counts_an_error_once(divide: Statement[int], watched: None) -> None:
    def work() -> None:
        with pytest.raises(DatabaseError, match="division by zero"):
            divide.all(by=0)

    assert counted(work) == {"test.divide": (1, 1)}


@PATHS
def test_the_guard_sees_reads(divide: Statement[int], watched: None) -> None:
    with pytest.raises(RepeatedQuery, match=r"test\.divide was sent 3 times"), monitor.guard(2):
        assert [divide.all(by=each) for each in (1, 2, 3)] == [[6], [3], [2]]


def test_the_log_of_queries_holds_each_read_once(
    divide: Statement[int], django_assert_num_queries: Any
) -> None:
    with CaptureQueriesContext(connection) as log:
        divide.all(by=1)
        User.objects.count()
        divide.all(by=2)
    assert [each["sql"] for each in log.captured_queries][::2] == [divide.sql] * 2
    assert divide.sql == "SELECT 6 / $1::bigint AS share"
    assert float(log.captured_queries[0]["time"]) >= 0
    with django_assert_num_queries(2):
        divide.all(by=1)
        divide.all(by=1)


def test_the_log_holds_a_read_that_failed(divide: Statement[int]) -> None:
    with CaptureQueriesContext(connection) as log, pytest.raises(DatabaseError):
        divide.all(by=0)
    assert [each["sql"] for each in log.captured_queries] == [divide.sql]


def test_wrappers_run_around_a_read_in_django_s_order(divide: Statement[int]) -> None:
    seen: list[Any] = []

    def wrapper(name: str) -> Any:
        def around(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            seen.append((name, sql, len(params), many, context["connection"].alias))
            try:
                return execute(sql, params, many, context)
            finally:
                seen.append(name)

        return around

    def call(sent: Callable[[], object]) -> list[Any]:
        seen.clear()
        with (
            connection.execute_wrapper(wrapper("outer")),
            connection.execute_wrapper(wrapper("in")),
        ):
            sent()
        return [each if isinstance(each, str) else each[0] for each in seen]

    assert call(lambda: divide.all(by=2)) == ["outer", "in", "in", "outer"]
    assert seen[0] == ("outer", divide.sql, 1, False, "default")
    assert call(User.objects.exists) == ["outer", "in", "in", "outer"]


def test_a_wrapper_may_refuse(divide: Statement[int]) -> None:
    def blocker(*call: Any) -> None:
        raise PermissionError("no statement here")

    with connection.execute_wrapper(blocker), pytest.raises(PermissionError):
        divide.all(by=1)
    assert counted(lambda: divide.all(by=1)) == {"test.divide": (1, 0)}


def test_a_test_without_a_database_gets_none() -> None:
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        users.is_visible_user(1)


def test_django_s_test_without_a_database_gets_none(divide: Statement[int]) -> None:
    """Also where the connection is open already."""
    assert connection.connection is not None

    class Simple(SimpleTestCase):
        def runTest(self) -> None:
            divide.all(by=1)

    result = unittest.TestResult()
    Simple.setUpClass()
    try:
        Simple().run(result)
    finally:
        Simple.doClassCleanups()
    ((_, text),) = [*result.errors, *result.failures]
    assert "Database queries to 'default' are not allowed" in text
    assert divide.all(by=1) == [6]


def test_in_a_coroutine_it_is_refused(db: None) -> None:
    async def view() -> object:
        return users.is_visible_user(1)

    with pytest.raises(SynchronousOnlyOperation):
        asyncio.run(view())


def test_a_coroutine_reads_in_a_thread(committed_db: None) -> None:
    ids = [make_user().pk for _ in range(5)]

    def work(user: int) -> list[int]:
        try:
            return list(users.get_multiple_users([user, 0]))
        finally:
            connection.close()

    async def view() -> list[list[int]]:
        read = sync_to_async(work, thread_sensitive=False)
        return await asyncio.gather(*(read(user) for user in ids * 8))

    assert asyncio.run(view()) == [[user] for user in ids * 8]


def test_its_name_tells_the_shape(alice: User) -> None:
    def work() -> None:
        users.get_multiple_users([alice.pk], viewer_id=alice.pk)

    assert counted(work) == {f"users.cards[{Sight.PERSON}]": (1, 0)}


def test_django_s_log_has_each_read_while_it_debugs(db: None, settings: Any) -> None:
    user = make_user()
    for debugs in (True, False):
        settings.DEBUG = debugs
        connection.queries_log.clear()
        users.get_user_stats(user.pk)
        assert len(connection.queries_log) == debugs
