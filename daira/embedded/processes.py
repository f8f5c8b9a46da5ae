"""Servers that outlive the command which starts them, and signals that reach only our own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_LOCK_DESCRIPTOR = 3
_spawned: set[int] = set()


def spawn(command: list[str], *, log: Path, lock: int) -> int:
    """Start a server in a session of its own, detached from the terminal; return its process id.

    It inherits `lock` for life: the kernel lets go of it when its last process has ended.
    """
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
        (os.POSIX_SPAWN_DUP2, lock, _LOCK_DESCRIPTOR),
    ]
    pid = os.posix_spawn(
        command[0],
        command,
        clean_environment(),
        file_actions=actions,
        setsid=True,
        setsigdef=[signal.SIGPIPE, signal.SIGINT, signal.SIGHUP, signal.SIGTERM],
        setsigmask=[],
    )
    _spawned.add(pid)
    return pid


def clean_environment() -> dict[str, str]:
    """Return the environment without the variables that steer PostgreSQL's programs."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")}


def alive(pid: int) -> bool:
    """Tell whether the process runs; one that ended but was not collected yet is dead."""
    _collect(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) != "Z"


def _collect(pid: int) -> None:
    if pid not in _spawned:
        return
    try:
        ended = os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        ended = True
    if ended:
        _spawned.discard(pid)


def ours(pid: int | None, program: str, folder: Path) -> bool:
    """Tell by command line and working folder whether the process runs `program` on `folder`."""
    if pid is None or not alive(pid):
        return False
    words = _command_line(pid)
    if not words or Path(words[0]).name != program:
        return False
    inside = f"{folder}/"
    return any(word == str(folder) or word.startswith(inside) for word in words) or (
        _working_folder(pid) == str(folder)
    )


def send(pid: int, number: signal.Signals) -> None:
    """Send the signal; a process that ended in the meantime is what was wanted."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def wait_until(true: Callable[[], bool], seconds: float) -> bool:
    """Poll, quickly at first; return whether it came true in time."""
    end = time.monotonic() + seconds
    pause = 0.002
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    return True


def gone(pid: int, seconds: float) -> bool:
    """Wait for the end of a process; return whether it came."""
    return wait_until(lambda: not alive(pid), seconds)


def read_pid(path: Path) -> int | None:
    """Return the number in a pid file's first line; None where there is none."""
    try:
        first = path.read_text(encoding="ascii", errors="replace").partition("\n")[0].strip()
    except FileNotFoundError:
        return None
    return int(first) if first.isdigit() and int(first) > 1 else None


if sys.platform == "linux":

    def _state(pid: int) -> str:
        return _proc(pid, "stat").rpartition(")")[2].strip()[:1] or "Z"

    def _command_line(pid: int) -> list[str]:
        return _proc(pid, "cmdline").rstrip("\0").split("\0")

    def _working_folder(pid: int) -> str:
        try:
            return os.readlink(f"/proc/{pid}/cwd")
        except OSError:  # it ended, or belongs to another user
            return ""

    def _proc(pid: int, name: str) -> str:
        try:
            return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="surrogateescape")
        except (FileNotFoundError, ProcessLookupError):
            return ""

else:

    def _state(pid: int) -> str:
        return _ps(pid, "state")[:1] or "Z"

    def _command_line(pid: int) -> list[str]:
        return _ps(pid, "command").split(" ")

    def _working_folder(pid: int) -> str:
        return ""

    def _ps(pid: int, column: str) -> str:
        command = ["ps", "-ww", "-o", f"{column}=", "-p", str(pid)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
