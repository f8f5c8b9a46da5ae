"""A PostgreSQL server over one folder, from the wheel's programs, that heals what a kill left."""

import signal
import socket
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from daira.embedded import cluster, processes, programs
from daira.embedded.locks import held
from daira.embedded.places import PORT, bounded_log, closed, private_folder, reachable
from daira.embedded.words import EmbeddedError, cause, in_words

_SECONDS_TO_START = 120.0
_SECONDS_IF_UNSEEN = 30.0
_SECONDS_TO_STOP = 60.0
_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "shared_preload_libraries": "pg_stat_statements,auto_explain",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "pglz",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}


class Postgres:
    """The server whose data lie in <folder>/data and whose log is <folder>.log.

    It listens on a unix socket only, in `socket_folder` (default <folder>/run), and trusts who
    can reach it: that folder is closed to other users. `settings` go over the built-in ones.
    Every failure is an EmbeddedError of one sentence.
    """

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str] = MappingProxyType({}),
        socket_folder: Path | None = None,
    ) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.logfile = self.folder.with_name(self.folder.name + ".log")
        self._settings = {**_SETTINGS, **settings}
        self._wanted_sockets = (socket_folder or self.folder / "run").resolve()

    @cached_property
    def socket_folder(self) -> Path:
        """The folder that a client takes as its host."""
        return reachable(self._wanted_sockets)

    @property
    def socket(self) -> Path:
        """The socket's own path."""
        return self.socket_folder / f".s.PGSQL.{PORT}"

    @property
    def pid(self) -> int | None:
        """The process id of this folder's living postmaster."""
        pid = processes.read_pid(self.data / "postmaster.pid")
        return pid if processes.ours(pid, "postgres", self.data) else None

    def url(self, role: str = "postgres", database: str = "postgres") -> str:
        """Return an address that libpq and urllib read alike.

        The socket's folder stands in the query, where both decode it: as a host it would be
        percent-encoded, and urllib leaves that as it is.
        """
        host = quote(str(self.socket_folder), safe="")
        return f"postgresql://{quote(role)}@/{quote(database)}?host={host}&port={PORT}"

    def running(self) -> bool:
        """Tell whether the server takes connections."""
        return self.pid is not None and self._ready() and self._answers()

    def start(self) -> None:
        """Start the server, make the cluster first if there is none, and wait until it is ready.

        Safe beside another start of the same folder; heals after a kill of server or starter.
        """
        if self.running():
            return
        with in_words(f"start PostgreSQL in {self.folder}"):
            private_folder(self.folder)
            self._stop_unreachable()
            with held(
                self.folder / "lock",
                seconds=_SECONDS_TO_START if self.pid else _SECONDS_IF_UNSEEN,
                unless=self.running,
                late=self._sentence("is still starting, or runs where this process cannot see it"),
            ) as lock:
                if lock is not None:
                    self._start(lock)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server (smart, fast or immediate) and wait for its end; fine if it is down."""
        pid = self.pid
        if pid is None:
            return
        processes.send(pid, _SIGNALS[mode])
        if not processes.gone(pid, _SECONDS_TO_STOP):
            raise EmbeddedError(self._sentence(f"(process {pid}) takes too long to stop"))

    def kill(self) -> None:
        """End the postmaster as a crash would (SIGKILL); its children follow by themselves."""
        pid = self.pid
        if pid is not None:
            processes.send(pid, signal.SIGKILL)
            processes.gone(pid, _SECONDS_TO_STOP)

    def _sentence(self, what: str) -> str:
        return f"PostgreSQL in {self.folder} {what}; see {self.logfile}."

    def _ready(self) -> bool:
        return cluster.status(self.data) in {"ready", "standby"}

    def _answers(self) -> bool:
        if not closed(self.socket_folder):
            return False
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
            except BlockingIOError:  # its queue is full: somebody listens
                return True
            except OSError:
                return False
        return True

    def _stop_unreachable(self) -> None:
        """Stop our server if its socket was removed or moved, for nobody can reach it any more."""
        if self.pid is not None and self._ready() and not self._answers():
            self.stop()

    def _start(self, lock: int) -> None:
        private_folder(self.socket_folder)
        if self.pid is None:
            way = programs.unprivileged(self.data)
            self._prepare_files(way, lock)
            self._launch(way, lock)
        elif not processes.wait_until(self.running, _SECONDS_TO_START):
            raise EmbeddedError(self._sentence("does not become ready"))

    def _prepare_files(self, way: list[str], lock: int) -> None:
        if not self.data.exists():
            cluster.initialise(self.data, way, lock)
        cluster.check_version(self.data)
        cluster.clear_stale(self.data, self.socket)
        sockets = {"unix_socket_directories": str(self.socket_folder)}
        cluster.write_settings(self.data, {**self._settings, **sockets})

    def _launch(self, way: list[str], lock: int) -> None:
        offset = bounded_log(self.logfile)
        command = [*way, str(programs.binaries() / "postgres"), "-D", str(self.data)]
        pid = processes.spawn(command, log=self.logfile, lock=lock)
        settled = processes.wait_until(
            lambda: self.running() or not processes.alive(pid), _SECONDS_TO_START
        )
        if self.running():
            return
        reason = cause(self.logfile, offset, self.data)
        what = "did not start" if settled else "is not ready yet"
        raise EmbeddedError(self._sentence(f"{what}: {reason}"))
