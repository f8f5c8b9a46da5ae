"""What must stay the same from one start to the next: the ports and the password of the Valkeys."""

import json
import random
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from daira.embedded.locks import held
from daira.embedded.places import open_home, write_private
from daira.embedded.valkey import free
from daira.embedded.words import EmbeddedError, in_words

_PORTS = range(20_000, 32_000)  # below the ports that systems hand out to outgoing connections

_LAST_PORT = 65_535


@dataclass(frozen=True)
class Memory:
    """The content of <home>/services.json."""

    cache_port: int
    queue_port: int
    password: str

    def __post_init__(self) -> None:
        ports = (self.cache_port, self.queue_port)
        if not all(isinstance(port, int) and 0 < port <= _LAST_PORT for port in ports):
            raise ValueError(f"a port is not a number from 1 to {_LAST_PORT}")
        if not isinstance(self.password, str) or not self.password:
            raise ValueError("the password is missing")


def recall(home: Path) -> Memory:
    """Return what the home remembers; the first call chooses free ports and a password."""
    path = home / "services.json"
    with in_words(f"remember ports in {home}"):
        if not path.exists():
            _write_first(open_home(home), path)
        return _read(path)


def move(home: Path, service: str) -> Memory:
    """Choose another free port for "cache" or "queue" and remember it."""
    memory = recall(home)
    port = _free_port({memory.cache_port, memory.queue_port})
    cache = service == "cache"
    changed = replace(memory, cache_port=port) if cache else replace(memory, queue_port=port)
    with in_words(f"remember ports in {home}"):
        write_private(home / "services.json", _text(changed))
    return changed


def _read(path: Path) -> Memory:
    try:
        return Memory(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as problem:
        raise EmbeddedError(f"{path} is damaged ({problem}): remove it and start again.") from None


def _write_first(home: Path, path: Path) -> None:
    """Write a first memory unless another process was quicker: then its memory stands."""
    late = f"Another process has held {home} for long without choosing ports."
    with held(home / "memory.lock", seconds=30, unless=path.exists, late=late) as lock:
        if lock is not None and not path.exists():
            write_private(path, _text(_first()))


def _first() -> Memory:
    cache_port = _free_port(set())
    return Memory(cache_port, _free_port({cache_port}), secrets.token_urlsafe(24))


def _free_port(taken: set[int]) -> int:
    for port in random.sample(_PORTS, 200):
        if port not in taken and free(port):
            return port
    raise EmbeddedError("No free port was found on 127.0.0.1 for Valkey: set REDIS_URL.")


def _text(memory: Memory) -> str:
    return json.dumps(asdict(memory), indent=2) + "\n"
