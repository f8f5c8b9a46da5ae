"""`python -m tests.measure_hits`: how often the profile tier has what is asked for.

TAO's mix of reads and writes, LinkBench's skew, PEOPLE accounts, servers of its own and one
client. A read of an object is one card, a read of a range a page of 20, each person drawn by
LinkBench's shapes; writes go through `update_profile`, which voids. The tier begins empty. Prints
one JSON object for each stretch: cards looked up so far by person, and the rate within the stretch.
A copy lives for an hour: so many look-ups by person and hour keep such a rate.
"""

import csv
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from tests import servers

PEOPLE = int(os.environ.get("PEOPLE", "100000"))
STRETCHES = (0.5, 1, 2, 3, 5, 10)
"""Where each ends, in cards looked up by person."""
PAGE = 20
DATA = Path(os.environ.get("DAIRA_DATA") or servers.ROOT.parent / "shared" / "data")
MIX = DATA / "linkbench" / "tao-mix.csv"
NODE_UPDATES = 0.606
"""LinkBench's `node_update_shape`; its shapes of reads are the seed's."""
CARDS = {"obj_get": 1, "assoc_range": PAGE, "assoc_time_range": PAGE}
"""What each read of the mix asks of the tier; the others ask for edges and counts."""
WORLD = f"""
    INSERT INTO users (id, username, email, password_hash, avatar_url, verified, status, locale,
                       is_staff, is_superuser, updated_at)
    SELECT n, 'user' || n, n || '@example.com', '!', '', false, 'active', 'en', false, false, now()
    FROM generate_series(1, {PEOPLE}) AS n;
    INSERT INTO user_profiles (user_id, display_name, bio, trust_score, badges, updated_at)
    SELECT n, 'Person ' || n, '', 0, '{{}}', now() FROM generate_series(1, {PEOPLE}) AS n;
    ANALYZE users, user_profiles;
"""


def mix(path: Path) -> dict[str, float]:
    """How often each operation comes, of all."""
    with path.open() as file:
        rows = [(row["class"], row["operation"], row) for row in csv.DictReader(file)]
    share = {(kind, name): float(row["share_percent_of_class"]) / 100 for kind, name, row in rows}
    whole = {"read": share.pop(("all", "reads")), "write": share.pop(("all", "writes"))}
    return {name: whole[kind] * part for (kind, name), part in share.items()}


def people(seed: int, shape: float) -> Callable[[], int]:
    """Draws people, some far more often than others; the same ones for each shape."""
    from skeletal.management.seeding.chance import PowerLaw

    ids = list(range(1, PEOPLE + 1))
    Random(1).shuffle(ids)
    draw = PowerLaw(shape).chooser(Random(seed), PEOPLE)
    return lambda: ids[draw()]


def operations(shares: dict[str, float]) -> Iterator[str]:
    rng = Random(2)
    while True:
        yield from rng.choices(list(shares), list(shares.values()), k=1000)


class Client:
    """Asks and writes, one operation after the other."""

    def __init__(self) -> None:
        self.node, self.link, self.update = (
            people(3, 0.625),
            people(4, 0.8),
            people(5, NODE_UPDATES),
        )
        self.asked = self.written = 0

    def do(self, operation: str) -> None:
        from skeletal.actions.users import update_profile
        from skeletal.queries.users import get_multiple_users
        from skeletal.records import SYSTEM

        if cards := CARDS.get(operation, 0):
            draw = self.node if cards == 1 else self.link
            wanted = {draw() for _ in range(cards)}
            assert len(get_multiple_users(wanted, SYSTEM)) == len(wanted)
            self.asked += len(wanted)
        elif operation == "obj_update":
            self.written += 1
            update_profile(self.update(), bio=f"text {self.written}")


def main() -> None:
    import django
    import psycopg

    django.setup()
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(WORLD)
    client, todo = Client(), operations(mix(MIX))
    for end in STRETCHES:
        before, began, written = figures(), time.monotonic(), client.written
        while client.asked < end * PEOPLE:
            client.do(next(todo))
        report(end, before, time.monotonic() - began, client.written - written)


def figures() -> dict[str, float]:
    from skeletal import metrics

    return dict(metrics.cache_sums().get("profiles", {}))


def report(end: float, before: dict[str, float], seconds: float, written: int) -> None:
    now = figures()
    hits, misses = (now.get(name, 0) - before.get(name, 0) for name in ("hit", "miss"))
    shown = {
        "cards_by_person": end,
        "hit_rate": round(hits / (hits + misses), 4),
        "cards": int(hits + misses),
        "updates": written,
        "seconds": round(seconds, 1),
    }
    sys.stdout.write(json.dumps(shown) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
