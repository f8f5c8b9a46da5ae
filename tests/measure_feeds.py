"""`python -m tests.measure_feeds`: what a push to windows costs, and a whole fan-out.

On servers of its own. An author with 100,000 followers, whose windows hold 50 posts each. Prints
one JSON object a line: milliseconds, of the wall clock and of this process's processor.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg

FOLLOWERS, KEPT, FEW, CALLS = 100_000, 50, 609, 40
WORLD = f"""
    INSERT INTO users (id, username, email, password_hash, avatar_url, verified, status, locale,
                       is_staff, is_superuser, updated_at)
    SELECT n, 'user' || n, n || '@example.com', '!', '', false, 'active', 'en', false, false, now()
    FROM generate_series(1, {FOLLOWERS} + 2) AS n;
    INSERT INTO user_profiles (user_id, display_name, bio, trust_score, badges, updated_at)
    SELECT n, '', '', 0, '{{}}', now() FROM generate_series(1, {FOLLOWERS} + 2) AS n;
    INSERT INTO follows (follower_id, followee_id)
    SELECT n + 2, 1 FROM generate_series(1, {FOLLOWERS}) AS n;
    INSERT INTO follows (follower_id, followee_id)
    SELECT n + 2, 2 FROM generate_series(1, 20000) AS n;
"""


def main() -> None:
    from tests import servers

    with psycopg.connect(servers.owner_url(), autocommit=True) as owner:
        owner.execute(WORLD)
        owner.execute("VACUUM ANALYZE")

    import django

    django.setup()
    from django.conf import settings

    settings.FEED_PULL_FOLLOWERS = 10 * FOLLOWERS
    tell("machine", {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)})
    pushes()
    fan_outs()


def pushes() -> None:
    """A thousand windows of a thousand posts; then those of a hundred windows at a time."""
    from skeletal.cache import feeds

    feeds.mark("", 0, "")
    ids = list(range(10**18, 10**18 - 1000, -1))
    warm = list(range(3, 1003))
    fill(warm, ids)
    [used] = feeds._tier.send(lambda key: [("MEMORY", "USAGE", feeds._window(key, 3))])
    tell("a window of 1,000", {"bytes": used})
    post = iter(range(10**18 + 1, 10**18 + 10**6))
    tell("push to 1,000 warm windows", timed(lambda n: feeds.push(next(post), warm)))
    fill(range(3, FOLLOWERS + 3), ids[:KEPT])
    spread = [range(3 + n, FOLLOWERS + 3, FOLLOWERS // 1000) for n in range(CALLS)]
    over = timed(lambda n: feeds.push(next(post), spread[n % CALLS]))
    tell("push to 1,000 of 100,000 windows", over)


def fan_outs() -> None:
    """A post of each author: to 100,000 windows, and to 20,000 followers with few windows."""
    from skeletal.actions.content import publish_post
    from skeletal.actions.feeds import fan_out
    from skeletal.cache import feeds

    def whole(author: int) -> dict[str, float]:
        began, cpu = time.perf_counter(), time.process_time()
        post = publish_post(author, "to all").id
        published = time.perf_counter() - began
        began, cpu = time.perf_counter(), time.process_time()
        while not fan_out(post):
            pass
        return {
            "publish_ms": round(published * 1000, 1),
            "ms": round((time.perf_counter() - began) * 1000, 1),
            "cpu_ms": round((time.process_time() - cpu) * 1000, 1),
        }

    for _ in range(3):
        tell("fan-out to 100,000 windows", whole(1))
    gone = [reader for reader in range(3, FOLLOWERS + 3) if reader % (20_000 // FEW)]
    feeds._tier.send(lambda key: [("DEL", *(feeds._window(key, one) for one in gone))])
    for _ in range(3):
        tell("fan-out to 20,000 followers, some 600 windows", whole(2))


def fill(readers: Any, ids: list[int]) -> None:
    from skeletal.cache import feeds

    for reader in readers:
        feeds.invalidate_feed(reader)
        assert feeds.begin(reader, "t")
        assert feeds.fill(reader, "t", 1, ids, complete=False)


def timed(call: Callable[[int], object]) -> dict[str, float]:
    """The lower quartile of the calls."""
    walls, cpus = [], []
    for n in range(CALLS):
        began, cpu = time.perf_counter(), time.process_time()
        call(n)
        walls.append(time.perf_counter() - began)
        cpus.append(time.process_time() - cpu)
    quiet = {"ms": sorted(walls)[CALLS // 4], "cpu_ms": sorted(cpus)[CALLS // 4]}
    return {name: round(value * 1000, 2) for name, value in quiet.items()}


def tell(name: str, figures: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({name: figures}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
