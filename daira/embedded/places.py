"""Where embedded data lives, and the proof that nobody else can reach into those folders."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from daira.embedded.words import EmbeddedError

PORT = 5432
_SHORT = Path("/tmp")  # noqa: S108 (verified at use; TMPDIR differs between shells)
_PROJECT = Path(__file__).resolve().parents[2]
_SOCKET_BYTES = 103  # macOS allows 104 with the closing zero, Linux 108
_LOG_BYTES = 10 * 1024 * 1024


def home(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of all embedded data: DAIRA_HOME, else .daira in the project root."""
    chosen = environ.get("DAIRA_HOME")
    return (Path(chosen).expanduser() if chosen else _PROJECT / ".daira").resolve()


def open_home(path: Path) -> Path:
    """Create the home if missing, 0700; of one made by hand, refuse what others may write to."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    _verify(path, forbidden=0o022)
    return path


def private_folder(path: Path) -> Path:
    """Create the folder if missing; it must be no link, ours, and closed to everybody else."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    _verify(path, forbidden=0o077)
    return path


def closed(path: Path) -> bool:
    """Tell whether the folder is there, ours, and closed to everybody else."""
    try:
        _verify(path, forbidden=0o077)
    except (OSError, EmbeddedError):
        return False
    return True


def _verify(path: Path, forbidden: int) -> None:
    facts = path.lstat()
    if not stat.S_ISDIR(facts.st_mode):
        raise EmbeddedError(f"{path} is not a folder (a link is not followed here): remove it.")
    if facts.st_uid != os.geteuid():
        raise EmbeddedError(
            f"{path} belongs to user id {facts.st_uid}, this process runs as {os.geteuid()}: "
            "run as its owner, or set DAIRA_HOME to a folder of your own."
        )
    if stat.S_IMODE(facts.st_mode) & forbidden:
        raise EmbeddedError(f"{path} is open to other users: chmod 700 it, or set DAIRA_HOME.")


def reachable(wanted: Path) -> Path:
    """Return `wanted`, or a short 0700 folder in /tmp where a socket in it would not be reachable.

    A socket's path is limited to about 100 bytes, and libpq reads a comma as a list of hosts.
    """
    if len(os.fsencode(wanted / f".s.PGSQL.{PORT}")) <= _SOCKET_BYTES and "," not in str(wanted):
        return wanted
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    return _SHORT / f"daira-{os.geteuid()}-{digest}"


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step, 0600, so that a kill leaves the old or the new text, whole."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def bounded_log(path: Path) -> int:
    """Set a log of more than 10 MB aside as *.old; return the length of the one to append to."""
    length = path.stat().st_size if path.exists() else 0
    if length <= _LOG_BYTES:
        return length
    path.replace(path.with_name(path.name + ".old"))
    return 0
