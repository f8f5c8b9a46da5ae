"""What a transaction promises whoever calls it: once, as a whole, nested or not."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    NotSupportedError,
    OperationalError,
    connection,
    transaction,
)

from skeletal.db.transactions import execute_transaction
from skeletal.models import User
from tests.db.work import REPEATABLE_READ, Runs, names
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("committed_db")


def test_it_commits_and_returns_the_answer(owner_connection: "psycopg.Connection[Any]") -> None:
    def work() -> str:
        make_user(username="written")
        return "done"

    assert execute_transaction(work) == "done"
    row = owner_connection.execute("SELECT username FROM users").fetchone()
    assert row == ("written",)


def test_hooks_fire_once_and_only_those_of_the_attempt_that_committed(
    conflict: Callable[[], None],
) -> None:
    make_user()
    fired: list[int] = []

    def work(run: int) -> None:
        transaction.on_commit(lambda: fired.append(run))
        if run == 1:
            conflict()

    execute_transaction(Runs(work))
    assert fired == [2]


def test_an_error_of_a_hook_repeats_nothing(conflict: Callable[[], None]) -> None:
    make_user()

    def hook() -> None:
        with transaction.atomic():
            conflict()

    def work(run: int) -> None:
        make_user(username=f"run {run}")
        transaction.on_commit(hook)

    runs = Runs(work)
    with pytest.raises(OperationalError):
        execute_transaction(runs)
    assert runs.count == 1
    assert "run 1" in names()


def test_a_connection_that_a_hook_loses_is_no_unknown_outcome(kill: Callable[[], None]) -> None:
    def hook() -> None:
        kill()
        User.objects.count()

    def work(run: int) -> None:
        make_user(username="stands")
        transaction.on_commit(hook)

    with pytest.raises(OperationalError):
        execute_transaction(Runs(work))
    connection.close()
    assert names() == {"stands"}


@pytest.mark.parametrize("error", [KeyError("own"), IntegrityError("own")])
def test_other_errors_are_raised_at_once(error: Exception) -> None:
    def work(run: int) -> None:
        make_user(username="undone")
        raise error

    runs = Runs(work)
    with pytest.raises(type(error), match="own"):
        execute_transaction(runs)
    assert runs.count == 1
    assert names() == set()


def test_within_a_transaction_it_is_a_savepoint() -> None:
    def fail(run: int) -> None:
        make_user(username="undone")
        raise KeyError

    inner = Runs(fail)

    def work(run: int) -> None:
        make_user(username="outer")
        with pytest.raises(KeyError):
            execute_transaction(inner)

    assert execute_transaction(Runs(work)) == 1
    assert (inner.count, names()) == (1, {"outer"})


def test_within_a_transaction_a_conflict_reruns_the_outermost(
    conflict: Callable[[], None],
) -> None:
    profile = make_user().profile
    inner = Runs(lambda run: conflict() if run == 1 else None)

    def work(run: int) -> None:
        connection.cursor().execute(REPEATABLE_READ)
        execute_transaction(inner)

    outer = Runs(work)
    execute_transaction(outer)
    assert (outer.count, inner.count) == (2, 2)
    profile.refresh_from_db()
    assert profile.bio == "Reads.o"


def test_within_a_plain_transaction_a_conflict_goes_up(conflict: Callable[[], None]) -> None:
    make_user()
    runs = Runs(lambda _: conflict())

    @transaction.atomic
    def outer() -> None:
        connection.cursor().execute(REPEATABLE_READ)
        execute_transaction(runs)

    with pytest.raises(OperationalError):
        outer()
    assert runs.count == 1


def test_a_swallowed_error_is_never_taken_for_a_commit() -> None:
    fired: list[str] = []

    def work(run: int) -> None:
        transaction.on_commit(lambda: fired.append("hook"))
        make_user(username="lost")
        with pytest.raises(DatabaseError):
            connection.cursor().execute("SELECT 1 / 0")

    runs = Runs(work)
    with pytest.raises(transaction.TransactionManagementError, match="swallowed"):
        execute_transaction(runs)
    assert (runs.count, fired, names()) == (1, [], set())


def test_a_rollback_that_was_asked_for_is_no_error() -> None:
    def work(run: int) -> None:
        make_user(username="tried")
        transaction.set_rollback(True)

    assert execute_transaction(Runs(work)) == 1
    assert names() == set()


def test_another_unsupported_feature_is_not_repeated() -> None:
    def work(run: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM users FOR UPDATE")

    runs = Runs(work)
    with pytest.raises(NotSupportedError):
        execute_transaction(runs)
    assert runs.count == 1
