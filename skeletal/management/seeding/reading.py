"""Published data files: opened plain or packed, each broken row told by file and line."""

import gzip
import hashlib
import lzma
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO, TypeVar

from skeletal.errors import InvalidInput
from skeletal.management.seeding.timeline import IDS_EPOCH, micros

OPENERS: dict[str, Callable[..., TextIO]] = {".gz": gzip.open, ".xz": lzma.open}
DIGITS = 18
"""Longest number of a thing: it fits into 64 bits."""

T = TypeVar("T")


class BadRow(InvalidInput):
    """A row that cannot be read."""

    def __init__(self, path: Path, line: int, what: str) -> None:
        super().__init__(f"{path.name}, line {line}: {what}")


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """Open a text file by its suffix; lines end with a line feed only. Raises InvalidInput."""
    try:
        with OPENERS.get(path.suffix, open)(path, "rt", encoding="utf-8", newline="\n") as file:
            yield file
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} is not text in UTF-8") from None
    except FileNotFoundError:
        raise InvalidInput(f"{path} does not exist") from None
    except (gzip.BadGzipFile, lzma.LZMAError, EOFError) as error:
        raise InvalidInput(f"{path} is damaged: {error}") from None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}") from None


def rows(
    path: Path, file: Iterable[str], separator: str, width: int
) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line after the header; raises BadRow."""
    for number, line in enumerate(file, 2):
        cells = line.rstrip("\r\n").split(separator)
        if len(cells) != width:
            raise BadRow(path, number, f"{len(cells)} columns instead of {width}")
        yield number, cells


def number(text: str) -> int:
    """Read a whole number without sign; raises ValueError with a sentence."""
    if not (text.isascii() and text.isdecimal()) or len(text) > DIGITS:
        raise ValueError(f'"{text[:40]}" is not a whole number of at most {DIGITS} digits')
    return int(text)


def moment(text: str) -> int:
    """Read an ISO time with offset as microseconds since 2000; raises ValueError."""
    try:
        return timely(micros(datetime.fromisoformat(text)))
    except (ValueError, TypeError) as error:
        raise ValueError(f'"{text[:40]}" is not a time from 2010 to 2079 with an offset') from error


def timely(instant: int) -> int:
    """Return a time (microseconds since 2000) that an id can hold; raises ValueError."""
    if not 0 <= (instant - IDS_EPOCH) // 1000 < 1 << 41:
        raise ValueError("the time lies outside 2010 to 2079")
    return instant


def digest(paths: Iterable[Path]) -> str:
    """The first 16 digits of a SHA-256 over whole files as they lie on the disk."""
    total = hashlib.sha256()
    for path in paths:
        try:
            total.update(hashlib.sha256(path.read_bytes()).digest())
        except FileNotFoundError:
            raise InvalidInput(f"{path} does not exist") from None
        except OSError as error:
            raise InvalidInput(f"{path} cannot be read: {error.strerror or error}") from None
    return total.hexdigest()[:16]
