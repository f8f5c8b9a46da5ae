"""Random transactions on everything that counts, from a process of its own.

`python -m tests.faults.writers SEED FILE` writes to DATABASE_URL and appends one byte to FILE for
each transaction that ended, whichever way. `… sweep ours|wrong` folds instead. A connection that
is lost is opened anew.
"""

import os
import random
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg

Link = psycopg.Connection[Any]

PEOPLE, POSTS = 40, 60
WORLD = f"""
    INSERT INTO users (id, username, email, password_hash, avatar_url, verified, status, locale,
                       is_staff, is_superuser, updated_at)
    SELECT n, 'user' || n, n || '@example.com', '!', '', false, 'active', 'en', false, false, now()
    FROM generate_series(1, {PEOPLE}) AS n;
    INSERT INTO user_profiles (user_id, display_name, bio, trust_score, badges, updated_at)
    SELECT n, '', '', 0, '{{}}', now() FROM generate_series(1, {PEOPLE}) AS n;
    INSERT INTO posts (author_id, content, media_urls, hashtags, status, visibility, language,
                       updated_at)
    SELECT 1 + n % {PEOPLE}, 'a post', '{{}}', '{{}}', 'published', 'public', 'en', now()
    FROM generate_series(1, {POSTS}) AS n;
"""
KINDS = ("post", "comment", "user_profile", "platform")
"""What these transactions count."""
LIKE = "INSERT INTO likes (user_id, likeable_type, likeable_id)"
FOLLOW = "INSERT INTO follows (follower_id, followee_id)"
COMMENT = "comments (author_id, post_id, content, depth, status, updated_at)"
REPOST = "INSERT INTO reposts (user_id, post_id)"
NO_MATTER = "ON CONFLICT DO NOTHING"
THIRD = "FROM users WHERE id %% 3 = %(n)s %% 3"
SOME_COMMENT = "(SELECT id FROM comments OFFSET %(n)s LIMIT 1)"
POST = (
    "INSERT INTO posts (author_id, content, media_urls, hashtags, status, visibility, language,"
    " updated_at) VALUES (%(user)s, '', '{}', '{}', 'published', 'public', 'en', now())"
)
STATEMENTS: list[tuple[int, tuple[str, ...]]] = [
    (30, (f"{LIKE} VALUES (%(user)s, 'post', %(post)s) {NO_MATTER}",)),
    (14, ("DELETE FROM likes WHERE user_id = %(user)s AND likeable_id = %(post)s",)),
    (8, (f"{FOLLOW} SELECT %(user)s, %(other)s WHERE %(user)s <> %(other)s {NO_MATTER}",)),
    (5, ("DELETE FROM follows WHERE follower_id = %(user)s AND followee_id = %(other)s",)),
    (8, (f"INSERT INTO {COMMENT} VALUES (%(user)s, %(post)s, 'c', 0, 'published', now())",)),
    (4, (f"UPDATE comments SET deleted_at = now() WHERE id = {SOME_COMMENT}",)),
    (2, (f"UPDATE comments SET deleted_at = NULL WHERE id = {SOME_COMMENT}",)),
    (2, (f"UPDATE comments SET post_id = %(post)s WHERE id = {SOME_COMMENT}",)),
    (2, (f"{LIKE} SELECT %(user)s, 'comment', id FROM comments LIMIT 1 {NO_MATTER}",)),
    (5, ("UPDATE posts SET content = left(content || '.', 99) WHERE id = %(post)s",)),
    (2, ("UPDATE posts SET status = 'hidden' WHERE id = %(post)s",)),
    (2, ("UPDATE posts SET status = 'published' WHERE id = %(post)s",)),
    (2, (f"{REPOST} VALUES (%(user)s, %(post)s) {NO_MATTER}",)),
    (2, (f"{LIKE} SELECT id, 'post', %(post)s {THIRD} {NO_MATTER}",)),
    (1, (f"{FOLLOW} SELECT id, %(other)s {THIRD} AND id <> %(other)s {NO_MATTER}",)),
    (1, ("DELETE FROM likes WHERE user_id = %(user)s",)),
    (1, ("DELETE FROM comments WHERE id IN (SELECT id FROM comments ORDER BY id LIMIT 20)",)),
    (
        1,
        (
            "DELETE FROM likes WHERE likeable_type = 'post' AND likeable_id = %(cold)s",
            "DELETE FROM reposts WHERE post_id = %(cold)s",
            "DELETE FROM comments WHERE post_id = %(cold)s",
            "DELETE FROM posts WHERE id = %(cold)s",
            POST,
        ),
    ),
]
WEIGHTS = [weight for weight, _ in STATEMENTS]


class Writer:
    """One client: it knows the posts that were there when it looked last."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.posts = chance, [0]

    def values(self) -> dict[str, int]:
        cold = self.chance.choice(self.posts[1:] or self.posts)
        return {
            "user": self.chance.randint(1, PEOPLE),
            "other": self.chance.randint(1, PEOPLE),
            "post": self.posts[0] if self.chance.random() < 0.5 else cold,
            "cold": cold,
            "n": self.chance.randrange(100),
        }

    def look(self, link: Link) -> None:
        self.posts = [row[0] for row in link.execute("SELECT id FROM posts ORDER BY id")]

    def once(self, link: Link) -> None:
        """One random transaction."""
        way, values = self.chance.random(), self.values()
        if way < 0.02:
            self.copy(link, values)
        elif way < 0.08:
            self.take_back(link, values)
        else:
            _, statements = self.chance.choices(STATEMENTS, WEIGHTS)[0]
            self.run(link, statements, values)

    def run(self, link: Link, statements: tuple[str, ...], values: dict[str, int]) -> None:
        if len(statements) == 1:
            link.execute(statements[0], values)
            return
        with link.transaction():
            for statement in statements:
                link.execute(statement, values)

    def copy(self, link: Link, values: dict[str, int]) -> None:
        with link.cursor().copy(f"COPY {COMMENT} FROM STDIN") as rows:
            for _ in range(5):
                rows.write_row((values["user"], values["post"], "c", 0, "published", "now"))

    def take_back(self, link: Link, values: dict[str, int]) -> None:
        """All of it, or what came after a savepoint."""
        with link.transaction(force_rollback=self.chance.random() < 0.5):
            self.run(link, STATEMENTS[0][1], values)
            with link.transaction(force_rollback=True):
                self.run(link, STATEMENTS[4][1] + STATEMENTS[13][1], values)


def connected(work: Callable[[Link], None]) -> None:
    """Give `work` a connection again and again, until it returns."""
    while True:
        try:
            with psycopg.connect(
                os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=0
            ) as link:
                work(link)
                return
        except psycopg.OperationalError:
            time.sleep(0.1)


def write(seed: int, path: str) -> None:
    writer = Writer(random.Random(seed + time.time_ns()))
    with open(path, "ab", buffering=0) as progress:

        def forever(link: Link) -> None:
            for number in range(1 << 40):
                if number % 500 == 0:
                    writer.look(link)
                with suppress(psycopg.IntegrityError, psycopg.errors.DeadlockDetected):
                    writer.once(link)  # refused as a whole: the post is gone, or locks crossed
                progress.write(b".")

        connected(forever)


def sweep_forever(fold: str) -> None:
    """Fold without a pause."""
    import django

    django.setup()
    from django.db import Error, connections

    from skeletal.actions import counters
    from tests.faults.mutants import OF_THE_SNAPSHOT, slowed

    counters.FOLD = slowed(OF_THE_SNAPSHOT if fold == "wrong" else counters.FOLD)
    while True:
        try:
            counters.sweep(batch=200, kinds=KINDS)
            time.sleep(0.01)
        except Error:
            connections.close_all()
            time.sleep(0.1)


if __name__ == "__main__":
    if sys.argv[1] == "sweep":
        sweep_forever(sys.argv[2])
    else:
        write(int(sys.argv[1]), sys.argv[2])
