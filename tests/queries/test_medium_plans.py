"""On the medium world every list is read by its index, and deep pages cost what the first does."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from skeletal.db.prepared import READS, Read
from skeletal.management.seeding import load, sources
from skeletal.queries import content, feed, social, users
from skeletal.queries.visibility import Sight
from tests.conftest import fresh_databases

pytestmark = pytest.mark.slow
HOMES = (content, feed, social, users)
INDEXES = {
    "posts.comments": "idx_comments_post",
    "posts.public_posts": "idx_posts_public",
    "videos.public_videos": "idx_videos_public",
    "posts.user_posts": "idx_posts_feed",
    "feed.feed": "idx_posts_feed",
    "graph.followers": "idx_follows_followee",
    "graph.following": "idx_follows_follower",
    "messages.messages": "idx_messages_recent",
    "notifications.heads": "idx_notifications_user",
    "users.people": "users_pkey",
}
"""The index that each list walks."""
BUSIEST = {
    "posts.comments": "SELECT post_id FROM comments WHERE post_id IS NOT NULL",
    "posts.user_posts": "SELECT author_id FROM posts",
    "graph.followers": "SELECT followee_id FROM follows",
    "graph.following": "SELECT follower_id FROM follows",
    "feed.feed": "SELECT follower_id FROM follows",
    "messages.messages": "SELECT conversation_id FROM messages",
    "notifications.heads": "SELECT user_id FROM notifications",
}
"""Where the owner of the longest list is found."""
ROWS = {
    "posts.comments": "comments WHERE post_id = {owner}",
    "posts.public_posts": "posts WHERE visibility = 'public'",
    "videos.public_videos": "videos WHERE visibility = 'public'",
    "posts.user_posts": "posts WHERE author_id = {owner}",
    "feed.feed": "posts",
    "graph.followers": "follows WHERE followee_id = {owner}",
    "graph.following": "follows WHERE follower_id = {owner}",
    "messages.messages": "messages WHERE conversation_id = {owner}",
    "notifications.heads": "notifications WHERE user_id = {owner}",
    "users.people": "users",
}
MOST_BLOCKS = 21 * 20
OWN = ("feed.feed", "messages.messages", "notifications.heads")
"""What is a person's own: nobody else asks."""
GATHERED = ("feed.feed", "notifications.heads")
"""Each of their rows is gathered from many: their first page has a cost of its own."""
LISTS = [read for read in READS if read._key]
LIST = pytest.mark.parametrize("read", LISTS, ids=lambda read: read.name)


@pytest.fixture(scope="module")
def medium(django_db_blocker: Any) -> Iterator[None]:
    """The medium world in a database of its own."""
    with django_db_blocker.unblock(), fresh_databases() as create:
        create()
        call_command("loaddata", "roles", verbosity=0)
        load(sources.choose(world="medium", until="today"))
        yield


def test_no_list_is_forgotten() -> None:
    assert {read.name for read in LISTS} == INDEXES.keys() == ROWS.keys()


@LIST
@pytest.mark.parametrize("sight", [Sight.PERSON, Sight.ANONYMOUS])
def test_a_list_walks_its_index(medium: None, read: Read[Any], sight: Sight) -> None:
    if read.name in OWN:
        sight = Sight.PERSON
    for after in (None, _deep(read, _owner(read))):
        found = list(_nodes(_explain(read, sight, after)))
        assert INDEXES[read.name] in {node.get("Index Name") for node in found}
        assert not [node["Relation Name"] for node in found if node["Node Type"] == "Seq Scan"]


@LIST
def test_a_deep_page_reads_no_more_than_the_first(medium: None, read: Read[Any]) -> None:
    """Counted in blocks that are touched, which no neighbour disturbs: some ten index probes a row.

    Neighbours of the first page may lie in one block, so it alone is no measure.
    """
    first = _touched(_explain(read, Sight.PERSON, None))
    deep = _touched(_explain(read, Sight.PERSON, _deep(read, _owner(read))))
    if read.name not in GATHERED:
        assert first <= MOST_BLOCKS
    assert deep <= max(1.5 * first, MOST_BLOCKS), (first, deep)


def test_people_are_found_by_both_names_from_their_indexes(medium: None) -> None:
    (read,) = (read for read in READS if read.name == "users.named")
    plan = _plan(read, (Sight.PERSON, 20), {"query": "am", "viewer": _viewer()})
    found = list(_nodes(plan))
    assert {"idx_users_username", "idx_profiles_name"} <= {node.get("Index Name") for node in found}
    assert "Seq Scan" not in {node["Node Type"] for node in found}


def _explain(read: Read[Any], sight: Sight, after: int | None) -> Any:
    owner = _owner(read)
    values = {"viewer": _viewer_of(read, owner), "after": after}
    values |= dict.fromkeys(("user_id", "post_id", "conversation_id"), owner)
    return _plan(read, (sight, after is not None, 20), values)


def _viewer_of(read: Read[Any], owner: int) -> int:
    if read.name == "messages.messages":
        return _member(owner)
    return owner if read.name in OWN else _viewer()


def _plan(read: Read[Any], shape: tuple[Any, ...], values: dict[str, Any]) -> Any:
    """The plan that the statement runs by, with what it touched."""
    statement = read(*shape)
    given = [sql.Literal(values[name]) for name, _ in statement._dumps]
    mode = "force_generic_plan" if read.plan == "generic" else "auto"
    connection.ensure_connection()
    with connection.connection.cursor() as raw:
        raw.execute(f"SET plan_cache_mode = {mode}")
        raw.execute("PREPARE looked_at AS " + statement.sql)
        run: sql.Composable = sql.SQL("EXECUTE looked_at")
        if given:
            run += sql.SQL("({})").format(sql.SQL(", ").join(given))
        try:
            raw.execute(sql.SQL("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ") + run)
            row = raw.fetchone()
        finally:
            raw.execute("DEALLOCATE looked_at; RESET plan_cache_mode")
    assert row is not None
    return row[0][0]["Plan"]


def _nodes(plan: Any) -> Iterator[Any]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _touched(plan: Any) -> int:
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def _owner(read: Read[Any]) -> int:
    if read.name not in BUSIEST:
        return 0
    rows = BUSIEST[read.name]
    return _number(f"SELECT id FROM ({rows}) r(id) GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")


def _deep(read: Read[Any], owner: int) -> int:
    """The key from which the list has 25 rows left, or page 5,000 where it is longer."""
    rows = ROWS[read.name].format(owner=owner)
    way = "ASC" if read.name == "posts.comments" else "DESC"
    count = _number(f"SELECT count(*) FROM {rows}")
    place = min(100_000, max(count - 25, 0))
    return _number(f"SELECT id FROM {rows} ORDER BY id {way} OFFSET {place} LIMIT 1")


def _viewer() -> int:
    return _number("SELECT max(id) FROM users WHERE status = 'active'")


def _member(conversation: int) -> int:
    return _number(
        "SELECT max(user_id) FROM conversation_members"
        f" WHERE left_at IS NULL AND conversation_id = {conversation}"
    )


def _number(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])
