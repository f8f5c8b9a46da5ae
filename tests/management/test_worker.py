"""`manage.py worker`: events are run and counts are folded, also after its connections died."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests import servers
from tests.management.commands import manage, start

EVENT = (
    "INSERT INTO outbox_events (name, aggregate_type, aggregate_id, payload)"
    " VALUES ('user.muted', 'user', 1, '{}')"
)
OPEN = "SELECT count(*) FROM outbox_events WHERE done_at IS NULL"


@pytest.fixture
def database(fresh_database: Callable[[], str]) -> str:
    return fresh_database()


@pytest.fixture
def link(database: str) -> Iterator["psycopg.Connection[tuple[int]]"]:
    url = servers.environment(database)["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as link:
        yield link


def until_done(link: "psycopg.Connection[tuple[int]]") -> None:
    end = time.monotonic() + 30
    while link.execute(OPEN).fetchone() != (0,):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_one_turn_tells_what_it_did(database: str, link: "psycopg.Connection[tuple[int]]") -> None:
    link.execute(EVENT)
    told = manage(database, "worker", "--once")
    assert told.returncode == 0, told.stderr
    figures = json.loads(told.stdout)
    assert figures == {"published": 0, "done": 1, "failed": 0, "folded": 0, "proved": 0}


def test_it_goes_on_after_its_connections_were_cut_and_ends_when_told(
    database: str, link: "psycopg.Connection[tuple[int]]"
) -> None:
    worker = start(database, "worker")
    for _ in range(3):
        link.execute(EVENT)
        until_done(link)
        link.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user"
            " AND pid <> pg_backend_pid()"
        )
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=10)
    assert worker.returncode == 0


def test_beside_another_it_ends_with_it_however_that_ends(
    database: str, link: "psycopg.Connection[tuple[int]]"
) -> None:
    command = f"{sys.executable} manage.py worker --with-parent & echo $!; wait"
    with subprocess.Popen(
        ["sh", "-c", command],
        cwd=servers.ROOT,
        env=os.environ | servers.environment(database),
        stdout=subprocess.PIPE,
        text=True,
    ) as shell:
        assert shell.stdout
        pid = int(shell.stdout.readline())
        link.execute(EVENT)
        until_done(link)
        shell.kill()
    end = time.monotonic() + 20
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < end
        time.sleep(0.05)
