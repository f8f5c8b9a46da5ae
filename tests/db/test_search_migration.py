"""The migrations of search and trends go back and forth over rows, and count what they find."""

from collections.abc import Callable
from importlib import import_module

import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError, connections
from django.db.migrations.loader import MigrationLoader

from skeletal.actions.counters import sweep
from skeletal.db import grants
from skeletal.models import Hashtag
from skeletal.queries.content import search_posts
from skeletal.queries.users import search_users
from tests import servers
from tests.factories import make_hashtag, make_post, make_post_hashtag, make_user

((_, BEFORE),) = import_module("skeletal.migrations.0019_search").Migration.dependencies
MADE = """
SELECT count(*) FROM pg_proc WHERE proname IN
    ('daira_fold', 'daira_words', 'daira_near', 'daira_span', 'daira_newest_posts')
"""


@pytest.mark.slow
def test_back_and_forth_everything_is_found_and_counted(
    fresh_database: Callable[[], str],
) -> None:
    name = fresh_database()
    tag = make_hashtag(name="cat")
    make_user(username="salma")
    posts = [make_post(content="قرأتُ الكِتابَ") for _ in range(3)]
    for post in posts:
        make_post_hashtag(post=post, hashtag=tag)
    make_post_hashtag(post=make_post(visibility="private"), hashtag=tag, listed=False)
    sweep()
    for _ in range(2):
        migrate(BEFORE)
        assert made(name) == 0
        migrate()
        assert made(name) == 5
    sweep()
    assert Hashtag.objects.get().posts_count == 3
    assert [post.id for post in search_posts("كتاب").data] == [post.pk for post in posts[::-1]]
    assert [user.username for user in search_users("selma")] == ["salma"]


@pytest.mark.parametrize(
    ("migration", "done"),
    [("0017_newest_notices", 5), ("0019_search", 4)],
)
def test_what_broke_off_is_run_again(
    fresh_database: Callable[[], str], migration: str, done: int
) -> None:
    name = fresh_database()
    make_user(username="salma")
    ((_, before),) = import_module(f"skeletal.migrations.{migration}").Migration.dependencies
    migrate(before)
    break_off(migration, done)
    migrate()
    assert made(name) == 5
    assert [user.username for user in search_users("selma")] == ["salma"]


@pytest.mark.parametrize(
    ("migration", "table", "index"),
    [
        ("0017_newest_notices", "notifications", "idx_notifications_user"),
        ("0019_search", "user_profiles", "idx_profiles_name"),
        ("0021_idle_indexes", "likes", "idx_likes_user"),
        ("0021_idle_indexes", "conversations", "conversations_direct_key_61f71018_like"),
    ],
)
def test_a_way_back_that_broke_off_is_gone_again(
    fresh_database: Callable[[], str], migration: str, table: str, index: str
) -> None:
    """Who holds the table keeps the index from being built: what is left of it is not valid."""
    name = fresh_database()
    migrate(migration)
    ((_, before),) = import_module(f"skeletal.migrations.{migration}").Migration.dependencies
    with psycopg.connect(servers.environment(name)["DATABASE_OWNER_URL"]) as other:
        other.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
        with pytest.raises(OperationalError, match="lock timeout"):
            migrate(before)
    assert validity(name, index) == [(False,)]
    migrate(before)
    assert validity(name, index) == [(True,)]


def validity(name: str, index: str) -> list[tuple[bool]]:
    """Whether the index is valid, if there is one."""
    sql = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
    with psycopg.connect(servers.environment(name)["DATABASE_OWNER_URL"]) as connection:
        return connection.execute(sql, [index]).fetchall()


def break_off(name: str, done: int) -> None:
    """Run so many operations of a migration, and leave it as one that was not run."""
    connection = connections["maintenance"]
    loader = MigrationLoader(connection)
    migration = loader.get_migration("skeletal", name)
    state = loader.project_state(migration.dependencies)
    assert len(migration.operations) >= done
    with connection.schema_editor(atomic=False) as editor:
        for operation in migration.operations[:done]:
            before = state.clone()
            operation.state_forwards("skeletal", state)
            operation.database_forwards("skeletal", editor, before, state)


def migrate(*target: str) -> None:
    call_command("migrate", "skeletal", *target, database="maintenance", verbosity=0)
    grants.grant()
    for connection in connections.all():
        connection.close()


def made(name: str) -> int:
    with psycopg.connect(servers.environment(name)["DATABASE_OWNER_URL"]) as connection:
        row = connection.execute(MADE).fetchone()
    assert row is not None
    return int(row[0])
