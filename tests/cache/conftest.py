"""A Valkey that a test may stop, hold still, fill and replace."""

import os
import random
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import RedisError

from daira.embedded.valkey import PortInUseError, Valkey
from skeletal.cache import server
from tests import servers


class Own(Valkey):
    """Holds still and goes on, as a machine that hangs does."""

    def freeze(self) -> None:
        assert self.pid is not None
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        if pid := self.pid:
            os.kill(pid, signal.SIGCONT)


def started(folder: Path) -> Own:
    """A server on a port below those that systems hand out, another one if somebody was faster."""
    while True:
        valkey = Own(folder, random.randrange(20_000, 32_000), settings={"appendonly": "no"})
        with suppress(PortInUseError):
            valkey.start()
            return valkey


@pytest.fixture
def socket_seconds() -> float:
    """How long an answer is waited for; who meets a server that holds still waits shorter."""
    return 10


@pytest.fixture
def own(tmp_path: Path, settings: Any, socket_seconds: float) -> Iterator[Own]:
    """The server of all tiers, for one test."""
    valkey = started(tmp_path / "cache")
    default = settings.CACHES["default"]
    options = {**default["OPTIONS"], "PASSWORD": None, "SOCKET_TIMEOUT": socket_seconds}
    if socket_seconds > 1:  # else the test is about who waits too long
        waits = {**options["CONNECTION_POOL_KWARGS"], "timeout": socket_seconds}
        options |= {"SOCKET_CONNECT_TIMEOUT": socket_seconds, "CONNECTION_POOL_KWARGS": waits}
    settings.CACHES = {"default": {**default, "LOCATION": valkey.url, "OPTIONS": options}}
    server._servers.clear()
    try:
        yield valkey
        with suppress(RedisError):  # a test may have left it dead
            assert servers.endless_keys(valkey.url) == []
    finally:
        valkey.thaw()
        server.close()
        server._servers.clear()
        with suppress(Exception):
            valkey.stop()
