"""What the chapters of LDBC's network share: ids found so far, and rows refused."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from skeletal.errors import InvalidInput
from skeletal.management.seeding.encoding import Encoder
from skeletal.management.seeding.stream import Stream
from skeletal.management.seeding.timeline import identifier

NODE = 1019
"""Marks the ids of this network."""

K = TypeVar("K")


@dataclass
class Book:
    """Ids of ours by LDBC id, by kind of thing."""

    directory: Path
    stream: Stream
    refused: Counter[str]
    tag_names: Mapping[int, str | None]
    """The folded name of each tag; None where it is no hashtag."""
    hashtags: dict[str, int]
    """Our id of each hashtag by folded name."""
    joined: dict[int, int] = field(default_factory=dict)
    people: dict[int, int] = field(default_factory=dict)
    posts: dict[int, int] = field(default_factory=dict)
    comments: dict[int, int] = field(default_factory=dict)

    def add(
        self, encoder: Encoder, first: int, times: list[int], **columns: Iterable[Any]
    ) -> list[int]:
        """Put rows on the stream; return their ids, made from their times and from `first` on."""
        ids = [identifier(time, NODE, rank) for rank, time in enumerate(times, first)]
        self.stream.add(encoder, len(ids), id=ids, created_at=times, **columns)
        return ids

    def person(self, theirs: int) -> int:
        return found(self.people, theirs, "person")

    def post(self, theirs: int) -> int:
        return found(self.posts, theirs, "post")

    def comment(self, theirs: int) -> int:
        return found(self.comments, theirs, "comment")

    def tag(self, theirs: int) -> str | None:
        """The folded name of a tag; None, and counted as refused, where it is no hashtag."""
        if theirs not in self.tag_names:
            raise InvalidInput(f"the files name a tag {theirs} that they do not hold")
        name = self.tag_names[theirs]
        if name is None:
            self.refused["use of a tag without a letter, which is no hashtag"] += 1
        return name

    def keep(self, found: dict[K, int], key: K, since: int, kind: str) -> None:
        """Remember when something came to be; of two that are equal the first stays."""
        if key in found:
            self.refused[f"duplicate {kind}"] += 1
        else:
            found[key] = since

    def fit(self, text: str, length: int, what: str) -> str:
        """Take out NUL, which PostgreSQL cannot hold, and cut at `length` characters."""
        if "\0" in text:
            self.refused[f"NUL in a {what} (left out)"] += text.count("\0")
            text = text.replace("\0", "")
        if len(text) > length:
            self.refused[f"end of a {what} beyond {length} characters (cut)"] += 1
        return text[:length]


def found(ids: Mapping[int, int], theirs: int, what: str) -> int:
    """Our id of a thing of theirs; raises InvalidInput for one that is nowhere."""
    ours = ids.get(theirs)
    if ours is None:
        raise InvalidInput(f"the files name a {what} {theirs} that they do not hold")
    return ours
