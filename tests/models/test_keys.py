"""Keys: every foreign key can be followed backwards by an index, every id is made by daira_id()."""

from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import connection

from skeletal.db.ids import TimeOrderedIdField

MODELS = list(apps.get_app_config("skeletal").get_models())
TABLES = [model._meta.db_table for model in MODELS]
BARE_KEYS = """
    SELECT key.conrelid::regclass::text, col.attname
    FROM pg_constraint key
    JOIN pg_attribute col ON col.attrelid = key.conrelid AND col.attnum = key.conkey[1]
    WHERE key.contype = 'f' AND key.conrelid::regclass::text = ANY(%s) AND NOT EXISTS (
        SELECT FROM pg_index i
        WHERE i.indrelid = key.conrelid AND i.indisvalid AND i.indkey[0] = key.conkey[1]
        AND coalesce(pg_get_expr(i.indpred, i.indrelid), '') IN (
            '', '(' || col.attname || ' IS NOT NULL)'
        )
    )
"""
FOR_LIKE = """
    SELECT i.indrelid::regclass::text || '.' || a.attname
    FROM pg_index i JOIN pg_opclass o ON o.oid = i.indclass[0]
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE o.opcname LIKE '%%pattern_ops' AND i.indrelid::regclass::text = ANY(%s)
"""
SOUGHT_BY_BEGINNING = {"users.username", "hashtags.name", "roles.name", "seeded_worlds.name"}
DEFAULTS = """
    SELECT table_name, column_default FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = ANY(%s) AND column_name = 'id'
"""


BY_NAME = {
    ("pk", "CounterDelta"),
    ("id", "PlatformTotals"),
    ("id", "FeedState"),
    ("post_id", "FeedPending"),
}


def rows(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [TABLES])
        return list(cursor.fetchall())


def test_every_foreign_key_begins_an_index_of_all_its_values(db: None) -> None:
    assert rows(BARE_KEYS) == []


def test_a_key_without_such_an_index_is_found(
    owner_connection: "psycopg.Connection[Any]",
) -> None:
    with owner_connection.transaction(force_rollback=True):
        owner_connection.execute("DROP INDEX idx_posts_feed")
        found = owner_connection.execute(BARE_KEYS, [TABLES]).fetchall()
    assert found == [("posts", "author_id")]


def test_an_index_for_like_stands_only_where_beginnings_are_sought(db: None) -> None:
    """Django gives one to every unique text column: a migration drops those that nobody uses."""
    assert {column for (column,) in rows(FOR_LIKE)} == SOUGHT_BY_BEGINNING


def test_every_id_is_made_by_the_database(db: None) -> None:
    defaults = dict(rows(DEFAULTS))
    assert defaults.pop("platform_totals") is None
    assert defaults.pop("feed_state") is None
    assert defaults == dict.fromkeys(defaults, "daira_id()")
    assert (
        len(defaults) == len(TABLES) - 12
    )  # profile, settings, vector, detail, trends, readers, authors, pending: their owner's key


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_primary_key_is_an_id_or_its_owner_s(model: Any) -> None:
    key = model._meta.pk
    named = (key.name, model.__name__)
    assert isinstance(key, TimeOrderedIdField) or key.one_to_one or named in BY_NAME
