"""Five faults planted among sound indexes are named, and none that was not planted."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from skeletal.db.indexes import Advice, Suggestion, get_common_indexes, suggest_indexes
from skeletal.management.seeding import load, sources
from tests.conftest import fresh_databases, owner
from tests.db.indexes import workload
from tests.db.indexes.conftest import count_statements, forget_scans
from tests.management.commands import manage, start

pytestmark = pytest.mark.slow
FAULTS = {
    "hot query": "DROP INDEX idx_likes_target",
    "foreign key": "DROP INDEX idx_post_hashtags_recent",
    "duplicate": "CREATE INDEX idx_follows_again ON follows (followee_id, id DESC)",
    "overlap": "CREATE INDEX idx_comments_short ON comments (author_id)",
    "unused": "CREATE INDEX idx_posts_updated ON posts (updated_at)",
}
TEMPORARY = "SELECT count(*) FROM pg_class WHERE relpersistence = 't'"


@pytest.fixture(scope="module")
def seeded(django_db_blocker: Any) -> Iterator[Callable[[], str]]:
    """A function that clones the small world: statistics are fresh, nothing has been counted."""
    with django_db_blocker.unblock(), fresh_databases() as create:
        world = create()
        call_command("loaddata", "roles", verbosity=0)
        load(sources.choose(world="small", until="today"))
        count_statements(world)
        with owner() as database:
            database.execute("VACUUM (ANALYZE)")
            database.execute(f'REINDEX DATABASE "{world}"')  # counts of a load leave air
        yield lambda: create(world)


@pytest.fixture(scope="module")
def faulty(seeded: Callable[[], str]) -> str:
    """The name of a database with the five faults, after the workload."""
    name = seeded()
    with owner() as database:
        for statement in FAULTS.values():
            database.execute(statement)
    workload.carry_out()
    return name


@pytest.fixture(scope="module")
def advice(faulty: str) -> Advice:
    return suggest_indexes()


def test_a_sound_database_is_left_alone(seeded: Callable[[], str]) -> None:
    seeded()
    workload.carry_out()
    advice = suggest_indexes()
    assert advice.hot > 25
    assert (advice.statements, advice.notes) == (advice.hot, [])
    assert advice.suggestions == []
    assert [index for index in get_common_indexes() if index.state != "present"] == []


def test_exactly_the_five_are_named(advice: Advice) -> None:
    assert [(found.kind, found.table) for found in advice.suggestions] == [
        ("hot query", "likes"),
        ("foreign key", "post_hashtags"),
        ("duplicate", "follows"),
        ("overlap", "comments"),
        ("unused", "posts"),
    ]
    dropped = [found.index for found in advice.suggestions[2:]]
    assert dropped == ["idx_follows_again", "idx_comments_short", "idx_posts_updated"]


def test_each_comes_with_its_evidence(advice: Advice) -> None:
    for found in advice.suggestions:
        creates = found.kind in ("hot query", "foreign key")
        verb = "CREATE" if creates else "DROP"
        assert found.sql.startswith(f'{verb} INDEX CONCURRENTLY "{found.index}"')
        assert found.planned_with == "sampled values"
        assert found.sample_rows == rows(found.table)
        assert found.bytes > 8192
        assert found.statement
        if creates:
            assert found.cost_after <= found.cost_before / 2
        else:
            assert 0 < found.cost_after <= found.cost_before * 1.01
    hot = advice.suggestions[0]
    assert hot.calls == workload.LIKERS_CALLS
    assert "idx_likes_target" in hot.reason


def test_what_is_advised_helps_and_is_advised_no_more(advice: Advice, faulty: str) -> None:
    with owner() as database:
        before = cost(database)
        for found in advice.suggestions:
            database.execute(found.sql.encode())
        assert cost(database) < before / 10
        for found in advice.suggestions[:2]:
            assert found.bytes == pytest.approx(size(database, found), rel=0.1)
    forget_scans(faulty)  # an index that had a twin did nothing while the twin did it
    workload.carry_out()
    assert suggest_indexes().suggestions == []


def test_nothing_of_a_copy_is_left_however_it_ends(faulty: str) -> None:
    with owner() as database:
        database.execute("DROP INDEX IF EXISTS idx_likes_likeable_id")
        assert temporary(database) == 0
        command = start(faulty, "indexes", "--suggest")
        wait_until(lambda: temporary(database) > 0)
        command.kill()
        command.communicate()
        wait_until(lambda: temporary(database) == 0)
    told = manage(faulty, "indexes", "--suggest", "--json")
    suggestions = json.loads(told.stdout)["advice"]["suggestions"]
    assert [found["kind"] for found in suggestions] == ["hot query"]


def rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def cost(database: "psycopg.Connection[Any]") -> float:
    """The cost of the planted statement on the live table."""
    row = database.execute(
        "EXPLAIN (FORMAT JSON) SELECT user_id FROM likes WHERE likeable_type = 'post'"
        " AND likeable_id = 7 ORDER BY id DESC LIMIT 20"
    ).fetchone()
    assert row
    return float(row[0][0]["Plan"]["Total Cost"])


def size(database: "psycopg.Connection[Any]", found: Suggestion) -> int:
    row = database.execute("SELECT pg_relation_size(%s::regclass)", [found.index]).fetchone()
    assert row
    return int(row[0])


def temporary(database: "psycopg.Connection[Any]") -> int:
    row = database.execute(TEMPORARY).fetchone()
    assert row
    return int(row[0])


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)
