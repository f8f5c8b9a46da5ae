"""Hashtags and people that a text names, as rows."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import QuerySet

from skeletal.db.prepared import TEXTS, Command, Param, write
from skeletal.errors import InvalidInput
from skeletal.models import Hashtag
from skeletal.records import Id, Record
from skeletal.rules import entities, limits, usernames


class Named(NamedTuple):
    """Folded hashtag → as first written; usernames in their normal form; each once, in order."""

    tags: dict[str, str]
    people: list[str]


class Tag(Record, frozen=True, kw_only=True):
    """A row of a hashtag."""

    id: Id
    name: str
    usable: bool


class Tagged(Record, frozen=True, kw_only=True):
    """The known hashtags of a text; the columns of TAGGED come first in a statement's answer."""

    tag_ids: list[Id]
    tag_names: list[str]
    tag_usable: list[bool]

    @property
    def tags(self) -> list[Tag]:
        """The same, row by row."""
        columns = zip(self.tag_ids, self.tag_names, self.tag_usable, strict=True)
        return [Tag(id=id_, name=name, usable=usable) for id_, name, usable in columns]


TAGGED = """
ARRAY(SELECT id FROM tags ORDER BY id) AS tag_ids,
ARRAY(SELECT name FROM tags ORDER BY id) AS tag_names,
ARRAY(SELECT usable FROM tags ORDER BY id) AS tag_usable
"""
"""Of a part `tags`, which is `known_tags`."""


def known_tags() -> "QuerySet[Any, Any]":
    """The hashtags of the parameter `names` that are rows."""
    named = Hashtag.objects.filter(name__any=Param("names", TEXTS))
    return named.values("id", "name", "usable")


def named_in(content: str) -> Named:
    """Find what a text names; raises InvalidInput for more than the limits allow."""
    found = entities.extract(content)
    tags: dict[str, str] = {}
    for tag in found.hashtags:
        name = entities.hashtag_name(tag.text, field="content")
        if len(name) > limits.HASHTAG:
            raise InvalidInput("a hashtag is too long when it is folded", field="content")
        tags.setdefault(name, tag.text)
    people = list(dict.fromkeys(_usernames(one.text for one in found.mentions)))
    for count, most, what in (
        (len(tags), limits.HASHTAGS_PER_POST, "hashtags"),
        (len(people), limits.MENTIONS_PER_POST, "mentions"),
    ):
        if count > most:
            raise InvalidInput(f"at most {most} {what}, this has {count}", field="content")
    return Named(tags, people)


def rows_of(tags: dict[str, str], known: list[Tag]) -> list[int]:
    """Ids of the usable hashtags, those that nobody used before made now.

    No statement where all are known, else one, and one more where somebody else makes the same at
    this moment. New ones are inserted in the order of their names, so that two posts never wait
    for each other.
    """
    missing = sorted(tags.keys() - {tag.name for tag in known})
    if missing:
        shown = [tags[name] for name in missing]
        made = _make().all(names=missing, shown=shown)
        if len(made) < len(missing):
            made = _tags().all(names=missing)
        known = [*known, *made]
    return [tag.id for tag in known if tag.usable]


def _usernames(written: Iterable[str]) -> Iterable[str]:
    """What only looks like a username names nobody."""
    for text in written:
        try:
            yield usernames.username(text, reserved=True)
        except InvalidInput:
            continue


@write(Tag)
def _make() -> Command:
    return Command(
        """
        INSERT INTO hashtags (name, display_name, usable, trendable, updated_at)
        SELECT name, shown, true, true, now() FROM unnest(%(names)s, %(shown)s) AS t (name, shown)
        ORDER BY name ON CONFLICT (name) DO NOTHING RETURNING id, name, usable
        """,
        [Param("names", TEXTS), Param("shown", TEXTS)],
    )


@write(Tag)
def _tags() -> Command:
    return Command(
        "SELECT id, name, usable FROM hashtags WHERE name = ANY(%(names)s)",
        [Param("names", TEXTS)],
    )
