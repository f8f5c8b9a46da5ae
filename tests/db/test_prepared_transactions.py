"""A prepared read is part of the transaction that is open, and opens it where it comes first."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.db.models import BigIntegerField, Func

from skeletal.db.prepared import Param, Read
from skeletal.db.prepared.statements import Statement
from skeletal.models import User
from tests.db.kinds import Kind, standing, statement, table
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("committed_db")
NUMBER = Func(
    function="pg_current_xact_id",
    template="%(function)s()::text::bigint",
    output_field=BigIntegerField(),
)
"""The number of the transaction in which it is asked."""


@pytest.fixture(autouse=True)
def kinds() -> Iterator["psycopg.Connection[Any]"]:
    with table() as owner:
        yield owner


def by_number() -> Statement[tuple[Any, ...]]:
    return statement(Kind.objects.filter(big=Param("big")).order_by("pk"), "big")


def test_it_sees_what_its_transaction_wrote() -> None:
    found = by_number()
    with transaction.atomic():
        Kind.objects.create(big=1)
        assert found.all(big=1) == [(1,)]
        transaction.set_rollback(True)
    assert found.all(big=1) == []


@pytest.mark.parametrize("plan", ["auto", "custom"])
def test_as_first_statement_it_begins_the_transaction(
    plan: str, kinds: "psycopg.Connection[Any]"
) -> None:
    """Its number is that of what follows, and nothing of it stands after a rollback."""
    found = statement(Kind.objects.annotate(number=NUMBER), "number", plan=plan)
    kinds.execute("INSERT INTO kinds (big) VALUES (1)")
    with suppress(KeyError), transaction.atomic():
        first = found.all()
        assert first == found.all() == list(Kind.objects.annotate(n=NUMBER).values_list("n"))
        Kind.objects.create(big=1)
        assert kinds.execute("SELECT count(*) FROM kinds").fetchone() == (1,)
        raise KeyError
    assert connection.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert len(found.all()) == 1
    assert found.all() != first


def test_a_transaction_is_begin_its_statements_and_commit(tmp_path: Path) -> None:
    """Nothing else goes to the server: each message that waits for an answer is a round trip."""
    found = by_number()
    found.all(big=1)
    link = connection.connection.pgconn
    with (tmp_path / "wire").open("w") as wire:
        link.trace(wire.fileno())
        try:
            with transaction.atomic():
                found.all(big=1)
                found.all(big=1)
        finally:
            link.untrace()
    sent = [line.split("\t") for line in (tmp_path / "wire").read_text().splitlines()]
    asked = [words[3:] for words in sent if words[1] == "F" and words[3] in ("Query", "Sync")]
    assert [words[1].strip() for words in asked if words[0] == "Query"] == ['"BEGIN"', '"COMMIT"']
    assert len(asked) == 4


def test_a_transaction_of_another_isolation_begins_as_such() -> None:
    found = by_number()
    connection.ensure_connection()
    connection.connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
    try:
        with transaction.atomic():
            found.all(big=1)
            with connection.cursor() as cursor:
                cursor.execute("SHOW transaction_isolation")
                assert cursor.fetchone() == ("serializable",)
    finally:
        connection.connection.isolation_level = None


def test_it_reads_in_the_transaction_s_snapshot(kinds: "psycopg.Connection[Any]") -> None:
    found = by_number()
    with transaction.atomic():
        connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        assert found.all(big=1) == []
        kinds.execute("INSERT INTO kinds (big) VALUES (1)")
        assert found.all(big=1) == list(Kind.objects.values_list("big")) == []
    assert found.all(big=1) == [(1,)]


def test_outside_of_a_transaction_none_is_left_open() -> None:
    by_number().all(big=1)
    assert connection.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_without_autocommit_it_begins_a_transaction_too() -> None:
    found = by_number()
    transaction.set_autocommit(False)
    try:
        assert found.all(big=1) == []
        Kind.objects.create(big=1)
        assert found.all(big=1) == [(1,)]
        transaction.rollback()
        assert found.all(big=1) == []
        transaction.rollback()
    finally:
        transaction.set_autocommit(True)


def test_a_rollback_keeps_what_is_prepared() -> None:
    found = by_number()
    found.all(big=1)
    before = standing()
    assert found.name.decode() in before
    for _ in range(3):
        with transaction.atomic():
            Kind.objects.create(big=1)
            with suppress(KeyError), transaction.atomic():
                Kind.objects.create(big=1)
                assert found.all(big=1) == [(1,), (1,)]
                raise KeyError
            assert found.all(big=1) == [(1,)]
            transaction.set_rollback(True)
        assert standing() == before


def test_what_is_prepared_in_a_rolled_back_savepoint_stands() -> None:
    found = by_number()
    with transaction.atomic():
        with suppress(KeyError), transaction.atomic():
            found.all(big=1)
            raise KeyError
        assert found.name.decode() in standing()
        assert found.all(big=1) == []


def test_another_call_with_the_same_connection_prepares_nothing() -> None:
    found = by_number()
    found.all(big=1)
    backend, before = connection.connection.info.backend_pid, standing()
    connection.close()
    found.all(big=1)
    assert (connection.connection.info.backend_pid, standing()) == (backend, before)


def test_after_an_error_the_block_refuses_as_django_does() -> None:
    found, user = by_number(), make_user()
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            User(username=user.username, email="other@example.test", password="!").save()
        with pytest.raises(transaction.TransactionManagementError):
            found.all(big=1)
        transaction.set_rollback(True)
    assert found.all(big=1) == []


def test_in_a_failed_transaction_it_is_an_error_of_django() -> None:
    known, unknown = by_number(), by_number()
    known.all(big=1)
    with transaction.atomic():
        with suppress(Exception):
            connection.cursor().execute("SELECT 1 / 0")
        for found in (known, unknown):
            with pytest.raises(InternalError, match="aborted"):
                found.all(big=1)
        transaction.set_rollback(True)
    assert known.all(big=1) == unknown.all(big=1) == []


def test_it_runs_between_the_chunks_of_an_iterator() -> None:
    Kind.objects.bulk_create(Kind(big=number) for number in range(20))
    found = by_number()
    with transaction.atomic():
        rows = Kind.objects.order_by("big").iterator(chunk_size=3)
        assert [found.all(big=row.big) for row in rows] == [[(number,)] for number in range(20)]


def test_first_and_up_to_take_from_the_front() -> None:
    Kind.objects.bulk_create(Kind(big=1) for _ in range(5))
    found = by_number()
    assert found.first(big=1) == (1,)
    assert found.first(big=2) is None
    assert found.up_to(5, big=1) == ([(1,)] * 5, None)
    assert found.up_to(4, big=1) == ([(1,)] * 4, 1)


def test_a_read_is_compiled_once_for_each_shape() -> None:
    made: list[int] = []

    def build(size: int) -> Any:
        made.append(size)
        return Kind.objects.all()[:size]

    each: Read[int] = Read(build, int, plan="auto", paths={"": "pk"}, key="")
    assert each(1) is each(1) is not each(2)
    assert made == [1, 2]
