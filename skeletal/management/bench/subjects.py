"""What is asked for: people, posts and videos of the world, chosen by a fixed random seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connections

from skeletal.db.ids import compose, hour_of, milliseconds
from skeletal.errors import SetupError
from skeletal.rules import searching, trends

ASKS = 64
BATCH = 100


@dataclass(frozen=True)
class Ask:
    """The arguments of one call, for all three contenders."""

    viewer: int
    one: int = 0
    other: int = 0
    many: list[int] = field(default_factory=list)
    text: str = ""
    since: int = 0
    coldest: float = 0

    @property
    def words(self) -> str:
        """The text as a search for posts."""
        return searching.query(self.text)

    @property
    def near(self) -> str:
        """The text as a misspelt name."""
        return searching.misspelt(self.text)


@dataclass(frozen=True)
class Subjects:
    """Samples of the world's ids; `few` and `heavy` follow about 10 and 1,500 people."""

    people: list[int]
    posts: list[int]
    talked: list[int]
    videos: list[int]
    names: list[str]
    words: list[str]
    tags: list[str]
    few: int
    heavy: int
    chance: random.Random

    def asks(self, make: Callable[["Subjects", int], Ask], number: int = ASKS) -> list[Ask]:
        """Different calls, each by another viewer."""
        return [make(self, self.chance.choice(self.people)) for _ in range(number)]

    def batch(self, ids: list[int]) -> list[int]:
        """A hundred different ids."""
        return self.chance.sample(ids, min(BATCH, len(ids)))


def choose(random_seed: int = 1) -> Subjects:
    """Read the samples: twelve statements, some of them over whole tables."""
    chance = random.Random(random_seed)
    people = _column("SELECT follower_id FROM follows GROUP BY 1 HAVING count(*) BETWEEN 5 AND 60")
    if not people:
        raise SetupError("the world has no people who follow others")
    return Subjects(
        people=_sample(chance, people),
        posts=_sample(chance, _live("posts")),
        talked=_sample(chance, _column(TALKED)),
        videos=_sample(chance, _live("videos")),
        names=_column("SELECT username FROM users ORDER BY id LIMIT 200"),
        words=_column(WORDS),
        tags=_column(r"SELECT name FROM hashtags WHERE usable AND name ~ '^\w+$' ORDER BY id"),
        few=_column(FOLLOWING, [10])[0],
        heavy=_column(FOLLOWING, [1500])[0],
        chance=chance,
    )


def reader_of(followees: int) -> int:
    """An active person who follows about so many: one statement over all follows."""
    return int(_column(FOLLOWING, [followees])[0])


def since(days: int) -> int:
    """The smallest id of the last days."""
    return compose(milliseconds(datetime.now(UTC) - timedelta(days=days)), 0, 0)


def coldest() -> float:
    """The score below which nothing trends now."""
    return trends.coldest(hour_of(datetime.now(UTC)))


TALKED = """
SELECT post_id FROM comments JOIN posts ON posts.id = post_id
WHERE posts.status = 'published' AND posts.deleted_at IS NULL AND visibility = 'public'
GROUP BY 1 HAVING count(*) >= 20
"""
WORDS = """
SELECT word FROM ts_stat($$
    SELECT daira_words(daira_fold(content)) FROM posts ORDER BY id DESC LIMIT 2000
$$) ORDER BY ndoc DESC, word LIMIT 400
"""
"""Of the latest posts, the most frequent first: some stand in every third post, some in a few."""
FOLLOWING = """
SELECT follower_id FROM follows JOIN users ON users.id = follower_id AND status = 'active'
GROUP BY 1 ORDER BY abs(count(*) - %s), 1 LIMIT 1
"""


def _live(table: str) -> list[int]:
    return _column(
        f"SELECT id FROM {table} WHERE status = 'published' AND deleted_at IS NULL"
        " AND visibility = 'public'"
    )


def _column(sql: str, params: list[Any] | None = None) -> list[Any]:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, params or [])
        return [row[0] for row in cursor.fetchall()]


def _sample(chance: random.Random, ids: list[int], most: int = 4000) -> list[int]:
    return chance.sample(sorted(ids), min(most, len(ids)))
