"""How the hand-written and the ordinary way find what a text names."""

import re
from typing import Any

from skeletal.management.bench.ordinary import seen
from skeletal.management.bench.subjects import Ask
from skeletal.models import Hashtag, User

TAG, NAME = re.compile(r"#(\w+)"), re.compile(r"@(\w+)")


def named(text: str) -> dict[str, Any]:
    """Hashtags as written and folded, and usernames, as values of a statement."""
    tags = TAG.findall(text)
    return {
        "content": text,
        "tags": tags,
        "names": [tag.casefold() for tag in tags],
        "people": [name.lower() for name in NAME.findall(text)],
    }


def tags_of(values: dict[str, Any]) -> list[Hashtag]:
    """Rows of the hashtags, one after the other, as get_or_create has it."""
    found = [
        Hashtag.objects.get_or_create(name=name, defaults={"display_name": tag})[0]
        for name, tag in zip(values["names"], values["tags"], strict=True)
    ]
    return [tag for tag in found if tag.usable]


def people_of(values: dict[str, Any], ask: Ask) -> list[User]:
    """Who is named and seen."""
    rows = User.objects.filter(username__in=values["people"])
    return list(seen(rows, ask).order_by("pk"))
