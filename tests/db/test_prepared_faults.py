"""What befalls a prepared read for real: its backend dies, its statement goes, a type changes."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import FloatField

from skeletal.db.failures import unavailable
from skeletal.db.prepared import Param, handwritten
from skeletal.db.prepared.statements import Statement
from skeletal.db.transactions import execute_transaction
from skeletal.errors import Unavailable
from tests.db.kinds import Kind, standing, statement, table
from tests.db.work import Runs, retries
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("committed_db")
Change = Callable[[], object]


@pytest.fixture(autouse=True)
def kinds() -> Iterator["psycopg.Connection[Any]"]:
    with table() as owner:
        yield owner


def texts() -> Statement[tuple[Any, ...]]:
    return statement(Kind.objects.filter(big=Param("big")), "long")


def changed(owner: "psycopg.Connection[Any]", found: Statement[Any]) -> Change:
    return lambda: owner.execute("ALTER TABLE kinds ALTER long TYPE varchar(90)")


def deallocated(owner: "psycopg.Connection[Any]", found: Statement[Any]) -> Change:
    return lambda: connection.cursor().execute("DEALLOCATE ALL")


def discarded(owner: "psycopg.Connection[Any]", found: Statement[Any]) -> Change:
    return lambda: connection.cursor().execute(f"DEALLOCATE {found.name.decode()}")


STALE = pytest.mark.parametrize("becomes", [changed, deallocated, discarded])
Becomes = Callable[["psycopg.Connection[Any]", Statement[Any]], Change]


@STALE
def test_a_stale_statement_heals_unseen(kinds: "psycopg.Connection[Any]", becomes: Becomes) -> None:
    Kind.objects.create(big=1, long="a")
    found, other = texts(), texts()
    assert found.all(big=1) == other.all(big=1) == [("a",)]
    for _ in range(2):
        becomes(kinds, found)()
        for each in (found, other, found, other):
            assert each.all(big=1) == [("a",)]
        kinds.execute("ALTER TABLE kinds ALTER long TYPE text")
        assert found.all(big=1) == other.all(big=1) == [("a",)]


@STALE
def test_within_a_transaction_a_stale_statement_raises(
    kinds: "psycopg.Connection[Any]", becomes: Becomes
) -> None:
    Kind.objects.create(big=1, long="a")
    found, other = texts(), texts()
    assert found.all(big=1) == other.all(big=1) == [("a",)]
    with transaction.atomic():
        make_user()
        becomes(kinds, found)()
        with pytest.raises(DatabaseError, match=r"must not change|does not exist"):
            found.all(big=1)
        transaction.set_rollback(True)
    with transaction.atomic():
        assert found.all(big=1) == other.all(big=1) == [("a",)]


@STALE
def test_a_transaction_runs_again_once_for_all_stale_statements(
    kinds: "psycopg.Connection[Any]", becomes: Becomes
) -> None:
    Kind.objects.create(big=1, long="a")
    several = [texts() for _ in range(5)]
    assert [each.all(big=1) for each in several] == [[("a",)]] * 5
    answers: list[Any] = []

    def work(run: int) -> None:
        make_user(username=f"run {run}")
        if run == 1:
            becomes(kinds, several[0])()
        answers[:] = [each.all(big=1) for each in several]

    before = retries("prepared_statement")
    assert execute_transaction(Runs(work)) == 2
    assert answers == [[("a",)]] * 5
    assert retries("prepared_statement") == before + 1


def test_a_new_column_does_no_harm(kinds: "psycopg.Connection[Any]") -> None:
    found = texts()
    found.all(big=1)
    before = _prepared_at(found)
    kinds.execute("ALTER TABLE kinds ADD COLUMN more int NOT NULL DEFAULT 3")
    with transaction.atomic():
        assert found.all(big=1) == []
    assert _prepared_at(found) == before is not None


def test_a_column_that_is_gone_is_an_error_until_it_is_back(
    kinds: "psycopg.Connection[Any]",
) -> None:
    found = texts()
    found.all(big=1)
    kinds.execute("ALTER TABLE kinds RENAME long TO longer")
    for _ in range(2):
        with pytest.raises(DatabaseError, match=r"long does not exist"):
            found.all(big=1)
    kinds.execute("ALTER TABLE kinds RENAME longer TO long")
    assert found.all(big=1) == []


@pytest.mark.parametrize("plan", ["auto", "custom"])
def test_a_dead_backend_is_told_and_the_next_call_works(
    kill: Callable[[], None], plan: str
) -> None:
    Kind.objects.create(big=1)
    found = statement(Kind.objects.filter(big=Param("big")), "big", plan=plan)
    found.all(big=1)
    kill()
    with pytest.raises(OperationalError) as told:
        found.all(big=1)
    assert isinstance(unavailable(told.value), Unavailable)
    connection.close_if_unusable_or_obsolete()
    assert found.all(big=1) == [(1,)]


def test_a_backend_that_dies_within_a_transaction_is_told(kill: Callable[[], None]) -> None:
    found = texts()

    @transaction.atomic
    def lose() -> None:
        Kind.objects.create(big=1)
        kill()
        found.all(big=1)

    with pytest.raises(OperationalError):
        lose()
    assert found.all(big=1) == []


def test_a_transaction_whose_backend_dies_runs_again(kill: Callable[[], None]) -> None:
    found = texts()

    def work(run: int) -> None:
        Kind.objects.create(big=1, long=f"run {run}")
        if run == 1:
            kill()
        found.all(big=1)

    assert execute_transaction(Runs(work)) == 2
    assert found.all(big=1) == [("run 2",)]


def test_a_statement_that_takes_too_long_is_ended() -> None:
    sleep = handwritten(
        str,
        "SELECT pg_sleep(%(seconds)s)::text AS slept",
        [Param("seconds", FloatField())],
        name="test.sleep",
    )
    with transaction.atomic():
        connection.cursor().execute("SET LOCAL statement_timeout = '50ms'")
        with pytest.raises(OperationalError, match="statement timeout") as told:
            sleep().all(seconds=30)
        transaction.set_rollback(True)
    assert isinstance(unavailable(told.value), Unavailable)
    assert sleep().all(seconds=0) == [""]


def _prepared_at(found: Statement[Any]) -> object:
    assert found.name.decode() in standing()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT prepare_time FROM pg_prepared_statements WHERE name = %s", [found.name.decode()]
        )
        return cursor.fetchone()
