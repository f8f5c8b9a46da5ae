"""How LDBC's ids become ours.

A person becomes the user `ldbc_<id>`. A person's, a post's or a comment's id is made from its
time and its rank by (time, LDBC id) among those of its kind, so the files alone tell it.
"""

from pathlib import Path

from skeletal.management.seeding.ldbc import files
from skeletal.management.seeding.ldbc.book import NODE
from skeletal.management.seeding.timeline import identifier


def username(person: int | str) -> str:
    """The name of an LDBC person; of "", how all of them begin."""
    return f"ldbc_{person}"


def person_ids(directory: Path) -> dict[int, int]:
    """Our user id for each LDBC person id."""
    people = files.read_people(directory)
    return {p.id: identifier(p.joined, NODE, rank) for rank, p in enumerate(people)}


def message_ids(directory: Path) -> dict[int, tuple[str, int]]:
    """("post" or "comment", our id) for each LDBC message id."""
    return {
        message.id: (kind, identifier(message.written, NODE, rank))
        for kind in (files.POSTS, files.COMMENTS)
        for rank, message in enumerate(files.read_messages(directory, kind))
    }
