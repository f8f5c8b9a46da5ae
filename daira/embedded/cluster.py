"""A PostgreSQL cluster's files at rest: made whole or not at all, and rid of what a kill left."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from daira.embedded import processes, programs
from daira.embedded.places import write_private
from daira.embedded.words import EmbeddedError

_INITDB = (
    *("-U", "postgres", "-A", "trust", "--encoding=UTF8", "--locale=C", "-N"),
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
)
_STATUS_LINE = 7
_INCLUDE = "include_if_exists = 'daira.conf'"
_COMPLAINT = re.compile(r"(?:error|FATAL|PANIC): +(.+)")


def initialise(data: Path, way: Sequence[str], lock: int) -> None:
    """Run initdb beside the final place, so that a kill half-way leaves no half cluster."""
    fresh = data.with_name(data.name + ".new")
    if fresh.exists():
        shutil.rmtree(fresh)
    done = subprocess.run(
        [*way, str(programs.binaries() / "initdb"), "-D", str(fresh), *_INITDB],
        env=processes.clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        pass_fds=[lock],
        check=False,
    )
    if done.returncode != 0:
        raise EmbeddedError(f"Cannot make a cluster in {data.parent}: {_complaint(done)}.")
    fresh.rename(data)


def _complaint(done: subprocess.CompletedProcess[str]) -> str:
    found = _COMPLAINT.search(done.stderr)
    last = done.stderr.strip().rpartition("\n")[2]
    return found.group(1) if found else last or f"initdb ended with {done.returncode}"


def check_version(data: Path) -> None:
    """Refuse data that a server of another major version has written."""
    try:
        found = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise EmbeddedError(f"{data} holds no PostgreSQL data: move it away and retry.") from None
    if found != programs.major():
        raise EmbeddedError(
            f"The data in {data} are of PostgreSQL {found}, the installed wheel is "
            f"{programs.major()}: dump them with a {found} server, or remove the folder."
        )


def clear_stale(data: Path, socket: Path) -> None:
    """Remove pid and socket files of a dead server; only the holder of the folder's lock may.

    PostgreSQL alone would refuse to start where the old process id now belongs to any program.
    """
    _refuse_neighbour(data, socket)
    lock = socket.with_name(socket.name + ".lock")
    for path in (data / "postmaster.pid", socket, lock):
        path.unlink(missing_ok=True)


def _refuse_neighbour(data: Path, socket: Path) -> None:
    lock = socket.with_name(socket.name + ".lock")
    pid = processes.read_pid(lock)
    if pid is None:
        return
    owner = Path(os.fsdecode(lock.read_bytes().splitlines()[1]))
    if owner != data and processes.ours(pid, "postgres", owner):
        raise EmbeddedError(f"The socket {socket} belongs to the cluster in {owner}.")


def write_settings(data: Path, settings: Mapping[str, str]) -> None:
    """Write daira.conf and make sure that postgresql.conf includes it."""
    lines = [f"{name} = '{_quoted(value)}'\n" for name, value in settings.items()]
    write_private(data / "daira.conf", "".join(lines))
    main = data / "postgresql.conf"
    text = main.read_text(encoding="utf-8")
    if _INCLUDE not in text.splitlines():
        write_private(main, f"{text}\n{_INCLUDE}\n")


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def status(data: Path) -> str:
    """Return the postmaster's own word on its state: starting, ready, standby, stopping or ""."""
    try:
        text = (data / "postmaster.pid").read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return ""
    return "".join(text.splitlines()[_STATUS_LINE:][:1]).strip()
