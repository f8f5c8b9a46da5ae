"""LDBC's network in our tables: whose id is whose, and how a value of ours is written there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from skeletal.management.seeding.ldbc import message_ids, person_ids
from skeletal.management.seeding.ldbc.ids import username
from skeletal.management.seeding.ldbc.messages import IMAGES
from skeletal.management.seeding.ldbc.updates import Arrival, Written, read_updates
from skeletal.models import Comment, Post, User

Row = list[Any]
Kind = str
"""A message is a "post" or a "comment"."""
WHERE = ("author_id", "created_at", "id")


@dataclass(frozen=True)
class Network:
    """Ids by LDBC id, and LDBC ids by ours."""

    people: dict[int, int]
    messages: dict[int, tuple[Kind, int]]

    @cached_property
    def their_people(self) -> dict[int, int]:
        return {ours: theirs for theirs, ours in self.people.items()}

    @cached_property
    def their_messages(self) -> dict[tuple[Kind, int], int]:
        return {ours: theirs for theirs, ours in self.messages.items()}

    def kind(self, message: int) -> Kind:
        return self.messages[message][0]

    def ours(self, message: int) -> int:
        return self.messages[message][1]

    def author(self, user: User) -> Row:
        """A person's id and whole name."""
        return [self.their_people[user.pk], user.profile.display_name]

    def id_of(self, message: Post | Comment) -> int:
        return self.their_messages[message._meta.model_name or "", message.pk]


@cache
def read_network(folder: Path) -> Network:
    return Network(person_ids(folder), message_ids(folder))


def grown(folder: Path) -> Network:
    """With the people and the messages of the stream, found by name and by author and moment."""
    people, messages = person_ids(folder), message_ids(folder)
    users = dict(User.objects.values_list("username", "id"))
    rows = {
        kind: {(author, at): pk for author, at, pk in model._default_manager.values_list(*WHERE)}
        for kind, model in (("post", Post), ("comment", Comment))
    }
    for update in read_updates(folder):
        match update.what:
            case Arrival(person):
                people[person.id] = users[username(person.id)]
            case Written(kind, message):
                author = people[message.author]
                messages[message.id] = kind, rows[kind][author, update.at]
    return Network(people, messages)


def time_of(moment: datetime) -> str:
    """As LDBC writes it; a time finer than milliseconds shows all its digits."""
    return moment.isoformat(timespec="microseconds").replace("000+00:00", "Z")


def text_of(content: str, media_urls: Sequence[str] = ()) -> str:
    """A text, or a photo's name where there is none."""
    return content or media_urls[0].removeprefix(IMAGES)


def words_of(message: Post | Comment) -> str:
    urls = message.media_urls if isinstance(message, Post) else ()
    return text_of(message.content, urls)
