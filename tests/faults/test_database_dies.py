"""What a running server answers while PostgreSQL or Redis is killed, gone, and back again."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from daira import embedded
from tests.servers import ROOT
from tests.site import Server

pytestmark = pytest.mark.slow


@pytest.fixture
def home() -> Iterator[Path]:
    """Servers of this test's own, under a short path."""
    folder = Path(tempfile.mkdtemp(prefix="daira-fault-"))
    yield folder
    embedded.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def server(home: Path, tmp_path: Path) -> Iterator[Server]:
    """A site on those servers, initialised."""
    own = {"DATABASE_URL": "", "DATABASE_OWNER_URL": "", "REDIS_URL": "", "QUEUE_URL": ""}
    environ = own | {
        "DAIRA_HOME": str(home),
        "DATABASE_POOL_MIN": "2",
        "DATABASE_POOL_MAX": "5",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
    }
    init = [sys.executable, "manage.py", "init"]
    subprocess.run(init, cwd=ROOT, env=os.environ | environ, check=True, capture_output=True)
    site = Server(environ, tmp_path / "serve.log")
    site.wait()
    yield site
    site.stop(signal.SIGTERM)


def status(home: Path, name: str) -> embedded.ServiceStatus:
    return next(found for found in embedded.status(home) if found.name == name)


def children(pid: int) -> list[int]:
    """The processes that `pid` started."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=True)
    return [int(line) for line in found.stdout.split()]


def until_good(server: Server, path: str, limit: float) -> float:
    """Seconds until `path` answers 200; fails after `limit`."""
    started = time.monotonic()
    while server.get(path)[0] != 200:
        assert time.monotonic() - started < limit, server.log.read_text()[-2000:]
        time.sleep(0.02)
    return time.monotonic() - started


def test_postgres_killed_away_for_five_seconds_and_back(server: Server, home: Path) -> None:
    assert server.get("/health/stats")[0] == 200
    pid = status(home, "postgres").pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.5)
    for path, expected in (("/livez", 200), ("/readyz", 503), ("/health/db", 503)):
        assert server.get(path)[0] == expected, path
    answer, body, headers = server.get("/health/stats")
    assert answer == 503
    assert headers.get("Retry-After", headers.get("retry-after")) == "1"
    assert json.loads(body)["error"]["code"] in {"unavailable", "pool_exhausted"}
    time.sleep(5)
    embedded.ensure({"DAIRA_HOME": str(home)})
    assert until_good(server, "/health/stats", limit=5) < 3
    assert server.get("/readyz")[0] == 200


def test_redis_killed_degrades_and_is_told(server: Server, home: Path) -> None:
    pid = status(home, "cache").pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    answer, body, _ = server.get("/readyz")
    assert (answer, json.loads(body)["status"]) == (200, "degraded")
    assert server.get("/health/stats")[0] == 200
    embedded.ensure({"DAIRA_HOME": str(home)})
    assert json.loads(server.get("/readyz")[1])["status"] == "ready"


def test_a_stopped_redis_is_told_within_its_time_out(server: Server, home: Path) -> None:
    pid = status(home, "cache").pid
    assert pid
    assert json.loads(server.get("/readyz")[1])["status"] == "ready"
    os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        body = server.get("/readyz")[1]
        assert json.loads(body)["status"] == "degraded"
        assert time.monotonic() - started < 2
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_killed_worker_is_replaced(server: Server) -> None:
    answers = [server.get("/health/stats")[0] for _ in range(20)]
    assert answers == [200] * 20
    workers = children(children(server.process.pid)[0])
    os.kill(workers[-1], signal.SIGKILL)
    time.sleep(3)
    assert server.get("/health/stats")[0] == 200
    gone = list((server.log.parent / "metrics").glob(f"gauge_live*_{workers[-1]}.db"))
    assert gone == [], "what it had counted as its own connections goes with it"
