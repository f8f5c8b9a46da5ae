"""A master that dies while sentinels watch it: another takes its place and is found."""

import os
import random
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from daira import caching
from daira.embedded import programs
from daira.embedded.valkey import HOST, PortInUseError, Valkey
from daira.env import Environment
from skeletal.cache import server
from skeletal.cache.tier import Tier
from skeletal.records.users import UserCard
from tests.cache.test_tier import CARD

CARDS: Tier[UserCard] = Tier("profiles", "profile", UserCard)
SECRET = "s3cret"
NAME = "cache"


def start(folder: Path, **settings: str) -> Valkey:
    while True:
        port = random.randrange(20_000, 32_000)
        own = {"masterauth": SECRET, "appendonly": "no", "repl-diskless-sync-delay": "0"}
        valkey = Valkey(folder, port, password=SECRET, settings={**own, **settings})
        with suppress(PortInUseError):
            valkey.start()
            return valkey


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], bool], seconds: float = 90) -> float:
    began = monotonic()
    while not condition():
        assert monotonic() - began < seconds
        sleep(0.02)
    return monotonic() - began


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[tuple[Valkey, Valkey]]:
    """A master and a copy of it."""
    master = start(tmp_path / "master")
    copy = start(tmp_path / "copy", replicaof=f"{HOST} {master.port}")
    yield master, copy
    for valkey in (master, copy):
        valkey.stop()


@pytest.fixture
def sentinel(tmp_path: Path, servers: tuple[Valkey, Valkey]) -> Iterator[int]:
    """The port of one that watches them, and has found the copy."""
    port, config = free_port(), tmp_path / "sentinel.conf"
    lines = [
        f"bind {HOST}",
        f"port {port}",
        f"dir {tmp_path}",
        f"sentinel monitor {NAME} {HOST} {servers[0].port} 1",
        f"sentinel auth-pass {NAME} {SECRET}",
        f"sentinel down-after-milliseconds {NAME} 500",
        f"sentinel failover-timeout {NAME} 3000",
    ]
    config.write_text("\n".join(lines) + "\n")
    command = [str(programs.valkey_server()), str(config), "--sentinel"]
    with (tmp_path / "sentinel.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    until(lambda: b"slaves=1" in ask(port, "INFO sentinel"))
    yield port
    process.terminate()
    process.wait(10)


def ask(port: int, words: str) -> bytes:
    """What the sentinel on this port answers; nothing if there is none yet."""
    try:
        with socket.create_connection((HOST, port), timeout=1) as client:
            client.sendall(f"{words}\r\n".encode())
            return client.recv(4096)
    except OSError:
        return b""


@pytest.fixture
def watched(sentinel: int, settings: Any) -> Iterator[None]:
    """All tiers lie where the sentinel says; the first of its two addresses is nobody's."""
    url = f"redis+sentinel://:{SECRET}@{HOST}:{free_port()},{HOST}:{sentinel}/{NAME}"
    settings.CACHES = caching.caches(Environment({}), url, None, f"failover-{os.getpid()}")
    server._servers.clear()
    yield
    server.close()
    server._servers.clear()


@pytest.mark.slow
def test_the_copy_takes_over_and_is_found(servers: tuple[Valkey, Valkey], watched: None) -> None:
    began = monotonic()
    assert CARDS.set(1, CARD)
    assert monotonic() - began < 2, "a sentinel that is away is asked once"
    assert CARDS.get(1) == CARD
    master, _ = servers
    assert master.pid
    os.kill(master.pid, signal.SIGKILL)
    assert CARDS.fetch([1], lambda names: dict.fromkeys(names, CARD)) == {"1": CARD}
    seconds = until(lambda: CARDS.set(2, CARD))
    assert CARDS.get(2) == CARD
    assert CARDS.get(1) is None  # written under the epoch of a server that is gone
    assert seconds < 15


@pytest.mark.slow
def test_a_master_that_was_sent_behind_another_is_left(sentinel: int, watched: None) -> None:
    """Its connections stand, and it refuses to write."""
    assert CARDS.set(1, CARD)
    until(lambda: ask(sentinel, f"SENTINEL FAILOVER {NAME}").startswith(b"+OK"))
    until(lambda: CARDS.get(1) is None)
    until(lambda: CARDS.set(2, CARD))
    assert CARDS.get(2) == CARD
