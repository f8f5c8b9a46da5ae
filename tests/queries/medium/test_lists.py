"""On the medium world every list is read by its index, and deep pages cost what the first does."""

from typing import Any

import pytest
from django.db import connection

from skeletal.db.prepared import READS, Read
from skeletal.queries import content, feed, social, users
from skeletal.queries.content import trends
from skeletal.queries.content.search import CANDIDATES, MATCHING
from skeletal.queries.content.shared import since
from skeletal.queries.visibility import Sight
from skeletal.rules.folding import fold
from skeletal.rules.searching import misspelt, query
from tests.db.plans import nodes, plan_of, touched

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
    "notifications.heads": "idx_notifications_newest",
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
MOST_BLOCKS_OF_A_SEARCH = 3_000
OWN = ("feed.feed", "messages.messages", "notifications.heads")
"""What is a person's own: nobody else asks."""
GATHERED = ("feed.feed", "notifications.heads")
"""Each of their rows is gathered from many: their first page has a cost of its own."""
HANDED = ("windows.judged",)
"""What judges rows that it is handed: it walks nothing."""
LISTS = [read for read in READS if read._key and read.name not in HANDED]
LIST = pytest.mark.parametrize("read", LISTS, ids=lambda read: read.name)


def test_no_list_is_forgotten() -> None:
    assert {read.name for read in LISTS} == INDEXES.keys() == ROWS.keys()


@LIST
@pytest.mark.parametrize("sight", [Sight.PERSON, Sight.ANONYMOUS])
def test_a_list_walks_its_index(medium: None, read: Read[Any], sight: Sight) -> None:
    if read.name in OWN:
        sight = Sight.PERSON
    for after in (None, _deep(read, _owner(read))):
        found = list(nodes(_explain(read, sight, after)))
        assert INDEXES[read.name] in {node.get("Index Name") for node in found}
        assert not [node["Relation Name"] for node in found if node["Node Type"] == "Seq Scan"]


@LIST
def test_a_deep_page_reads_no_more_than_the_first(medium: None, read: Read[Any]) -> None:
    """Counted in blocks that are touched, which no neighbour disturbs: some ten index probes a row.

    Neighbours of the first page may lie in one block, so it alone is no measure.
    """
    first = touched(_explain(read, Sight.PERSON, None))
    deep = touched(_explain(read, Sight.PERSON, _deep(read, _owner(read))))
    if read.name not in GATHERED:
        assert first <= MOST_BLOCKS
    assert deep <= max(1.5 * first, MOST_BLOCKS), (first, deep)


@pytest.mark.parametrize(
    ("name", "shape", "values", "indexes"),
    [
        ("users.named", (20,), {"query": "am"}, {"idx_users_name", "idx_profiles_shown"}),
        ("users.near", (), {"wanted": "SALMMA"}, {"idx_users_near", "idx_profiles_near"}),
    ],
)
def test_people_are_found_by_both_names_from_their_indexes(
    medium: None, name: str, shape: tuple[Any, ...], values: dict[str, Any], indexes: set[str]
) -> None:
    read = _read(name)
    if "wanted" in values:
        values = {"wanted": misspelt(fold(values["wanted"]))}
    plan = _plan(read, (Sight.PERSON, *shape), {**values, "viewer": _viewer()})
    found = list(nodes(plan))
    assert indexes <= {node.get("Index Name") for node in found}
    assert "Seq Scan" not in {node["Node Type"] for node in found}


FREQUENT, SELDOM = "the", "summerlovers1"
BETWEEN = ("desertwalk", "niletalk", "nightstories1")
"""Words of some hundred posts: too few in the last spans of time."""


@pytest.mark.parametrize(
    "text",
    [
        FREQUENT,
        SELDOM,
        *BETWEEN,
        "zzzz",
        f"{FREQUENT} zzzz",
        f"{FREQUENT} niletalk",
        "قديم",
        "و",
        "ال",
    ],
)
def test_a_search_reads_little_for_frequent_words_and_for_rare_ones(
    medium: None, text: str
) -> None:
    """Of more than 60,000 blocks."""
    values = {"words": query(text), "before": 2**63 - 1, "most": CANDIDATES}
    assert touched(_plan(MATCHING, (), values)) <= MOST_BLOCKS_OF_A_SEARCH


@pytest.mark.parametrize("shape", [(20,), (False, 20), (True, 20)])
def test_what_a_search_found_is_read_by_key(medium: None, shape: tuple[Any, ...]) -> None:
    name = "search.newest_at_once" if len(shape) == 1 else "search.relevant"
    values = {"words": query(FREQUENT), "before": 2**63 - 1, "viewer": _viewer()}
    plan = _plan(_read(name), (Sight.PERSON, *shape), values | {"score": 1, "after": 2**63 - 1})
    assert "Seq Scan" not in {node["Node Type"] for node in nodes(plan)}
    assert touched(plan) <= 10 * CANDIDATES + MOST_BLOCKS_OF_A_SEARCH


def test_hashtags_are_found_by_the_index_of_their_names(medium: None) -> None:
    found = list(nodes(_plan(_read("search.hashtags"), (20,), {"prefix": "su"})))
    assert "idx_hashtags_name" in {node.get("Index Name") for node in found}


def _read(name: str) -> Read[Any]:
    (read,) = (read for read in READS if read.name == name)
    return read


@pytest.mark.parametrize("kind", ["post", "video"])
@pytest.mark.parametrize("sight", [Sight.PERSON, Sight.ANONYMOUS])
def test_what_trends_is_read_from_the_top_of_its_index(
    medium: None, kind: str, sight: Sight
) -> None:
    (read,) = (read for read in READS if read.name == f"trends.{kind}s")
    plan = _plan(read, (sight, 20), {"coldest": trends._coldest(), "viewer": _viewer()})
    found = list(nodes(plan))
    assert f"idx_{kind}_trends_score" in {node.get("Index Name") for node in found}
    assert "Seq Scan" not in {node["Node Type"] for node in found}
    assert touched(plan) <= MOST_BLOCKS


@pytest.mark.parametrize("days", [2, 7, 30])
def test_popular_posts_are_merged_from_the_tops_of_their_days(medium: None, days: int) -> None:
    first = since(days)
    values = {"since": first, "first": trends._day(first), "today": trends._today(), "cut": 40}
    plan = _plan(trends._most_liked, (), values)
    found = list(nodes(plan))
    assert "Merge Append" in {node["Node Type"] for node in found}
    assert "Sort" not in {node["Node Type"] for node in found}
    assert touched(plan) <= MOST_BLOCKS


def _explain(read: Read[Any], sight: Sight, after: int | None) -> Any:
    owner = _owner(read)
    values = {"viewer": _viewer_of(read, owner), "after": after}
    values |= dict.fromkeys(("user_id", "post_id", "conversation_id"), owner)
    return _plan(read, (sight, after is not None, 20), values)


def _viewer_of(read: Read[Any], owner: int) -> int:
    if read.name == "messages.messages":
        return _member(owner)
    return owner if read.name in OWN else _viewer()


def _plan(read: Any, shape: tuple[Any, ...], values: dict[str, Any]) -> Any:
    mode = "force_generic_plan" if getattr(read, "plan", "") == "generic" else "auto"
    return plan_of(read(*shape), values, mode)


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
