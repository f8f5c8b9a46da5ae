"""What no session can talk the database out of: append-only rows, legs that sum to zero."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from psycopg import errors

from skeletal.db.triggers import Tally, counted_by, tallies_of
from skeletal.models import AuditLog, CounterDelta, LedgerEntry
from tests import factories as f

MODELS = list(apps.get_app_config("skeletal").get_models())
Connection = psycopg.Connection[Any]
GUARDED = {"audit_logs": ("action", "resource_type"), "ledger_entries": ("amount", "currency")}
IGNORING = (
    "SET pgtrigger.ignore = '{}'",
    "SET pgtrigger.ignore = "
    "'{ledger_entries:zero_sum,ledger_entries:append_only_rows,audit_logs:append_only_rows,"
    "zero_sum,append_only_rows,append_only_table}'",
    "SET CONSTRAINTS ALL DEFERRED",
)
LEDGER = """
    INSERT INTO ledger_entries
        (transaction_id, wallet_id, currency, amount, balance_after, sequence)
    SELECT t.id, w.id, 'EGP', leg.amount, 0, 1
    FROM transactions t, wallets w JOIN (VALUES {legs}) AS leg (shard, amount) USING (shard)
"""


@pytest.fixture
def as_owner(owner_connection: Connection) -> Iterator[Connection]:
    """The owner, in a transaction with an audit row, six wallets and two good legs."""
    with owner_connection.transaction(force_rollback=True):
        for statement in (
            "INSERT INTO audit_logs (action, resource_type, resource_id, changes)"
            " VALUES ('a', 'user', 1, '{}')",
            "INSERT INTO wallets (kind, currency, shard, balance, held, earned_total, spent_total,"
            " version, updated_at) SELECT 'fee', 'EGP', n, 0, 0, 0, 0, 0, now()"
            " FROM generate_series(1, 6) AS n",
            "INSERT INTO transactions (wallet_id, type, amount, currency, status, metadata,"
            " idempotency_key) SELECT id, 'fee', 5, 'EGP', 'posted', '{}', 'k'"
            " FROM wallets WHERE shard = 1",
            LEDGER.format(legs="(1, -5), (2, 5)"),
            "SET CONSTRAINTS ALL IMMEDIATE",
        ):
            owner_connection.execute(statement)
        yield owner_connection


def refusal(link: Connection, statement: str) -> psycopg.Error:
    with pytest.raises(psycopg.Error) as caught, link.transaction():
        link.execute(statement)
    return caught.value


def changes(table: str) -> list[str]:
    column = GUARDED[table][0]
    return [
        f"UPDATE {table} SET {column} = {column}",
        f"UPDATE {table} SET id = id WHERE id > 0",
        f"DELETE FROM {table}",
        f"TRUNCATE {table} CASCADE",
        f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET {column} ="
        f" excluded.{column}",
        f"MERGE INTO {table} USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
        f"WITH gone AS (DELETE FROM {table} RETURNING id) SELECT count(*) FROM gone",
    ]


@pytest.mark.parametrize("session", IGNORING)
@pytest.mark.parametrize("table", GUARDED)
def test_the_owner_cannot_change_what_is_append_only(
    as_owner: Connection, table: str, session: str
) -> None:
    as_owner.execute(session)
    for statement in changes(table):
        error = refusal(as_owner, statement)
        assert isinstance(error, errors.RestrictViolation), statement
        assert f"{table} is append-only" in str(error)


@pytest.mark.parametrize("session", IGNORING)
@pytest.mark.parametrize("table", GUARDED)
def test_the_application_has_no_right_to(db: None, table: str, session: str) -> None:
    f.make_audit_log()
    f.make_ledger_entry()
    with connection.cursor() as cursor:
        cursor.execute(session)
        for statement in changes(table):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(statement)


def test_no_write_of_the_orm_changes_them(db: None) -> None:
    for row in (f.make_audit_log(), f.make_ledger_entry()):
        rows = type(row)._default_manager.filter(pk=row.pk)
        for write in (row.save, row.delete, rows.delete, lambda r=rows: r.update(created_at=None)):
            with pytest.raises(DatabaseError), transaction.atomic():
                write()


def test_the_application_cannot_set_triggers_aside(db: None) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("SET session_replication_role = replica")


def test_where_the_owner_can_the_guards_fire_all_the_same(as_owner: Connection) -> None:
    try:
        with as_owner.transaction():
            as_owner.execute("SET LOCAL session_replication_role = replica")
    except errors.InsufficientPrivilege:
        return
    assert isinstance(refusal(as_owner, "DELETE FROM audit_logs"), errors.RestrictViolation)


@pytest.mark.parametrize("table", GUARDED)
def test_the_guards_fire_always_and_on_everything(db: None, table: str) -> None:
    [model] = [m for m in (AuditLog, LedgerEntry) if m._meta.db_table == table]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'A'",
            [table],
        )
        assert {name for (name,) in cursor.fetchall()} == set(model.always_triggers)


def test_append_only_tables_are_those_with_guards() -> None:
    models = apps.get_app_config("skeletal").get_models()
    found = {m._meta.db_table for m in models if getattr(m, "append_only", False)}
    assert found == set(GUARDED)


@pytest.mark.parametrize("session", IGNORING)
@pytest.mark.parametrize(
    "legs", ["(4, 5)", "(4, -5), (5, 4)", "(4, -5), (5, 5), (6, 1)", "(4, 9000000000), (5, 1)"]
)
def test_legs_that_do_not_sum_to_zero_are_refused(
    as_owner: Connection, legs: str, session: str
) -> None:
    as_owner.execute(session)
    error = refusal(as_owner, LEDGER.format(legs=legs))
    assert error.diag.constraint_name == "ledger_entries_zero_sum"


def test_one_leg_after_the_other_is_refused_even_if_they_would_sum_to_zero(db: None) -> None:
    transfer = f.make_transaction()
    for amount in (-5, 5):
        with pytest.raises(DatabaseError, match="sum to zero"), transaction.atomic():
            LedgerEntry.objects.create(
                transaction=transfer,
                wallet=f.make_wallet(),
                currency="EGP",
                amount=amount,
                balance_after=0,
                sequence=1,
            )


def test_the_sum_is_taken_in_each_currency_and_transaction(db: None) -> None:
    one, other = f.make_transaction(), f.make_transaction()
    wallets = [f.make_wallet() for _ in range(4)]

    def write(*legs: tuple[Any, int, str, int]) -> None:
        with transaction.atomic():
            LedgerEntry.objects.bulk_create(
                LedgerEntry(
                    transaction=of,
                    wallet=wallets[place],
                    currency=code,
                    amount=amount,
                    balance_after=0,
                    sequence=1,
                )
                for of, place, code, amount in legs
            )

    with pytest.raises(DatabaseError, match="sum to zero"):
        write((one, 0, "EGP", -5), (one, 1, "USD", 5))
    with pytest.raises(DatabaseError, match="sum to zero"):
        write((one, 0, "EGP", -5), (other, 1, "EGP", 5))
    write((one, 0, "EGP", -5), (one, 1, "EGP", 5), (other, 2, "USD", 7), (other, 3, "USD", -7))


def test_a_tally_reads_only_what_counts() -> None:
    sql = Tally("post", "post_id", "comments_count", "deleted_at IS NULL").differences("update")
    assert sql.count("WHERE post_id IS NOT NULL AND (deleted_at IS NULL)") == 2
    assert "sum(n)" in sql
    assert "1 AS n FROM new_rows" in sql
    assert "-1 AS n FROM old_rows" in sql


@pytest.mark.parametrize(
    ("mutable", "names"),
    [
        (False, ["count_insert", "count_delete", "no_truncate"]),
        (True, ["count_insert", "count_delete", "count_update", "no_truncate"]),
    ],
)
def test_only_what_may_change_is_counted_on_update(mutable: bool, names: list[str]) -> None:
    triggers = counted_by(Tally("platform", "1", "users_count"), mutable=mutable)
    assert [trigger.name for trigger in triggers] == names


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_what_counts_under_a_condition_is_counted_on_update(model: Any) -> None:
    triggers = {trigger.name: trigger for trigger in getattr(model._meta, "triggers", [])}
    conditional = any("deleted_at" in t.func or "status" in t.func for t in triggers.values())
    assert not conditional or "count_update" in triggers


COUNTED = [*(m for m in MODELS if any(tallies_of(m))), CounterDelta]


@pytest.mark.parametrize("model", COUNTED, ids=lambda model: model._meta.db_table)
def test_what_is_counted_cannot_be_truncated(owner_connection: Connection, model: Any) -> None:
    table = model._meta.db_table
    error = refusal(owner_connection, f"TRUNCATE {table} CASCADE")
    assert isinstance(error, errors.RestrictViolation)
    assert "is counted and cannot be truncated" in str(error)


@pytest.mark.parametrize("model", COUNTED, ids=lambda model: model._meta.db_table)
def test_the_application_may_not_even_try(db: None, model: Any) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(f"TRUNCATE {model._meta.db_table} CASCADE")
