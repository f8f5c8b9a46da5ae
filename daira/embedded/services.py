"""The three embedded services of one home as a whole: which are needed, and to have them run."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from daira.embedded import database, memory
from daira.embedded.locks import held
from daira.embedded.places import home as home_folder
from daira.embedded.places import open_home
from daira.embedded.postgres import Postgres
from daira.embedded.valkey import HOST, PortInUseError, Valkey
from daira.embedded.words import in_words

NAMES = ("postgres", "cache", "queue")
_SECONDS_FOR_ANOTHER = 240.0
_ATTEMPTS_AT_A_PORT = 5
_VALKEYS: dict[str, dict[str, str]] = {
    "cache": {"maxmemory": "256mb", "maxmemory-policy": "allkeys-lru", "appendonly": "no"},
    "queue": {"maxmemory-policy": "noeviction", "appendonly": "yes"},
}


@dataclass(frozen=True)
class Addresses:
    """Where the embedded services are reached, by role; the same from one start to the next."""

    database_url: str
    owner_url: str
    superuser_url: str
    redis_url: str
    queue_url: str


@dataclass(frozen=True)
class ServiceStatus:
    """One service as it stands now; the address carries no password."""

    name: str
    running: bool
    address: str
    pid: int | None
    detail: str


def needed(environ: Mapping[str, str]) -> frozenset[str]:
    """Return the services that no URL replaces; REDIS_URL serves the queue too."""
    redis = environ.get("REDIS_URL")
    urls = {
        "postgres": environ.get("DATABASE_URL"),
        "cache": redis,
        "queue": environ.get("QUEUE_URL") or redis,
    }
    return frozenset(name for name, url in urls.items() if not url)


def addresses(home: Path) -> Addresses:
    """Compute the addresses; starts nothing. The first call reserves ports and a password."""
    server = _postgres(home)
    remembered = memory.recall(home)
    return Addresses(
        database_url=server.url(database.APPLICATION, database.DATABASE),
        owner_url=server.url(database.OWNER, database.DATABASE),
        superuser_url=server.url("postgres", database.DATABASE),
        redis_url=_valkey(home, "cache", remembered).url,
        queue_url=_valkey(home, "queue", remembered).url,
    )


def ensure(environ: Mapping[str, str] = os.environ) -> Addresses | None:
    """Start what is needed and does not run; return None when nothing is needed.

    Quick (a few milliseconds) when all runs, and safe when several processes call it at once.
    """
    wanted = needed(environ)
    if not wanted:
        return None
    home = home_folder(environ)
    if not _all_run(home, wanted):
        _start(home, wanted)
    return addresses(home)


def stop(home: Path) -> None:
    """Stop the home's services; fine if none runs."""
    if not home.exists():
        return
    with _locked(home, unless=lambda: False):
        for name in _VALKEYS:
            Valkey(home / name, port=0).stop()
        _postgres(home).stop()


def status(home: Path) -> list[ServiceStatus]:
    """Return postgres, cache and queue, in this order; changes nothing but the first memory."""
    remembered = memory.recall(home)
    server = _postgres(home)
    first = _report("postgres", server, server.url(database.APPLICATION, database.DATABASE))
    valkeys = [(name, _valkey(home, name, remembered)) for name in _VALKEYS]
    return [first, *(_report(name, v, f"redis://{HOST}:{v.port}/0") for name, v in valkeys)]


def _all_run(home: Path, wanted: frozenset[str]) -> bool:
    remembered = memory.recall(home)
    server = _postgres(home)
    if "postgres" in wanted and not (server.running() and database.prepared(server)):
        return False
    return all(_valkey(home, name, remembered).running() for name in wanted & _VALKEYS.keys())


def _start(home: Path, wanted: frozenset[str]) -> None:
    with _locked(home, unless=lambda: _all_run(home, wanted)) as lock:
        if lock is None:
            return
        if "postgres" in wanted:
            server = _postgres(home)
            server.start()
            database.prepare(server)
        for name in sorted(wanted & _VALKEYS.keys()):
            _start_valkey(home, name)


def _start_valkey(home: Path, name: str) -> None:
    """Start it on the remembered port, or on another one if a stranger took that meanwhile."""
    remembered = memory.recall(home)
    for _ in range(_ATTEMPTS_AT_A_PORT):
        try:
            return _valkey(home, name, remembered).start()
        except PortInUseError:
            remembered = memory.move(home, name)
    return _valkey(home, name, remembered).start()


@contextmanager
def _locked(home: Path, unless: Callable[[], bool]) -> Iterator[int | None]:
    late = f"Another command has held {home}/lock for {_SECONDS_FOR_ANOTHER:.0f} s: end it first."
    with in_words(f"use {home}"):
        open_home(home)
        with held(home / "lock", seconds=_SECONDS_FOR_ANOTHER, unless=unless, late=late) as lock:
            yield lock


def _report(name: str, server: Postgres | Valkey, address: str) -> ServiceStatus:
    pid, running = server.pid, server.running()
    down = "down" if pid is None else "started, but takes no connections"
    return ServiceStatus(name, running, address, pid, "ready" if running else down)


def _postgres(home: Path) -> Postgres:
    return Postgres(home / "postgres", socket_folder=home / "run")


def _valkey(home: Path, name: str, remembered: memory.Memory) -> Valkey:
    port = remembered.cache_port if name == "cache" else remembered.queue_port
    return Valkey(home / name, port, password=remembered.password, settings=_VALKEYS[name])
