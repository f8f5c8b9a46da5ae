"""LDBC's update stream as its two files tell it: writes in order of time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from skeletal.errors import InvalidInput
from skeletal.management.seeding.ldbc.files import Link, Message, Person
from skeletal.management.seeding.reading import BadRow, number, opened, timely
from skeletal.management.seeding.timeline import POSTGRES_EPOCH, SECOND, micros

FOLDER = "update_streams"
STREAMS = ("updateStream_0_0_person", "updateStream_0_0_forum")
UNIX_EPOCH = micros(datetime.fromisoformat("1970-01-01T00:00:00Z"))
HEAD = 3
"""Columns before an operation's own: its time, the time it depends on, its number."""


@dataclass(frozen=True)
class Arrival:
    """A person who joins."""

    person: Person
    language: str
    tags: list[int]
    left_out: dict[str, int]
    """Rows by the file that holds such in LDBC's network."""


@dataclass(frozen=True)
class Written:
    """A post or a comment, and how many tags it bears."""

    kind: str
    message: Message
    tags: int


@dataclass(frozen=True)
class Liked:
    """A person likes a post or a comment."""

    kind: str
    link: Link


@dataclass(frozen=True)
class Befriended:
    """Two people become friends."""

    link: Link


@dataclass(frozen=True)
class Beyond:
    """What has no table here, by the file that holds such in LDBC's network."""

    name: str


What = Arrival | Written | Liked | Befriended | Beyond


@dataclass(frozen=True)
class Update:
    """One write and its time, microseconds since 2000."""

    moment: int
    what: What

    @property
    def at(self) -> datetime:
        return POSTGRES_EPOCH + timedelta(microseconds=self.moment)


def find_streams(directory: Path) -> list[Path]:
    """The two files of the stream; raises InvalidInput for one that is missing."""
    return [_find(directory / FOLDER, name) for name in STREAMS]


def _find(folder: Path, name: str) -> Path:
    for suffix in (".csv.gz", ".csv"):
        if (path := folder / f"{name}{suffix}").is_file():
            return path
    raise InvalidInput(f"{folder / name}.csv.gz is missing: --ldbc-updates takes LDBC's folder")


def read_updates(directory: Path) -> list[Update]:
    """All writes of both files in order of time; raises InvalidInput for a broken one."""
    updates = [update for path in find_streams(directory) for update in _read(path)]
    return sorted(updates, key=lambda update: update.moment)


def _read(path: Path) -> Iterator[Update]:
    with opened(path) as file:
        for line, text in enumerate(file, 1):
            try:
                yield _update(text.rstrip("\r\n").split("|"))
            except ValueError as error:
                raise BadRow(path, line, str(error)) from None


def _update(cells: list[str]) -> Update:
    if len(cells) < HEAD or cells[2] not in OPERATIONS:
        raise ValueError("is no write of LDBC's update stream")
    width, read = OPERATIONS[cells[2]]
    own = cells[HEAD:]
    if len(own) != width:
        raise ValueError(f"{len(own)} fields instead of {width} for the operation {cells[2]}")
    return Update(_moment(cells[0]), read(own))


def _moment(text: str) -> int:
    """Milliseconds since 1970 as microseconds since 2000; raises ValueError."""
    return timely(UNIX_EPOCH + number(text) * SECOND // 1000)


def _parts(text: str) -> list[str]:
    return [part for part in text.split(";") if part]


def _arrival(cells: list[str]) -> Arrival:
    languages, emails, tags, study, work = map(_parts, cells[9:14])
    return Arrival(
        Person(number(cells[0]), _moment(cells[5]), f"{cells[1]} {cells[2]}"),
        languages[0] if languages else "en",
        [number(tag) for tag in tags],
        {"person_email_emailaddress": len(emails)}
        | {"person_studyAt_organisation": len(study), "person_workAt_organisation": len(work)},
    )


def _post(cells: list[str]) -> Written:
    message = Message(
        number(cells[0]),
        _moment(cells[2]),
        number(cells[8]),
        cells[6],
        image=cells[1],
        language=cells[5],
    )
    return Written("post", message, len(_parts(cells[11])))


def _comment(cells: list[str]) -> Written:
    post, comment = (-1 if cell == "-1" else number(cell) for cell in cells[8:10])
    message = Message(
        number(cells[0]),
        _moment(cells[1]),
        number(cells[6]),
        cells[4],
        post=post,
        comment=comment,
    )
    return Written("comment", message, len(_parts(cells[10])))


def _link(cells: list[str]) -> Link:
    return Link(number(cells[0]), number(cells[1]), _moment(cells[2]))


OPERATIONS: dict[str, tuple[int, Callable[[list[str]], What]]] = {
    "1": (14, _arrival),
    "2": (3, lambda cells: Liked("post", _link(cells))),
    "3": (3, lambda cells: Liked("comment", _link(cells))),
    "4": (5, lambda cells: Beyond("forum")),
    "5": (3, lambda cells: Beyond("forum_hasMember_person")),
    "6": (12, _post),
    "7": (11, _comment),
    "8": (3, lambda cells: Befriended(_link(cells))),
}
"""How many columns of its own each operation has, and how they are read."""
