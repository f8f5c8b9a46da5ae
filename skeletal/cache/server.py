"""The connections to one Redis; django-redis and redis-py are known nowhere else."""

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha1
from typing import Any, ClassVar

from django.conf import settings
from django.core.cache import caches
from django_redis import get_redis_connection
from hiredis import pack_command
from redis.backoff import NoBackoff
from redis.connection import BlockingConnectionPool
from redis.exceptions import DataError, NoScriptError, ReadOnlyError, RedisError, ResponseError
from redis.retry import Retry
from redis.sentinel import SentinelConnectionPool

from skeletal import metrics
from skeletal.cache.breaker import Breaker
from skeletal.errors import InvalidInput, Unavailable

Command = tuple[Any, ...]
EPOCH_DIGITS = 12
AT_ONCE = Retry(NoBackoff(), 0)
"""Nothing is tried again within a call: the breaker decides when a server is asked anew."""


class Away(Unavailable):
    """This Redis does not answer, or the breaker is open: do without it."""

    code = "cache_unavailable"


class Refused(Unavailable):
    """This Redis answered that it would not: memory full, read-only, a key of another type."""

    code = "cache_refused"


class Script:
    """A Lua function: sent by its digest, and whole to a server that does not know it."""

    sources: ClassVar[dict[str, str]] = {}
    """Every script by its digest."""

    def __init__(self, source: str) -> None:
        self.digest = sha1(source.encode(), usedforsecurity=False).hexdigest()
        self.sources[self.digest] = source

    def call(self, keys: Sequence[str], *arguments: object) -> Command:
        """Return the command that calls it."""
        return ("EVALSHA", self.digest, len(keys), *keys, *arguments)


class MasterPool(SentinelConnectionPool, BlockingConnectionPool):
    """Connections to the master that sentinels name; who finds none free waits, as elsewhere."""


class Server:
    """One server of `CACHES`, by its alias."""

    def __init__(self, alias: str) -> None:
        self.alias = alias
        self.breaker = Breaker(self._answers, self._tell)
        metrics.CACHE_OPEN.labels(alias).set(0)

    def send(self, build: Callable[[str], Iterable[Command]]) -> list[Any]:
        """Send commands in one round trip and return their answers in order.

        `build` makes them from the epoch, which names this server since its last start: keys of
        another epoch are never looked at. Raises Away, and Refused for the first command that the
        server would not do; those behind it are done all the same. Raises InvalidInput for what
        has no form in Redis.
        """
        self._require_closed()
        try:
            answers = self._send(build, self._require_closed)
        except (DataError, UnicodeEncodeError) as error:
            raise InvalidInput("Redis cannot hold this name or value") from error
        except (RedisError, OSError) as error:
            self.breaker.failed()
            raise Away("Redis cannot be reached") from error
        self.breaker.succeeded()
        for answer in answers:
            if isinstance(answer, ResponseError):
                raise Refused(f"Redis refuses: {answer}") from answer
        return answers

    def close(self) -> None:
        """Close the connections of this process."""
        self._pool().disconnect()

    def _require_closed(self) -> None:
        if self.breaker.is_open:
            raise Away("Redis cannot be reached")

    def _send(
        self, build: Callable[[str], Iterable[Command]], ready: Callable[[], None] = lambda: None
    ) -> list[Any]:
        """`ready` is asked once there is a connection, for which a call may have waited."""
        pool = self._pool()
        connection = pool.get_connection()
        try:
            ready()
            if getattr(connection, "learner", None) is not self:
                connection.register_connect_callback(self._learn_epoch)
                self._learn_epoch(connection)
                connection.learner = self  # redis-py itself holds a callback weakly
            commands = list(build(connection.epoch))
            answers = _exchange(connection, commands)
            unknown = [n for n, found in enumerate(answers) if isinstance(found, NoScriptError)]
            if unknown:
                again = [_whole(commands[n]) for n in unknown]
                for n, answer in zip(unknown, _exchange(connection, again), strict=True):
                    answers[n] = answer
            if any(isinstance(answer, ReadOnlyError) for answer in answers):
                connection.disconnect()  # the next one asks anew who is the master
        except BaseException:
            connection.disconnect()  # what it still has to say is not for the next caller
            raise
        finally:
            pool.release(connection)
        return answers

    def _learn_epoch(self, connection: Any) -> None:
        """Ask a connection that was just made which run of the server it leads to.

        One that does not tell is closed: it must not serve under the epoch of the run before.
        """
        try:
            [info] = _exchange(connection, [("INFO", "server")])
            connection.epoch = _run_of(info)
        except BaseException:
            connection.disconnect()
            raise

    def _pool(self) -> Any:
        pool: Any = get_redis_connection(self.alias).connection_pool
        pool.connection_kwargs.setdefault("retry", AT_ONCE)
        return pool

    def _answers(self) -> bool:
        try:
            self._send(lambda epoch: [("PING",)])
        except Exception:  # whatever it is, it is no answer
            return False
        return True

    def _tell(self, is_open: bool) -> None:
        metrics.CACHE_OPEN.labels(self.alias).set(int(is_open))


def _run_of(info: Any) -> str:
    if isinstance(info, ResponseError):
        raise info
    lines = (line.partition(b":") for line in info.splitlines())
    for name, _, value in lines:
        if name == b"run_id":
            return str(value.decode()[:EPOCH_DIGITS])
    raise ResponseError("INFO tells no run_id")


def _whole(command: Command) -> Command:
    return ("EVAL", Script.sources[command[1]], *command[2:])


def _packed(commands: list[Command]) -> bytes:
    """What redis-py packs, without its walk through every argument: half the time of a push."""
    try:
        return b"".join(map(pack_command, commands))
    except TypeError as error:
        raise DataError(str(error)) from error


def _exchange(connection: Any, commands: list[Command]) -> list[Any]:
    connection.send_packed_command([_packed(commands)])
    answers = []
    for _ in commands:
        try:
            answers.append(connection.read_response())
        except ResponseError as error:
            answers.append(error)
    return answers


_servers: dict[str, Server] = {}
_lock = threading.Lock()


def server_of(tier: str) -> Server:
    """The server of a tier: its own where `CACHES` names one, else the default."""
    alias = tier if tier in settings.CACHES else "default"
    with _lock:
        if alias not in _servers:
            _servers[alias] = Server(alias)
        return _servers[alias]


def _begin_anew() -> None:
    """In a forked child breakers have no thread, and connections are the parent's."""
    global _lock
    _lock = threading.Lock()
    _servers.clear()


os.register_at_fork(after_in_child=_begin_anew)


def close() -> None:
    """Close the connections of this process to every server."""
    for cache in caches.all(initialized_only=True):
        cache.close()
    for server in list(_servers.values()):
        server.close()
