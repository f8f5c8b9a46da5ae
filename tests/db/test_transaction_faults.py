"""A transaction heals from real deadlocks, conflicts and lost connections, and never guesses."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import (
    OperationalError,
    connection,
    transaction,
)
from psycopg_pool import PoolTimeout

from skeletal import metrics
from skeletal.db import transactions
from skeletal.db.transactions import execute_transaction
from skeletal.errors import SerializationConflict, UnknownOutcome
from skeletal.models import Role, User
from tests.db.work import Runs, in_threads, name, names, retries
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were to be made, none of them made."""
    pauses: list[float] = []
    monkeypatch.setattr(transactions.time, "sleep", pauses.append)  # type: ignore[attr-defined]
    return pauses


def test_twenty_deadlocks_are_healed() -> None:
    one, two = make_user(username="one"), make_user(username="two")
    before = retries("deadlock")
    for turn in range(20):
        both_hold = threading.Barrier(2)

        def swap(
            first: User, second: User, turn: int = turn, both: threading.Barrier = both_hold
        ) -> Runs:
            def work(run: int) -> None:
                name(first, f"{first.pk} {turn}")
                if run == 1:
                    both.wait(10)
                name(second, f"{second.pk} {turn}")

            return Runs(work)

        left, right = swap(one, two), swap(two, one)
        assert (
            in_threads(
                lambda left=left: execute_transaction(left),  # type: ignore[misc]
                lambda right=right: execute_transaction(right),  # type: ignore[misc]
            )
            == []
        )
        assert left.count + right.count > 2, "there was no deadlock"
        assert names() == {f"{one.pk} {turn}", f"{two.pk} {turn}"}
    assert retries("deadlock") >= before + 20


def test_a_serialization_failure_is_healed(conflict: Callable[[], None]) -> None:
    profile = make_user().profile
    before = retries("serialization")
    work = Runs(lambda run: conflict() if run == 1 else name(profile.user, "healed"))
    assert execute_transaction(work) == 2
    profile.refresh_from_db()
    assert (profile.bio, names()) == ("Reads.o", {"healed"})
    assert retries("serialization") == before + 1


def test_write_skew_is_refused_at_commit_and_healed() -> None:
    """Two that each count and then add one: under SERIALIZABLE one of them must look again."""
    both_counted = threading.Barrier(2)

    def add(run: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        count = Role.objects.count()
        if run == 1:
            both_counted.wait(10)
        Role.objects.create(name=f"{threading.get_ident()} counted {count}")

    runs = Runs(add), Runs(add)
    assert in_threads(*(lambda each=each: execute_transaction(each) for each in runs)) == []
    counted = [name[-1] for name in Role.objects.values_list("name", flat=True)]
    assert sorted(counted) == ["0", "1"]
    assert sum(each.count for each in runs) == 3


@pytest.mark.parametrize("written", [False, True], ids=["before the first write", "after it"])
def test_a_backend_that_dies_before_commit_is_healed(
    kill: Callable[[], None], written: bool
) -> None:
    def work(run: int) -> None:
        if written:
            make_user(username=f"run {run}")
        if run == 1:
            kill()
        make_user(username=f"again {run}")

    before = retries("connection")
    assert execute_transaction(Runs(work)) == 2
    assert names() == ({"run 2", "again 2"} if written else {"again 2"})
    assert retries("connection") == before + 1


def test_a_connection_lost_between_transactions_is_healed(kill: Callable[[], None]) -> None:
    connection.ensure_connection()
    kill()
    assert execute_transaction(Runs(lambda _: make_user(username="written"))) == 2
    assert names() == {"written"}


def test_a_connection_lost_while_committing_is_an_unknown_outcome(
    kill: Callable[[], None],
) -> None:
    fired: list[int] = []

    def work(run: int) -> None:
        transaction.on_commit(lambda: fired.append(run))
        make_user(username="perhaps")
        kill()

    runs = Runs(work)
    counter: Any = metrics.UNKNOWN_OUTCOMES
    before = counter._value.get()
    with pytest.raises(UnknownOutcome, match="look before repeating") as raised:
        execute_transaction(runs)
    assert isinstance(raised.value.__cause__, OperationalError)
    assert (runs.count, fired) == (1, [])
    assert counter._value.get() == before + 1
    assert execute_transaction(names) == set(), "and the next transaction works"


def test_a_conflict_in_every_attempt_is_told_as_one(
    conflict: Callable[[], None], no_pause: list[float]
) -> None:
    make_user()
    runs = Runs(lambda _: conflict())
    with pytest.raises(SerializationConflict) as raised:
        execute_transaction(runs)
    assert runs.count == 3
    assert (raised.value.code, raised.value.status) == ("conflict_retry", 503)
    assert isinstance(raised.value.__cause__, OperationalError)
    first, second = no_pause
    assert 0 <= first <= 0.05
    assert 0 <= second <= 0.1


def test_a_connection_lost_in_every_attempt_is_raised_as_it_came(
    kill: Callable[[], None],
) -> None:
    def work(run: int) -> None:
        kill()
        make_user(username="never")

    runs = Runs(work)
    with pytest.raises(OperationalError):
        execute_transaction(runs, attempts=2)
    assert runs.count == 2
    assert names() == set()


def test_a_loss_that_was_swallowed_is_known_and_healed(kill: Callable[[], None]) -> None:
    def work(run: int) -> None:
        if run == 1:
            kill()
            with pytest.raises(OperationalError):
                connection.cursor().execute("SELECT 1")
        else:
            make_user(username="second")

    assert execute_transaction(Runs(work)) == 2
    assert names() == {"second"}


def test_a_prepared_statement_that_changed_or_is_lost_is_healed(
    owner_connection: "psycopg.Connection[Any]",
) -> None:
    """A statement of our own name, as prepared reads have; what heals is a rerun of the whole."""
    owner_connection.execute(
        "CREATE TABLE IF NOT EXISTS shape (id int); GRANT ALL ON shape TO PUBLIC"
    )
    before = retries("prepared_statement")

    def work(run: int) -> None:
        with connection.cursor() as cursor:
            if run == 1:
                cursor.execute("PREPARE own AS SELECT * FROM shape")
                cursor.execute("EXECUTE own")
                cursor.execute("COMMIT; BEGIN")
                owner_connection.execute("ALTER TABLE shape ADD COLUMN more int")
            if run == 2:
                cursor.execute("DEALLOCATE own")
            cursor.execute("EXECUTE own" if run < 3 else "SELECT * FROM shape")

    try:
        assert execute_transaction(Runs(work)) == 3
    finally:
        owner_connection.execute("DROP TABLE shape")
    assert retries("prepared_statement") == before + 2


def test_an_exhausted_pool_is_not_waited_for_again() -> None:
    connection.close()
    release, held = threading.Event(), threading.Semaphore(0)

    def hold() -> None:
        connection.ensure_connection()
        held.release()
        release.wait(30)

    holders = [threading.Thread(target=lambda: in_threads(hold)) for _ in range(4)]
    for holder in holders:
        holder.start()
    for _ in holders:
        held.acquire(timeout=10)
    runs, before = Runs(lambda _: None), retries("connection")
    with pytest.raises(OperationalError) as raised:
        execute_transaction(runs)
    release.set()
    for holder in holders:
        holder.join()
    assert isinstance(raised.value.__cause__, PoolTimeout)
    assert (runs.count, retries("connection")) == (0, before)
