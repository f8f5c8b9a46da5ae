"""The one error of this package, and the way from a system's cause to one clear sentence."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CAUSE = re.compile(r"(?:FATAL|PANIC): +(.+)|^\d+:\w .+? # (.+)", re.MULTILINE)
_NOISE = ("the database system is ", "WARNING")
_SCARCE_BYTES = 8 * 1024 * 1024


class EmbeddedError(Exception):
    """One sentence for the person at the terminal; no traceback is needed to act on it."""


@contextmanager
def in_words(task: str) -> Iterator[None]:
    """Turn an error of the operating system into "Cannot <task>: <cause> (<file>)."""
    try:
        yield
    except OSError as problem:
        place = f" ({problem.filename})" if problem.filename else ""
        raise EmbeddedError(f"Cannot {task}: {problem.strerror or problem}{place}.") from problem


def cause(log: Path, offset: int, folder: Path) -> str:
    """Say why a server ended: its last complaint in `log` after `offset`, and a full disk."""
    parts = [_complaint(log, offset), _scarcity(folder)]
    return "; ".join(part for part in parts if part) or "it gave no reason"


def _complaint(log: Path, offset: int) -> str:
    found = [match.group(1) or match.group(2) for match in _matches(log, offset)]
    kept = [text for text in found if not text.startswith(_NOISE)]
    return kept[-1].strip() if kept else ""


def _matches(log: Path, offset: int) -> Iterator[re.Match[str]]:
    if not log.exists():
        return iter(())
    return _CAUSE.finditer(log.read_bytes()[offset:].decode("utf-8", "replace"))


def _scarcity(folder: Path) -> str:
    free = shutil.disk_usage(folder).free
    return f"the disk of {folder} is full ({free // 1024} kB free)" if free < _SCARCE_BYTES else ""
