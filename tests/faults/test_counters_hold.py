"""No counter drifts while clients, backends and the whole server are killed, again and again."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from daira import embedded
from tests.faults import writers
from tests.servers import ROOT

pytestmark = pytest.mark.slow

CLIENTS, SWEEPERS = 8, 4
TRANSACTIONS, SECONDS = 100_000, 900
"""How long the run is, and how long it may take: a minute or four on two quiet cores."""
COUNTS = {
    ("post", "posts", "id", "likes_count"): (
        "SELECT likeable_id FROM likes WHERE likeable_type = 'post'"
    ),
    ("post", "posts", "id", "comments_count"): (
        "SELECT post_id FROM comments WHERE status = 'published' AND deleted_at IS NULL"
    ),
    ("post", "posts", "id", "reposts_count"): "SELECT post_id FROM reposts",
    ("comment", "comments", "id", "likes_count"): (
        "SELECT likeable_id FROM likes WHERE likeable_type = 'comment'"
    ),
    ("user_profile", "user_profiles", "user_id", "posts_count"): (
        "SELECT author_id FROM posts WHERE status = 'published' AND deleted_at IS NULL"
    ),
    ("user_profile", "user_profiles", "user_id", "followers_count"): (
        "SELECT followee_id FROM follows"
    ),
    ("user_profile", "user_profiles", "user_id", "following_count"): (
        "SELECT follower_id FROM follows"
    ),
    ("platform", "platform_totals", "id", "follows_count"): "SELECT 1 FROM follows",
    ("platform", "platform_totals", "id", "posts_count"): (
        "SELECT 1 FROM posts WHERE status = 'published' AND deleted_at IS NULL"
    ),
}
"""Each counter and what it counts, said once more by hand."""
DRIFT = """
    SELECT count(*) FROM {table} AS t
    LEFT JOIN (SELECT object_id, sum(delta) AS n FROM counter_deltas
               WHERE object_type = '{kind}' AND counter = '{counter}' GROUP BY 1) AS o
           ON o.object_id = t.{key}
    LEFT JOIN (SELECT id, count(*) AS n FROM ({source}) AS s (id) GROUP BY 1) AS c ON c.id = t.{key}
    WHERE t.{counter} + coalesce(o.n, 0) <> coalesce(c.n, 0)
"""


class Site:
    """Servers of this test's own, with clients and sweepers."""

    def __init__(self, home: Path) -> None:
        self.home = home
        own = {"DATABASE_URL": "", "DATABASE_OWNER_URL": "", "REDIS_URL": "", "QUEUE_URL": ""}
        self.environ = os.environ | own | {"DAIRA_HOME": str(home)}
        self.manage("init")
        self.urls = embedded.addresses(home)
        assert self.urls is not None
        with psycopg.connect(self.urls.superuser_url, autocommit=True) as link:
            link.execute("ALTER SYSTEM SET fsync = off")  # nobody pulls the plug
            link.execute("ALTER SYSTEM SET deadlock_timeout = '20ms'")
            link.execute("SELECT pg_reload_conf()")
        with self.connect() as link:
            link.execute(writers.WORLD)
        self.clients: dict[int, subprocess.Popen[bytes]] = {}
        self.sweepers: list[subprocess.Popen[bytes]] = []

    def manage(self, *arguments: str, code: int = 0) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environ, capture_output=True, text=True)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def connect(self) -> "psycopg.Connection[Any]":
        """Connect as the owner; waits while the server recovers."""
        assert self.urls is not None
        for _ in range(300):
            try:
                return psycopg.connect(self.urls.owner_url)
            except psycopg.OperationalError:
                time.sleep(0.1)
        raise AssertionError("the server does not come back")

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        assert self.urls is not None
        command = [sys.executable, "-m", "tests.faults.writers", *arguments]
        environ = self.environ | {
            "DATABASE_URL": self.urls.database_url,
            "DATABASE_OWNER_URL": self.urls.owner_url,
        }
        with (self.home / "clients.log").open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)

    def start_client(self, number: int) -> None:
        self.clients[number] = self.start(str(number), str(self.home / f"done-{number}"))

    def start_all(self, fold: str) -> None:
        self.sweepers = [self.start("sweep", fold) for _ in range(SWEEPERS)]
        for number in range(CLIENTS):
            self.start_client(number)

    def stop_all(self) -> None:
        for process in (*self.clients.values(), *self.sweepers):
            end(process)
        self.clients, self.sweepers = {}, []

    def done(self) -> int:
        """Transactions that ended, of all clients that ever were."""
        return sum(path.stat().st_size for path in self.home.glob("done-*"))

    def drift(self) -> dict[str, int]:
        """How many values of each counter are wrong; each counter in one snapshot."""
        found = {}
        with self.connect() as link:
            for (kind, table, key, counter), source in COUNTS.items():
                sql = DRIFT.format(kind=kind, table=table, key=key, counter=counter, source=source)
                row = link.execute(sql).fetchone()
                if row and row[0]:
                    found[f"{kind} {counter}"] = row[0]
        return found

    # Faults ----------------------------------------------------------------------------

    def kill_clients(self) -> None:
        for number in list(self.clients)[:3]:
            end(self.clients.pop(number))
            self.start_client(number)

    def kill_a_sweeper(self) -> None:
        end(self.sweepers.pop(0))
        self.sweepers.append(self.start("sweep", "ours"))

    def kill_a_backend(self) -> None:
        """PostgreSQL answers by ending all others and recovering from its log."""
        with self.connect() as link:
            row = link.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
                " AND pid <> pg_backend_pid() AND state <> 'idle' LIMIT 1"
            ).fetchone()
        if row:
            os.kill(row[0], signal.SIGKILL)

    def kill_the_server(self) -> None:
        [server] = [found for found in embedded.status(self.home) if found.name == "postgres"]
        assert server.pid
        os.kill(server.pid, signal.SIGKILL)
        time.sleep(0.5)
        embedded.ensure({"DAIRA_HOME": str(self.home)})


def end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


@pytest.fixture
def site() -> Iterator[Site]:
    home = Path(tempfile.mkdtemp(prefix="daira-count-"))
    made: list[Site] = []
    try:
        made.append(Site(home))
        yield made[0]
    finally:
        for each in made:
            each.stop_all()
        embedded.stop(home)
        shutil.rmtree(home, ignore_errors=True)


def test_nothing_drifts_whoever_is_killed(
    site: Site, record_property: Callable[[str, object], None]
) -> None:
    faults = [site.kill_clients, site.kill_a_backend, site.kill_a_sweeper, site.kill_the_server]
    faults[1:1] = faults[3:3] = [site.kill_clients]
    site.start_all("ours")
    started, checks, struck = time.monotonic(), 0, 0
    while site.done() < TRANSACTIONS or struck < len(faults):
        assert time.monotonic() - started < SECONDS, f"only {site.done()} transactions"
        for _ in range(3):
            time.sleep(2)
            assert site.drift() == {}
            checks += 1
        faults[struck % len(faults)]()
        struck += 1
    site.stop_all()
    done = site.done()
    seconds = time.monotonic() - started
    shown = (
        f"{done} transactions in {seconds:.0f} s, {struck} faults, {checks + 1} checks: no drift"
    )
    record_property("shown", shown)
    assert site.drift() == {}
    assert json.loads(site.manage("counters", "verify", "--json"))["wrong"] == []
    site.manage("counters", "sweep")
    assert json.loads(site.manage("counters", "status", "--json"))["open"] == 0
    assert site.drift() == {}


def test_a_fold_of_the_snapshot_is_found_and_repaired(
    site: Site, record_property: Callable[[str, object], None]
) -> None:
    """The same run with sums of what the statement read: the check above can see."""
    site.start_all("wrong")
    found: dict[str, int] = {}
    for _ in range(60):
        time.sleep(1)
        if found := site.drift():
            break
    site.stop_all()
    record_property("shown", f"after {site.done()} transactions the wrong fold drifted: {found}")
    assert found
    wrong = json.loads(site.manage("counters", "verify", "--json", code=1))["wrong"]
    known = {(kind, counter) for kind, _, _, counter in COUNTS}
    seen = [row for row in wrong if (row["object_type"], row["counter"]) in known]
    assert len(seen) == sum(site.drift().values()) > 0
    assert json.loads(site.manage("counters", "repair", "--json"))["repaired"] == wrong
    assert site.drift() == {}
    site.manage("counters", "verify")
