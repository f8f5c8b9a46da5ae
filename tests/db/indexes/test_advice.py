"""Advice on one table of 150,000 rows, and the ways in which there can be none."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connections

from skeletal.db.indexes import Advice, get_common_indexes, sample, suggest_indexes
from skeletal.errors import SetupError
from tests.conftest import fresh_databases, owner
from tests.db.indexes.conftest import Fresh, count_statements
from tests.management.commands import manage

ROWS = 150_000
NOTES = f"""
CREATE TABLE notes (id bigint PRIMARY KEY, owner_id bigint, kind text, score int, at timestamptz);
INSERT INTO notes SELECT n, n % 5000, CASE WHEN n % 40 = 0 THEN 'rare' ELSE 'common' END,
    hashint8(n), '2026-01-01'::timestamptz + n * interval '1 second'
FROM generate_series(1, {ROWS}) AS n;
CREATE INDEX idx_notes_rare ON notes (score) WHERE kind = 'rare';
"""
BY_OWNER = "SELECT at FROM notes WHERE owner_id = %s ORDER BY at DESC LIMIT 20"
BY_KEY = "SELECT at FROM notes WHERE id = %s"
SERVED = "SELECT id FROM notes WHERE kind = 'rare' AND id <> %s ORDER BY score LIMIT 200"
"""Its partial index serves it, which none can see who has lost the constant."""
UNTOLD = "SELECT id FROM notes WHERE at > '2027-01-01'::timestamptz - interval '1 day' AND id < %s"
"""Its constant behind `interval` is kept as `interval $2`, which is no SQL."""


@pytest.fixture(scope="module")
def notes(django_db_blocker: Any) -> Iterator[str]:
    """A database with one busy table more."""
    with django_db_blocker.unblock(), fresh_databases() as create:
        name = create()
        count_statements(name)
        with owner() as connection:
            connection.execute(NOTES.encode())
            connection.execute("VACUUM (ANALYZE) notes")
            for number in range(100):
                for statement in (BY_OWNER, BY_KEY, SERVED, UNTOLD):
                    connection.execute(statement.encode(), [number])
        yield name


@pytest.fixture(scope="module")
def advice(notes: str) -> Advice:
    return suggest_indexes()


def test_only_the_statement_without_an_index_is_told(advice: Advice) -> None:
    (found,) = advice.suggestions
    assert found.statement == BY_OWNER.replace("%s", "$1").replace("20", "$2")
    assert (found.kind, found.table, found.calls) == ("hot query", "notes", 100)
    assert found.sql.startswith('CREATE INDEX CONCURRENTLY "idx_notes_owner_id')
    assert found.cost_after < found.cost_before / 10


def test_a_statement_that_is_no_sql_without_its_constants_is_counted(advice: Advice) -> None:
    assert advice.hot - advice.statements == 1


def test_a_large_table_is_tried_on_a_hundred_thousand_rows(advice: Advice, notes: str) -> None:
    (found,) = advice.suggestions
    assert 100_000 <= found.sample_rows < ROWS
    with owner() as connection, connection.transaction(force_rollback=True):
        connection.execute(found.sql.replace("CONCURRENTLY", "").encode())
        row = connection.execute("SELECT pg_relation_size(%s)", [found.index]).fetchone()
    assert row
    assert found.bytes == pytest.approx(row[0], rel=0.1)


def test_a_copy_takes_no_more_than_its_share_of_the_disk(
    notes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "MOST_BYTES", 1 << 20)
    (found,) = suggest_indexes().suggestions
    assert found.sample_rows < 25_000


def test_nothing_is_changed(notes: str) -> None:
    with owner() as connection:
        before = relations(connection)
        suggest_indexes()
        assert relations(connection) == before


def test_when_the_time_is_over_the_rest_is_left_out(notes: str) -> None:
    advice = suggest_indexes(seconds=0)
    assert advice.suggestions == []
    assert advice.notes == ["notes: left out, the time was over"]


def test_a_closed_door_is_one_sentence(notes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    weak = str(connections["default"].settings_dict["USER"])
    monkeypatch.setitem(connections["maintenance"].settings_dict, "USER", weak)
    with pytest.raises(SetupError, match=f"GRANT pg_read_all_stats TO {weak};"):
        suggest_indexes()


def test_without_the_extension_the_command_says_what_to_do(fresh_database: Fresh) -> None:
    name = fresh_database()
    told = manage(name, "indexes", "--suggest")
    assert told.returncode == 1
    assert told.stderr.startswith("CommandError: pg_stat_statements is missing: put it into")
    assert len(told.stderr.strip().splitlines()) == 1
    assert not [index for index in get_common_indexes() if index.broken]


def test_a_duplicate_and_a_bare_key_need_no_workload(database: str) -> None:
    with owner() as connection:
        connection.execute("CREATE INDEX idx_again ON follows (followee_id, id DESC)")
        connection.execute(
            'CREATE TABLE kept (id bigint PRIMARY KEY, "By" bigint REFERENCES users)'
        )
    found = {one.kind: one for one in suggest_indexes().suggestions}
    assert found.keys() == {"duplicate", "foreign key"}
    assert found["duplicate"].sql == 'DROP INDEX CONCURRENTLY "idx_again";'
    assert found["foreign key"].sql == ('CREATE INDEX CONCURRENTLY "idx_kept_By" ON "kept" ("By");')


def relations(connection: "psycopg.Connection[Any]") -> list[Any]:
    """Every table and index, and when it last changed."""
    return connection.execute(
        "SELECT oid, relname, relfilenode, relpages FROM pg_class"
        " WHERE relname !~ '^pg_' ORDER BY 1"
    ).fetchall()
