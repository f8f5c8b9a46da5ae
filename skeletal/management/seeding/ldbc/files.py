"""LDBC's social network as its files tell it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from re import sub
from typing import TypeVar

from skeletal.errors import InvalidInput
from skeletal.management.seeding.reading import BadRow, moment, number, opened, rows
from skeletal.rules import limits
from skeletal.rules.entities import hashtag_name

DYNAMIC, STATIC = "dynamic", "static"
PEOPLE, KNOWS = "person", "person_knows_person"
POSTS, COMMENTS = "post", "comment"
POST_TAGS, INTERESTS, TAGS = "post_hasTag_tag", "person_hasInterest_tag", "tag"
LIKES_OF_POSTS, LIKES_OF_COMMENTS = "person_likes_post", "person_likes_comment"
LANGUAGES = "person_speaks_language"
WIDTHS = {
    PEOPLE: 9,
    KNOWS: 3,
    POSTS: 11,
    COMMENTS: 10,
    POST_TAGS: 2,
    INTERESTS: 2,
    TAGS: 4,
    LIKES_OF_POSTS: 3,
    LIKES_OF_COMMENTS: 3,
    LANGUAGES: 2,
}
"""Columns of each file that is loaded."""
OUT_OF_SCOPE = {
    "forum": "forum (out of scope)",
    "forum_hasMember_person": "forum membership (out of scope)",
    "forum_hasTag_tag": "tag of a forum (out of scope)",
    "comment_hasTag_tag": "tag of a comment (only posts bear tags)",
    "person_email_emailaddress": "e-mail address (example.invalid instead)",
    "person_studyAt_organisation": "place of study (no such column)",
    "person_workAt_organisation": "place of work (no such column)",
}
"""Files whose rows are counted as refused, by reason."""

T = TypeVar("T")


@dataclass(frozen=True)
class Person:
    id: int
    joined: int
    name: str


@dataclass(frozen=True)
class Message:
    """A post or a comment, which answers `post` or `comment`, LDBC's ids; the other is -1."""

    id: int
    written: int
    author: int
    text: str
    image: str = ""
    language: str = ""
    post: int = 0
    comment: int = 0


@dataclass(frozen=True)
class Link:
    """Two LDBC ids and, where the file has one, a time."""

    first: int
    second: int
    since: int = 0


def find(directory: Path, name: str) -> Path:
    """The file of a table, packed or plain; raises InvalidInput when it is missing."""
    folder = directory / (STATIC if name == TAGS else DYNAMIC)
    for suffix in (".csv.gz", ".csv"):
        if (path := folder / f"{name}_0_0{suffix}").is_file():
            return path
    raise InvalidInput(f"{folder / name}_0_0.csv.gz is missing: --ldbc takes LDBC's whole folder")


def find_all(directory: Path) -> list[Path]:
    """Every file that a load reads or counts; raises InvalidInput at the first that is missing."""
    if not directory.is_dir():
        raise InvalidInput(f"{directory} is not a folder")
    return [find(directory, name) for name in (*WIDTHS, *OUT_OF_SCOPE)]


def _read(directory: Path, name: str, build: Callable[[list[str]], T]) -> Iterator[T]:
    path = find(directory, name)
    with opened(path) as file:
        file.readline()
        for line, cells in rows(path, file, "|", WIDTHS[name]):
            try:
                yield build(cells)
            except ValueError as error:
                raise BadRow(path, line, str(error)) from None


def count_rows(directory: Path, name: str) -> int:
    """How many rows a file has, without its header."""
    with opened(find(directory, name)) as file:
        return max(0, sum(1 for _ in file) - 1)


def read_people(directory: Path) -> list[Person]:
    """All people in order of (time, LDBC id)."""
    people = _read(
        directory,
        PEOPLE,
        lambda cells: Person(number(cells[0]), moment(cells[5]), f"{cells[1]} {cells[2]}"),
    )
    return sorted(people, key=lambda person: (person.joined, person.id))


def _post(cells: list[str]) -> Message:
    return Message(
        number(cells[0]),
        moment(cells[2]),
        number(cells[8]),
        cells[6],
        image=cells[1],
        language=cells[5],
    )


def _comment(cells: list[str]) -> Message:
    return Message(
        number(cells[0]),
        moment(cells[1]),
        number(cells[6]),
        cells[4],
        post=number(cells[8]) if cells[8] else -1,
        comment=number(cells[9]) if cells[9] else -1,
    )


def read_messages(directory: Path, name: str) -> list[Message]:
    """All posts or all comments in order of (time, LDBC id)."""
    messages = _read(directory, name, _post if name == POSTS else _comment)
    return sorted(messages, key=lambda message: (message.written, message.id))


def read_links(directory: Path, name: str) -> list[Link]:
    """The pairs of a file in order of time, then of the file."""
    timed = WIDTHS[name] == 3
    links = _read(
        directory,
        name,
        lambda cells: Link(number(cells[0]), number(cells[1]), moment(cells[2]) if timed else 0),
    )
    return sorted(links, key=lambda link: link.since)


def read_languages(directory: Path) -> dict[int, str]:
    """The language that a person names first, by LDBC id."""
    first: dict[int, str] = {}
    for person, language in _read(directory, LANGUAGES, lambda cells: (number(cells[0]), cells[1])):
        first.setdefault(person, language)
    return first


def read_tags(directory: Path) -> dict[int, str]:
    """The name of each tag, by LDBC id."""
    return dict(_read(directory, TAGS, lambda cells: (number(cells[0]), cells[1])))


def hashtag(tag: str) -> str | None:
    """The folded name of a tag as a hashtag, signs as underlines; None where it holds no letter."""
    try:
        return hashtag_name(sub(r"\W", "_", tag)[: limits.HASHTAG])
    except InvalidInput:
        return None
