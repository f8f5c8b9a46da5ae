"""What a post is made of, read by the rules before anything is looked up."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from skeletal.actions.content.naming import Named, named_in
from skeletal.errors import InvalidInput
from skeletal.rules import contacts, limits, texts, words
from skeletal.rules.folding import fold
from skeletal.rules.values import flag, parts, several, whole_number, word

FILE = ("kind", "url", "mime", "bytes")
MORE_OF_A_FILE = ("width", "height", "duration", "blurhash", "alt_text")
MIME = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")
LARGEST = {"bytes": 2**63 - 1, "width": 2**31 - 1, "height": 2**31 - 1, "duration": 2**31 - 1}


def read_post(
    content: str,
    *,
    visibility: str = "public",
    circle_id: int | None = None,
    media_urls: Sequence[str] = (),
    media: Sequence[Mapping[str, Any]] = (),
    language: str = "",
    poll: Mapping[str, Any] | None = None,
) -> tuple[Named, dict[str, Any]]:
    """Return what the text names, and the values of the post's columns; raises InvalidInput.

    `media_urls` has None where a file that waits will stand: `waiting` has their ids in order.
    """
    named = named_in(texts.text(content, field="content", most=limits.POST))
    files, addresses = _files(media), _urls(media_urls)
    urls = [*(file.get("url") for file in files), *addresses]
    waiting = [file["id"] for file in files if "id" in file]
    if len(set(waiting)) < len(waiting):
        raise InvalidInput("each file is another", field="media")
    if len(urls) > limits.MEDIA_PER_POST:
        raise InvalidInput(f"at most {limits.MEDIA_PER_POST} files", field="media")
    if not urls:
        texts.text(content, field="content", most=limits.POST, least=1)
    _require_audience(visibility, circle_id)
    return named, {
        "content": content,
        "visibility": visibility,
        "circle": circle_id,
        "media_urls": urls,
        "media": [file for file in files if "url" in file],
        "waiting": waiting,
        "language": texts.text(language, field="language", most=limits.LOCALE),
        **_poll(poll),
    }


def _urls(given: Sequence[str]) -> list[str]:
    found = several(given, "media_urls", limits.MEDIA_PER_POST)
    return [contacts.url(one, field="media_urls") for one in found]


def _files(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found = several(given, "media", limits.MEDIA_PER_POST)
    return [_file(one, position) for position, one in enumerate(found)]


def _file(given: object, position: int) -> dict[str, Any]:
    if isinstance(given, Mapping) and "id" in given:
        known = parts(given, "media", ("id",))
        return {"id": whole_number(known["id"], "media", LARGEST["bytes"], 1)}
    file = parts(given, "media", FILE, MORE_OF_A_FILE)
    mime = texts.text(file["mime"], field="media", most=limits.MIME)
    if not MIME.fullmatch(mime):
        raise InvalidInput("a file's type is such as image/png", field="media")
    numbers = {name: _number(file.get(name), most) for name, most in LARGEST.items()}
    if numbers["bytes"] is None:
        raise InvalidInput("a file has a size", field="media")
    return {
        "position": position,
        "kind": word(file["kind"], words.FILES, "media"),
        "url": contacts.url(file["url"], field="media"),
        "mime": mime,
        "blurhash": texts.text(file.get("blurhash", ""), field="media", most=limits.BLURHASH),
        "alt_text": texts.text(file.get("alt_text", ""), field="media", most=limits.ALT_TEXT),
        **numbers,
    }


def _number(value: object, most: int) -> int | None:
    return None if value is None else whole_number(value, "media", most)


def _poll(given: object) -> dict[str, Any]:
    if given is None:
        return {"options": None, "multiple": None, "seconds": None}
    poll = parts(given, "poll", ("options", "seconds"), ("multiple",))
    least, most = limits.POLL_OPTIONS
    options = [
        texts.text(one, field="poll", most=limits.POLL_OPTION, least=1)
        for one in several(poll["options"], "poll", most, least)
    ]
    if len({fold(one).strip() for one in options}) < len(options):
        raise InvalidInput("each option of a poll is another", field="poll")
    shortest, longest = limits.POLL_SECONDS
    multiple = flag(poll.get("multiple", False), "poll")
    seconds = whole_number(poll["seconds"], "poll", longest, shortest)
    return {"options": options, "multiple": multiple, "seconds": seconds}


def _require_audience(visibility: str, circle_id: int | None) -> None:
    word(visibility, words.POST_AUDIENCES, "visibility")
    if (visibility == "circle") != (circle_id is not None):
        raise InvalidInput("a circle is named for a post to a circle", field="circle_id")
