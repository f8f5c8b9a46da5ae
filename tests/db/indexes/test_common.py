"""The indexes that must stand: each state as it comes about, and the command that tells it."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.apps import apps

from skeletal.db.indexes import (
    CommonIndex,
    bloat,
    catalog,
    create_missing,
    get_common_indexes,
    rules,
)
from skeletal.db.indexes.session import session
from tests import servers
from tests.conftest import owner
from tests.factories import make_user
from tests.management.commands import manage

NAMES = "hashtags_name_key"
FILL = """
INSERT INTO hashtags (name, display_name, usable, trendable, created_at, updated_at)
SELECT to_char(n, 'FM"tag"00000'), 'Tag', n % 5 = 0, n % 3 = 0, now(), now()
FROM generate_series(1, 60000) AS n
"""


@pytest.fixture
def tables(database: str) -> "Iterator[psycopg.Connection[Any]]":
    """The owner's connection to a database of this test's own."""
    with owner() as connection:
        yield connection


def state(name: str) -> CommonIndex:
    (found,) = [index for index in get_common_indexes() if index.name == name]
    return found


def test_all_stand_in_a_migrated_database(database: str) -> None:
    found = get_common_indexes()
    assert {index.state for index in found} == {"present"}
    assert len({index.name for index in found}) == len(found)
    tables = {model._meta.db_table for model in apps.get_app_config("skeletal").get_models()}
    assert {index.table for index in found} == tables
    with owner() as connection:
        rows = connection.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(%s)",
            [list(tables)],
        ).fetchall()
    asked = {index.name for index in found}
    assert all(name.endswith("_like") for (name,) in rows if name not in asked)


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        ("DROP INDEX idx_posts_feed", "idx_posts_feed"),
        ("DROP INDEX payments_user_id_189b9948", "payments_user_id_189b9948"),
        ("ALTER TABLE blocks DROP CONSTRAINT uq_block", "uq_block"),
        ("ALTER TABLE users DROP CONSTRAINT users_email_key", "users (email)"),
    ],
)
def test_what_is_gone_is_missing(tables: "psycopg.Connection[Any]", damage: str, name: str) -> None:
    tables.execute(damage)
    assert state(name).state == "missing"
    assert [index.name for index in get_common_indexes() if index.broken] == [name]


def test_a_broken_build_is_invalid_and_built_anew(tables: "psycopg.Connection[Any]") -> None:
    make_user(username="a")
    tables.execute("DROP INDEX idx_mutes_expiry, idx_users_name, payments_user_id_189b9948")
    with pytest.raises(psycopg.errors.DivisionByZero):
        tables.execute(
            "CREATE INDEX CONCURRENTLY idx_users_name ON users ((1 / (length(username) - 1)))"
        )
    broken = {index.name: index.state for index in get_common_indexes() if index.broken}
    assert broken == {
        "idx_mutes_expiry": "missing",
        "idx_users_name": "invalid",
        "payments_user_id_189b9948": "missing",
    }
    assert set(create_missing()) == broken.keys()
    assert not [index for index in get_common_indexes() if index.broken]


def test_air_is_estimated_and_read_where_pgstattuple_is(
    tables: "psycopg.Connection[Any]", database: str
) -> None:
    tables.execute(FILL)
    tables.execute("VACUUM (ANALYZE) hashtags")
    full = state(NAMES)
    assert full.state == "present"
    tables.execute("DELETE FROM hashtags WHERE NOT usable")
    tables.execute("VACUUM (ANALYZE) hashtags")
    assert (state(NAMES).state, state(NAMES).bloat_source) == ("bloated", "statistics")
    with psycopg.connect(servers.superuser_url(database), autocommit=True) as server:
        server.execute("CREATE EXTENSION pgstattuple")
    read = state(NAMES)
    assert (read.state, read.bloat_source) == ("bloated", "pgstattuple")
    tables.execute(f"REINDEX INDEX {NAMES}")
    tables.execute("VACUUM (ANALYZE) hashtags")
    assert state(NAMES).state == "present"


def test_the_estimate_is_near_what_pgstattuple_reads(
    tables: "psycopg.Connection[Any]", database: str
) -> None:
    tables.execute(FILL)
    tables.execute("DELETE FROM hashtags WHERE NOT trendable")
    tables.execute("VACUUM (ANALYZE) hashtags")
    with psycopg.connect(servers.superuser_url(database), autocommit=True) as server:
        server.execute("CREATE EXTENSION pgstattuple")
    with session() as connection:
        seen = catalog.read(connection)
        schema = bloat.reader(connection)
        (index,) = [found for found in seen.indexes if found.name == NAMES]
        told = [bloat.bloat(connection, where, index, seen) for where in (schema, None)]
    read, estimated = filter(None, told)
    assert (read.source, estimated.source) == ("pgstattuple", "statistics")
    assert read.share == pytest.approx(2 / 3, abs=0.05)
    assert estimated.share == pytest.approx(2 / 3, abs=0.05)


def test_unused_is_what_a_thousand_scans_passed_by(tables: "psycopg.Connection[Any]") -> None:
    tables.execute(FILL)
    tables.execute("ANALYZE hashtags")
    tables.execute("CREATE INDEX idx_hashtags_usable ON hashtags (usable)")
    assert "unused" not in {index.state for index in get_common_indexes()}
    for _ in range(1000):
        tables.execute("SELECT FROM hashtags WHERE id = 5")
    tables.execute("SELECT pg_stat_force_next_flush()")
    tables.close()
    with session() as connection:
        seen = catalog.read(connection)
        unused = [index.name for index in seen.indexes if rules.is_unused(index, seen)]
    assert unused == ["idx_hashtags_name", "idx_hashtags_usable"]


@pytest.mark.slow
def test_the_command_tells_the_missing_and_builds_them(
    tables: "psycopg.Connection[Any]", database: str
) -> None:
    tables.execute("DROP INDEX idx_posts_feed")
    told = manage(database, "indexes")
    assert told.returncode == 1
    assert "idx_posts_feed" in told.stdout
    assert told.stderr.strip() == (
        "CommandError: 1 do not stand as they must: idx_posts_feed (missing);"
        " build them by `manage.py indexes create`"
    )
    as_json = manage(database, "indexes", "--json")
    states = {index["name"]: index["state"] for index in json.loads(as_json.stdout)["indexes"]}
    assert as_json.returncode == 1
    assert states["idx_posts_feed"] == "missing"
    built = manage(database, "indexes", "create")
    assert built.returncode == 0, built.stderr
    assert "built idx_posts_feed" in built.stdout
