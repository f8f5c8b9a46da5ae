"""`python -m tests.measure_counters`: what counting costs writers, and what mending costs.

On servers of its own, with commits that reach the disk. Likes with their counters and without
alternate in one run, so that other work on the machine meets both alike. LIKES_PER_SECOND is what
is offered to one post. Prints one JSON object a line.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

Link = psycopg.Connection[Any]
Worker = subprocess.Popen[str]

PROCESSES, THREADS, FOLLOWERS, POOL = 4, 50, 8, 30
WARM = 12
"""Likes of each client before it counts: each backend has planned what its triggers do."""
RATE = float(os.environ.get("LIKES_PER_SECOND", "1500"))
SECONDS, PHASES = 8.0, 6
PEOPLE, POSTS, LIKES_OF_EACH, WRONG = 20_000, 30_000, 10, 4_001
WORLD = f"""
    INSERT INTO users (id, username, email, password_hash, avatar_url, verified, status, locale,
                       is_staff, is_superuser, updated_at)
    SELECT n, 'user' || n, n || '@example.com', '!', '', false, 'active', 'en', false, false, now()
    FROM generate_series(1, {PEOPLE}) AS n;
    INSERT INTO user_profiles (user_id, display_name, bio, trust_score, badges, updated_at)
    SELECT n, '', '', 0, '{{}}', now() FROM generate_series(1, {PEOPLE}) AS n;
    INSERT INTO posts (id, author_id, content, media_urls, hashtags, status, visibility, language,
                       updated_at)
    SELECT n, 1 + n % {PEOPLE}, repeat('a post ', 40), '{{}}', '{{}}', 'published', 'public', 'en',
           now() FROM generate_series(1, {POSTS}) AS n;
"""
LIKES = f"""
    INSERT INTO likes (user_id, likeable_type, likeable_id)
    SELECT 1 + (n * 7 + m * 911) % {PEOPLE}, 'post', n
    FROM generate_series(1001, {POSTS}) AS n, generate_series(1, {LIKES_OF_EACH}) AS m;
"""
SPOIL = """
    INSERT INTO counter_deltas (object_type, object_id, counter, delta)
    SELECT 'post', 1000 + n * 7, 'likes_count', 1 + n %% 5 FROM generate_series(1, %s) AS n
"""
INSERT = "INSERT INTO likes (user_id, likeable_type, likeable_id) VALUES (%s, 'post', %s)"


# One process of clients ----------------------------------------------------------------------


class Clients:
    """The clients of one process, each a thread: their times in s and what they raised."""

    def __init__(self, kind: str, number: int, post: int) -> None:
        self.number, self.post = number, post
        self.work = self.offer if kind == "likes" else self.follow
        self.ready = threading.Barrier(THREADS if kind == "likes" else FOLLOWERS)
        self.times: list[float] = []
        self.errors: list[str] = []

    def offer(self, place: int) -> None:
        """Like at random moments; a time runs from the moment at which the like was due."""
        chance = random.Random(self.number * 1000 + place)
        people = iter(range(1 + self.number * THREADS + place, PEOPLE, PROCESSES * THREADS))
        for _ in range(WARM):
            self.like(next(people))
        self.ready.wait()
        due = begun = time.perf_counter()
        while (due := due + chance.expovariate(RATE / PROCESSES / THREADS)) < begun + SECONDS:
            time.sleep(max(0.0, due - time.perf_counter()))
            self.like(next(people))
            self.times.append(time.perf_counter() - due)

    def like(self, person: int) -> None:
        """Like, and give the connection back to the pool, as a request does."""
        from django.db import connection

        from skeletal.actions.social import like

        like(person, "post", self.post)
        connection.close()

    def follow(self, place: int) -> None:
        """Follow and unfollow among a hundred people, as fast as it goes."""
        from skeletal.actions.social import follow_user, unfollow_user

        chance = random.Random(self.number * 1000 + place)
        self.ready.wait()
        begun = time.perf_counter()
        while (started := time.perf_counter()) < begun + SECONDS:
            one, other = chance.sample(range(1, 101), 2)
            (follow_user if chance.random() < 0.6 else unfollow_user)(one, other)
            self.times.append(time.perf_counter() - started)

    def run(self, place: int) -> None:
        from django.db import connection

        try:
            self.work(place)
        except Exception as error:
            self.errors.append(repr(error))
            self.ready.abort()
        finally:
            connection.close()

    def run_all(self) -> None:
        """Run every client to its end and print what they found."""
        threads = [threading.Thread(target=self.run, args=(n,)) for n in range(self.ready.parties)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sys.stdout.write(json.dumps({"times": self.times, "errors": self.errors}))


def clients(kind: str, number: int, post: int) -> None:
    import django

    django.setup()
    Clients(kind, number, post).run_all()


def sweeper() -> None:
    """The worker's part: fold once a second."""
    import django

    django.setup()
    from skeletal.actions.counters import sweep

    while True:
        sweep()
        time.sleep(1)


def writer(number: int) -> None:
    """Likes and unlikes of random posts, as fast as they go, until it is killed."""
    chance = random.Random(number)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as link:
        while True:
            pair = (chance.randint(1, PEOPLE), chance.randint(1001, POSTS))
            link.execute(INSERT + " ON CONFLICT DO NOTHING", pair)
            link.execute(
                "DELETE FROM likes WHERE user_id = %s AND likeable_type = 'post'"
                " AND likeable_id = %s",
                (chance.randint(1, PEOPLE), pair[1]),
            )


# The run -------------------------------------------------------------------------------------


def start(*arguments: object, **environ: str) -> Worker:
    command = [sys.executable, "-m", "tests.measure_counters", *map(str, arguments)]
    return subprocess.Popen(command, env=os.environ | environ, stdout=subprocess.PIPE, text=True)


@contextmanager
def beside(*workers: Worker) -> Iterator[None]:
    try:
        yield
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


def crowd(kind: str, argument: int) -> tuple[list[float], list[str]]:
    """Times in ms and errors of all processes of clients."""
    pool = {"DATABASE_POOL_MIN": str(POOL), "DATABASE_POOL_MAX": str(POOL)}
    pool["DATABASE_POOL_TIMEOUT"] = "60"  # all begin at once, with cold connections
    workers = [
        start("client", kind, number, argument, DAIRA_PROCESS="web", **pool)
        for number in range(PROCESSES)
    ]
    answers = [json.loads(worker.communicate()[0]) for worker in workers]
    times = [1000 * each for answer in answers for each in answer["times"]]
    errors = [error for answer in answers for error in answer["errors"]]
    if not times:
        raise RuntimeError(f"nobody could begin: {errors[0]}")
    return times, errors


def figures(times: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100)
    return {"calls": len(times), "p50_ms": round(cuts[49], 2), "p99_ms": round(cuts[98], 2)}


def switch(owner: Link, how: str) -> None:
    owner.execute(f"ALTER TABLE likes {how} TRIGGER USER")


def deadlocks(owner: Link) -> int:
    owner.execute("SELECT pg_stat_clear_snapshot()")
    row = owner.execute(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    ).fetchone()
    return int(row[0]) if row else 0


def likes_of_one_post(owner: Link) -> dict[str, Any]:
    """200 clients offer RATE likes/s to one post; every other phase without counting triggers.

    The first phase warms up and is not told.
    """
    ways: dict[str, list[float]] = {"counted": [], "bare": []}
    rounds: list[dict[str, float]] = []
    errors: list[str] = []
    crowd("likes", 1)
    for phase in range(PHASES):
        way = "counted" if phase % 2 == 0 else "bare"
        switch(owner, "ENABLE" if way == "counted" else "DISABLE")
        times, failed = crowd("likes", 2 + phase)
        ways[way] += times
        rounds.append({way: figures(times)["p99_ms"]})
        errors += failed
    switch(owner, "ENABLE")
    found = {way: figures(times) for way, times in ways.items()}
    ratio = round(found["counted"]["p99_ms"] / found["bare"]["p99_ms"], 2)
    return found | {"p99_ratio": ratio, "rounds": rounds, "errors": errors}


def follows(owner: Link) -> dict[str, Any]:
    """32 clients follow and unfollow among 100 people: three counters each."""
    before = deadlocks(owner)
    times, errors = crowd("follows", 0)
    time.sleep(1)
    return figures(times) | {
        "per_second": round(len(times) / SECONDS),
        "deadlocks": deadlocks(owner) - before,
        "errors": errors,
    }


def one_like(owner: Link, application: Link) -> dict[str, Any]:
    """Wall time of one INSERT from one client, with the counting trigger and without."""
    walls: dict[str, list[float]] = {"ENABLE": [], "DISABLE": []}
    people = iter(range(1, PEOPLE))
    for block in range(40):
        way = "ENABLE" if block % 2 == 0 else "DISABLE"
        switch(owner, way)
        application.execute(INSERT, (next(people), 900))
        started = time.perf_counter()
        for _ in range(200):
            application.execute(INSERT, (next(people), 900))
        walls[way].append((time.perf_counter() - started) / 200 * 1e6)
    switch(owner, "ENABLE")
    counted, bare = (statistics.quantiles(walls[way], n=4)[0] for way in ("ENABLE", "DISABLE"))
    ratio = round(counted / bare, 2)
    return {"counted_us": round(counted), "bare_us": round(bare), "ratio": ratio}


def compare_and_mend(owner: Link) -> dict[str, Any]:
    """WRONG counters are found and mended beside eight writers and the sweep."""
    import django

    django.setup()
    from django.db import connections

    from skeletal.actions.counters import repair, sweep
    from skeletal.queries.drift import list_drift

    owner.execute(LIKES)
    owner.execute("VACUUM ANALYZE")
    while sweep(using="maintenance", batch=10_000):
        pass
    batches: list[float] = []

    def timed(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        answer = execute(sql, params, many, context)
        batches.append((time.perf_counter() - started) * 1000)
        return answer

    def walk(work: Callable[..., Iterator[Any]]) -> dict[str, Any]:
        batches.clear()
        started = time.perf_counter()
        with connections["maintenance"].execute_wrapper(timed):
            found = len(list(work(using="maintenance")))
        return {
            "found": found,
            "seconds": round(time.perf_counter() - started, 2),
            "statements": len(batches),
            "longest_ms": round(max(batches), 1),
        }

    assert list(list_drift(using="maintenance", size=10_000)) == [], "before anything is spoiled"
    owner.execute(SPOIL, (WRONG,))
    with beside(start("sweeper"), *(start("writer", number) for number in range(8))):
        time.sleep(3)
        answer = {"verify": walk(list_drift), "repair": walk(repair), "again": walk(list_drift)}
    answer["at_rest"] = walk(list_drift)
    return answer


def main() -> None:
    from daira import embedded
    from tests import servers

    addresses = embedded.addresses(embedded.home())
    assert addresses is not None, "it needs servers of its own"
    with psycopg.connect(addresses.superuser_url, autocommit=True) as link:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            link.execute(f"ALTER SYSTEM RESET {setting}")
        link.execute("ALTER SYSTEM RESET deadlock_timeout")
        link.execute("SELECT pg_reload_conf()")
    tell("machine", {"cores": os.cpu_count(), "load": os.getloadavg()[0], "rate": RATE})
    with (
        psycopg.connect(servers.owner_url(), autocommit=True) as owner,
        psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as application,
    ):
        owner.execute(WORLD)
        owner.execute("VACUUM ANALYZE")
        tell("one_like", one_like(owner, application))
        with beside(start("sweeper")):
            tell("follows", follows(owner))
            tell("likes", likes_of_one_post(owner))
        owner.execute("DELETE FROM likes WHERE likeable_id <= 1000")
        owner.execute("UPDATE posts SET likes_count = 0 WHERE id <= 1000")
        owner.execute("DELETE FROM counter_deltas WHERE object_type = 'post' AND object_id <= 1000")
        tell("mending", compare_and_mend(owner))


def tell(name: str, figures: dict[str, Any]) -> None:
    """One line as soon as it is known."""
    sys.stdout.write(json.dumps({name: figures}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["client", kind, number, argument]:
            clients(kind, int(number), int(argument))
        case ["sweeper"]:
            sweeper()
        case ["writer", number]:
            writer(int(number))
        case _:
            main()
