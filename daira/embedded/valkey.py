"""A Valkey server over one folder, from the wheel's program, reached by a port and a password."""

import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn
from urllib.parse import quote

from daira.embedded import processes, programs
from daira.embedded.locks import held
from daira.embedded.places import bounded_log, private_folder, write_private
from daira.embedded.words import EmbeddedError, cause, in_words

HOST = "127.0.0.1"
_PROGRAM = "valkey-server"
_SECONDS_TO_START = 60.0
_SECONDS_TO_STOP = 30.0


class PortInUseError(EmbeddedError):
    """Another program listens on the port."""


class Valkey:
    """The server whose files lie in <folder>, listening on 127.0.0.1:<port> only.

    `settings` are lines of its configuration file, name and value. Without any it keeps nothing
    on disk. Every failure is an EmbeddedError of one sentence.
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        password: str | None = None,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.folder = folder.resolve()
        self.port = port
        self.logfile = self.folder.with_name(self.folder.name + ".log")
        self._password = password
        self._settings = {**self._fixed(), **settings}
        self._config = self.folder / "valkey.conf"
        self._pid_file = self.folder / "valkey.pid"

    def _fixed(self) -> dict[str, str]:
        return {
            "bind": HOST,
            "port": str(self.port),
            "dir": _quoted(self.folder),
            "pidfile": _quoted(self.folder / "valkey.pid"),
            "set-proc-title": "no",
            "save": '""',
            **({"requirepass": self._password} if self._password else {}),
        }

    @property
    def url(self) -> str:
        """The address with its password, database 0."""
        secret = f":{quote(self._password, safe='')}@" if self._password else ""
        return f"redis://{secret}{HOST}:{self.port}/0"

    @property
    def pid(self) -> int | None:
        """The process id of this folder's living server."""
        pid = processes.read_pid(self._pid_file)
        return pid if processes.ours(pid, _PROGRAM, self.folder) else None

    def running(self) -> bool:
        """Tell whether our server answers on the port with the password."""
        return self.pid is not None and self._answer().startswith(b"+PONG")

    def start(self) -> None:
        """Start the server and wait until it answers; PortInUseError if another has the port."""
        if self.running():
            return
        with in_words(f"start Valkey in {self.folder}"):
            private_folder(self.folder)
            self._stop_unreachable()
            with held(
                self.folder / "lock",
                seconds=_SECONDS_TO_START,
                unless=self.running,
                late=self._sentence("runs where this process cannot see it, or does not answer"),
            ) as lock:
                if lock is not None:
                    self._launch(lock)

    def stop(self) -> None:
        """Stop the server, its log of writes flushed, and wait for its end; fine if it is down."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server as a crash would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        pid = self.pid
        if pid is None:
            return
        processes.send(pid, number)
        if not processes.gone(pid, _SECONDS_TO_STOP):
            raise EmbeddedError(self._sentence(f"(process {pid}) takes too long to stop"))

    def _sentence(self, what: str) -> str:
        return f"Valkey in {self.folder} {what}; see {self.logfile}."

    def _answer(self) -> bytes:
        """Return the reply to one PING; empty if nobody listens."""
        words = f"AUTH {self._password}\r\n" if self._password else ""
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as client:
                client.sendall(f"{words}PING\r\n".encode())
                reply = client.recv(256)
                while self._password and reply == b"+OK\r\n":
                    reply = client.recv(256)
        except OSError:
            return b""
        return reply.removeprefix(b"+OK\r\n")

    def _stop_unreachable(self) -> None:
        """Stop our server if it listens elsewhere or under another password than now remembered."""
        if self.pid is not None and not self._answer().startswith((b"+PONG", b"-LOADING")):
            self.stop()

    def _launch(self, lock: int) -> None:
        self._refuse_taken_port()
        self._pid_file.unlink(missing_ok=True)
        lines = [f"{name} {value}\n" for name, value in self._settings.items()]
        write_private(self._config, "".join(lines))
        offset = bounded_log(self.logfile)
        command = [str(programs.valkey_server()), str(self._config)]
        pid = processes.spawn(command, log=self.logfile, lock=lock)
        settled = processes.wait_until(
            lambda: self.running() or not processes.alive(pid), _SECONDS_TO_START
        )
        if not self.running():
            self._explain(offset, settled)

    def _explain(self, offset: int, settled: bool) -> NoReturn:
        if not settled:
            raise EmbeddedError(self._sentence("is not ready yet"))
        self._refuse_taken_port()
        reason = cause(self.logfile, offset, self.folder)
        raise EmbeddedError(self._sentence(f"did not start: {reason}"))

    def _refuse_taken_port(self) -> None:
        if not free(self.port):
            raise PortInUseError(f"Port {self.port} on {HOST} is in use by another program.")


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def free(port: int) -> bool:
    """Tell whether nobody listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
