"""Twelve calls of each prepared read on the medium world, by ordinary people."""

from collections.abc import Callable, Hashable
from functools import cache
from typing import Any

from django.db import connection

from skeletal.db.prepared import Read
from skeletal.queries.content import trends
from skeletal.queries.visibility import Sight
from skeletal.rules import searching
from skeletal.rules.folding import fold
from tests.db.shapes import names

CALLS, BATCH = 12, 100
SHAPE: dict[str, Hashable] = {
    "sight": Sight.PERSON,
    "continued": True,
    "size": 20,
    "standing": True,
    "least": 1,
    "depth": 200,
}
"""Of each read the shape that is asked most."""
PEOPLE = "SELECT follower_id FROM follows GROUP BY 1 HAVING count(*) BETWEEN 20 AND 60"
BATCHES = {
    "users": "users",
    "posts": "posts",
    "videos": "videos",
    "windows": "posts",
    "search": "posts",
    "trends": "post_trends",
    "messages.by_id": "messages",
    "messages.takers": "conversations",
}
"""Where the ids of a batch come from, by the read or its module."""
WORDS = ("the", "desertwalk", "niletalk")


def asked(read: Read[Any], statement: Any) -> list[dict[str, Any]]:
    """The values of twelve calls."""
    return [{name: _value(read, name, n) for name in names(statement)} for n in range(CALLS)]


def _value(read: Read[Any], name: str, number: int) -> Any:
    if name == "ids":
        return list(_batch(read, number))
    return VALUES[name](number)


def _batch(read: Read[Any], number: int) -> list[int]:
    table = BATCHES.get(read.name) or BATCHES[read.name.partition(".")[0]]
    key = "post_id" if table == "post_trends" else "id"
    ids = _column(f"SELECT {key} FROM {table} ORDER BY {key} DESC LIMIT {BATCH * CALLS}")
    return ids[number::CALLS]


def _of(statement: str) -> Callable[[int], Any]:
    return lambda number: _column(f"{statement} ORDER BY 1 DESC LIMIT {CALLS}")[number]


def _constant(value: Any) -> Callable[[int], Any]:
    return lambda _: value


VALUES: dict[str, Callable[[int], Any]] = {
    "viewer": _of(PEOPLE),
    "user_id": lambda number: VALUES["viewer"]((number + 1) % CALLS),
    "follower": _of(PEOPLE),
    "followee": _of("SELECT id FROM users"),
    "blocker": _of("SELECT DISTINCT blocker_id FROM blocks"),
    "blocked": _of("SELECT DISTINCT blocked_id FROM blocks"),
    "post_id": _of("SELECT DISTINCT post_id FROM comments WHERE post_id IS NOT NULL"),
    "video_id": _of("SELECT id FROM videos"),
    "poll_id": _of("SELECT id FROM polls"),
    "message_id": _of("SELECT id FROM messages"),
    "conversation_id": _of("SELECT DISTINCT conversation_id FROM messages"),
    "after": _of("SELECT id FROM posts"),
    "before": _constant(2**63 - 1),
    "low": _constant(0),
    "mark": _constant(0),
    "version": _constant(0),
    "lineage": _constant("nobody"),
    "score": _constant(2**31),
    "since": _constant(0),
    "first": _constant(0),
    "today": lambda _: trends._today(),
    "most": _constant(100),
    "cut": _constant(20),
    "coldest": lambda _: trends._coldest(),
    "digest": _of("SELECT access_digest FROM user_sessions"),
    "query": lambda number: fold("amsakh"[number % 4 : number % 4 + 2]),
    "prefix": lambda number: ("su", "ni", "de")[number % 3],
    "wanted": lambda number: searching.misspelt(fold(("salmma", "karrim", "layyla")[number % 3])),
    "words": lambda number: searching.query(WORDS[number % 3]),
}


@cache
def _column(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]
