"""LDBC's network as a world that can be loaded."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skeletal.management.seeding.ldbc import files, messages, people
from skeletal.management.seeding.ldbc.book import NODE, Book
from skeletal.management.seeding.loading import Surroundings
from skeletal.management.seeding.reading import digest
from skeletal.management.seeding.stream import Stream
from skeletal.management.seeding.timeline import IDS_EPOCH, identifier

CHAPTERS = (
    people.write_people,
    people.write_follows,
    messages.write_posts,
    people.write_interests,
    messages.write_comments,
    messages.write_likes,
)
"""In the order of foreign keys."""


@dataclass
class Network:
    """The network of a folder: a Source."""

    directory: Path
    refused: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._digest = digest(files.find_all(self.directory))
        self._tags = files.read_tags(self.directory)
        self._names = {tag: files.hashtag(name) for tag, name in self._tags.items()}

    @property
    def name(self) -> str:
        return "ldbc"

    @property
    def marker(self) -> int:
        return identifier(IDS_EPOCH, NODE, 0)

    @property
    def parameters(self) -> dict[str, Any]:
        return {"identity": {"digest of the files": self._digest}, "node": NODE}

    @property
    def tags(self) -> list[str]:
        return [name for name in self._names.values() if name]

    def make(self, stream: Stream, around: Surroundings) -> None:
        """Write all chapters; count what has no table."""
        book = Book(self.directory, stream, self.refused, self._names, dict(around.hashtags))
        for chapter in CHAPTERS:
            chapter(book)
        for name, reason in files.OUT_OF_SCOPE.items():
            self.refused[reason] += files.count_rows(self.directory, name)
