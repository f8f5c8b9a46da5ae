"""The two commands on a clone with nothing beside it: as root, as a user, on other servers."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.site import free_port

pytestmark = pytest.mark.slow
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
OURS = ("DATABASE_", "REDIS_", "QUEUE_", "DAIRA_", "CACHE_", "PYTEST_", "VIRTUAL_ENV", "MAKE")
SERVING_LIMIT = 90
"""Seconds from `make run` to the first answer, with empty package caches."""


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="daira-clone-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


class Clone:
    """A clone of this repository's HEAD, used by one person."""

    def __init__(
        self, folder: Path, extra: dict[str, str] | None = None, *, ordinary: bool = False
    ) -> None:
        self.path = folder / "clone"
        self.prefix = AS_NOBODY if ordinary else []
        subprocess.run(["git", "clone", "-q", servers.ROOT, self.path], check=True)
        if ordinary:
            subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", folder], check=True)
        # What this test run itself uses must not reach the clone.
        ours = (
            "DATABASE_",
            "REDIS_",
            "QUEUE_",
            "DAIRA_",
            "CACHE_",
            "PYTEST_",
            "VIRTUAL_ENV",
            "MAKE",
        )
        clean = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
        own = {"HOME": str(folder), "PORT": str(free_port()), "UV_NO_CACHE": "1"}
        own |= {"UV_HTTP_TIMEOUT": "120", "UV_HTTP_RETRIES": "8"}
        python = {"PYTHON": "/usr/bin/python3"} if ordinary else {}
        self.environ = clean | own | python | (extra or {})

    def make(self, target: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.prefix, "make", target],
            cwd=self.path,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )

    def start(self) -> "subprocess.Popen[str]":
        """Type `make run`."""
        return subprocess.Popen(
            [*self.prefix, "make", "run"],
            cwd=self.path,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def get(self, path: str) -> str:
        address = f"http://127.0.0.1:{self.environ['PORT']}{path}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return str(answer.read().decode())


def serve_until_answered(clone: Clone) -> float:
    """Run until the site answers and return the seconds; then look, press Ctrl-C, and stop."""
    started = time.monotonic()
    process = clone.start()
    try:
        seconds = _until_answered(clone, process, started)
        totals = json.loads(clone.get("/health/stats"))
        assert (totals["users"], totals["follows"]) == (2001, 40000)
        assert '"has_more":true' in clone.get("/api/v1/posts/")
        assert "Daira" in clone.get("/admin/login/")
    finally:
        os.killpg(process.pid, signal.SIGINT)
        output = process.communicate(timeout=60)[0]
    assert "Administrator admin, password" in output
    return seconds


def _until_answered(clone: Clone, process: "subprocess.Popen[str]", started: float) -> float:
    while process.poll() is None:
        try:
            clone.get("/livez")
        except OSError:
            time.sleep(0.2)
        else:
            return time.monotonic() - started
    raise AssertionError(process.communicate()[0])


def test_make_run_serves_within_ninety_seconds_and_stops(folder: Path) -> None:
    clone = Clone(folder)
    try:
        assert serve_until_answered(clone) <= SERVING_LIMIT
        status = subprocess.run(
            [clone.path / ".venv/bin/python", "manage.py", "services", "status", "--json"],
            cwd=clone.path,
            env=clone.environ,
            capture_output=True,
            text=True,
            check=True,
        )
        assert '"running": true' in status.stdout, "the servers stay until make stop"
        assert serve_until_answered_again(clone) <= SERVING_LIMIT
    finally:
        assert clone.make("stop").returncode == 0


def serve_until_answered_again(clone: Clone) -> float:
    """A second `make run` finds everything there and makes no second administrator."""
    started = time.monotonic()
    process = clone.start()
    try:
        return _until_answered(clone, process, started)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        assert "Administrator" not in process.communicate(timeout=60)[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_can_do_the_same(folder: Path) -> None:
    clone = Clone(folder, ordinary=True)
    try:
        serve_until_answered(clone)
    finally:
        assert clone.make("stop").returncode == 0


def test_other_servers_are_used_where_urls_are_set(folder: Path, empty_database: str) -> None:
    caches = {name: os.environ[name] for name in ("REDIS_URL", "QUEUE_URL")}
    clone = Clone(folder, servers.environment(empty_database) | caches)
    serve_until_answered(clone)
    assert not (clone.path / ".daira" / "postgres").exists()
    assert not (clone.path / ".daira" / "services.json").exists()


def test_make_test_passes_with_nothing_beside_the_clone(folder: Path) -> None:
    clone = Clone(folder)
    answer = clone.make("test")
    assert answer.returncode == 0, answer.stdout[-3000:]
    assert " passed" in answer.stdout
