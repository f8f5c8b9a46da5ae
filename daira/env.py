"""Typed readers of the environment: a wrong value becomes a named problem, never a traceback."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from daira.sentinel import watched

Default = TypeVar("Default")
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


@dataclass(frozen=True)
class Problem:
    """One setting that cannot be used, told in one sentence."""

    id: str
    sentence: str


@dataclass
class Environment:
    """Reads settings from `source` and collects what is wrong with them."""

    source: Mapping[str, str] = field(default_factory=lambda: os.environ)
    problems: list[Problem] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Whether a variable is set to something."""
        return bool(self.source.get(name, "").strip())

    def text(self, name: str, default: str = "") -> str:
        """A text, stripped; the default when unset or blank."""
        return self.source.get(name, "").strip() or default

    def words(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """A list separated by commas."""
        return [
            word.strip() for word in self.text(name, ",".join(default)).split(",") if word.strip()
        ]

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of `choices`; the first is the default."""
        found = self.text(name, choices[0])
        if found in choices:
            return found
        return self._wrong(name, f"must be one of {', '.join(choices)}, not {found!r}", choices[0])

    def integer(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number in a closed range."""
        found = self.text(name, str(default))
        try:
            number = int(found)
        except ValueError:
            return self._wrong(name, f"must be a whole number, not {found!r}", default)
        if least <= number <= most:
            return number
        return self._wrong(name, f"must lie between {least} and {most}, not {number}", default)

    def boolean(self, name: str, *, default: bool) -> bool:
        """A yes or a no."""
        found = self.text(name, "yes" if default else "no").lower()
        if found in TRUE | FALSE:
            return found in TRUE
        return self._wrong(name, f"must be yes or no, not {found!r}", default)

    def postgres(self, name: str, default: str) -> dict[str, Any]:
        """A PostgreSQL URL or conninfo string, read by libpq's own parser."""
        try:
            return self._postgres(self.text(name, default))
        except (ProgrammingError, ValueError):
            # The text may hold a password: it is not repeated.
            wrong = "must look like postgresql://user:password@host:5432/database"
            return self._wrong(name, wrong, self._postgres(default))

    def _postgres(self, conninfo: str) -> dict[str, Any]:
        if not conninfo:
            return {}
        parts = conninfo_to_dict(conninfo)
        if not parts.get("dbname"):
            raise ValueError("no database is named")
        if any(not port.isascii() or not port.isdigit() for port in _ports(parts)):
            raise ValueError("a port is not a number")
        return parts

    def redis(self, name: str, default: str) -> str:
        """A URL of a Redis or Valkey, or of the sentinels that watch one."""
        found = self.text(name, default)
        if not found or _is_redis(found):
            return found
        wrong = "must look like redis://host:6379/0 or redis+sentinel://host:26379,host:26379/name"
        return self._wrong(name, wrong, default)

    def required(self, name: str, why: str) -> None:
        """Name a problem when a variable is not set."""
        if not self.has(name):
            self.problems.append(Problem("daira.E002", f"{name} is not set: {why}."))

    def wrong(self, name: str, sentence: str) -> None:
        """Name a problem found outside, such as two settings that do not fit."""
        self.problems.append(Problem("daira.E001", f"{name} {sentence}."))

    def _wrong(self, name: str, sentence: str, default: Default) -> Default:
        self.wrong(name, sentence)
        return default


def _is_redis(url: str) -> bool:
    try:
        if watched(url):
            return True
        parts = urlsplit(url)
        return parts.scheme in {"redis", "rediss", "unix"} and parts.port != 0
    except ValueError:
        return False


def _ports(parts: dict[str, Any]) -> list[str]:
    """The ports of a conninfo; one that names several hosts lists them with commas."""
    return [port for port in str(parts.get("port", "")).split(",") if port]


def secret(home: Path, name: str, create: str) -> str:
    """Read a secret kept in `home` (mode 0600), made of `create` at first need.

    Deleting the file rotates it. Two processes that create it at once read the same one.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home / name
    draft = home / f".{name}.{os.getpid()}"
    if not path.exists():
        descriptor = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(create)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
