"""Whatever is sent to the writes of content is stored as it is, or refused by name."""

import inspect
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import transaction

from skeletal.actions import content
from skeletal.errors import Conflict, Forbidden, InvalidInput, NotFound
from skeletal.models import Comment, MediaAttachment, Poll, PostRevision, User, Video
from tests.actions.test_hostile import WILD
from tests.factories import (
    make_circle,
    make_comment,
    make_draft,
    make_poll,
    make_post,
    make_video,
)

WRITES: dict[str, Callable[..., Any]] = dict(inspect.getmembers(content, inspect.isfunction))
REFUSED = (InvalidInput, Forbidden, NotFound, Conflict)
FILE = {"kind": "image", "url": "https://m.example/a", "mime": "image/png", "bytes": 1}
POLL = {"options": ["a", "b"], "seconds": 600, "multiple": False}
RENDITION = {"kind": "mp4", "url": "https://v.example/a", "bytes": 7}
GOOD: dict[str, Any] = {
    "at": None,
    "choices": [0],
    "circle_id": None,
    "content": "hello #there @bob",
    "description": "long",
    "duration": 7,
    "embedding": [1.0] * 8,
    "hls_url": "https://v.example/a.m3u8",
    "idempotency_key": None,
    "language": "en",
    "limit": 3,
    "media": [FILE],
    "media_urls": ["https://m.example/b"],
    "parent_id": None,
    "payload": {"content": "later", "media": [FILE], "poll": POLL},
    "poll": POLL,
    "renditions": [RENDITION],
    "resolution": 720,
    "scheduled_at": datetime.now(UTC) + timedelta(days=1),
    "title": "Title",
    "visibility": "public",
    "visitor": "token",
    "watched": 5000,
}
NESTED: dict[str, dict[str, Any]] = {"media": FILE, "renditions": RENDITION}


class Place(NamedTuple):
    """Rows of alice's that a write may be about."""

    ids: dict[str, Any]

    def sound(self, name: str, write: str) -> Any:
        """A value that is sound for an argument of this name."""
        if write == "add_comment" and name == "video_id":
            return None
        if name == "changes":
            return {}
        return GOOD[name] if name in GOOD else self.ids[name]


@pytest.fixture
def place(alice: User, bob: User) -> Place:
    post = make_post(author=alice)
    rows = {
        "post_id": post,
        "poll_id": make_poll(post=post),
        "comment_id": make_comment(post=post, author=alice),
        "video_id": make_video(author=alice),
        "draft_id": make_draft(author=alice),
        "author_id": alice,
        "user_id": alice,
        "viewer_id": bob,
        "circle": make_circle(owner=alice),
    }
    return Place({name: row.pk for name, row in rows.items()})


def wild_values(name: str, good: Any) -> Iterator[Any]:
    """What is none of an argument's values, at every place within it."""
    yield from WILD
    if name in NESTED:
        for key in (*NESTED[name], "unknown"):
            yield from ([{**NESTED[name], key: wild}] for wild in WILD)
    elif isinstance(good, dict):
        for key in (*good, "unknown", "visibility", "circle_id", "media_urls", "language"):
            yield from ({**good, key: wild} for wild in WILD)
            yield from ({**good, key: [wild, wild]} for wild in WILD)
    elif isinstance(good, list):
        yield from ([wild] for wild in WILD)


@pytest.mark.parametrize("name", WRITES)
def test_no_argument_of_any_write_breaks_it(place: Place, name: str) -> None:
    write = WRITES[name]
    call = {one: place.sound(one, name) for one in inspect.signature(write).parameters}
    call |= call.pop("changes", {})
    names = {*call} | ({"title", "description", "visibility"} if name == "update_video" else set())
    numbers = count()
    for one in sorted(names):
        for wild in wild_values(one, call.get(one)):
            if "idempotency_key" in call:
                call["idempotency_key"] = f"key {next(numbers)}"
            try:
                with transaction.atomic():
                    write(**{**call, one: wild})
            except REFUSED:
                continue
            except Exception as error:
                pytest.fail(f"{one}={wild!r:.80} gives {error!r:.200}")


def test_a_sound_call_of_every_write_goes_through(place: Place) -> None:
    """The table above breaks one argument of a call that is sound otherwise."""
    for name, write in WRITES.items():
        call = {one: place.sound(one, name) for one in inspect.signature(write).parameters}
        call |= call.pop("changes", {})
        if name in {"fail_video"}:
            continue
        with transaction.atomic():
            write(**call)
            transaction.set_rollback(True)


def naughty(data: Path, most: int) -> list[str]:
    strings = json.loads((data / "naughty-strings" / "blns.json").read_text("utf-8"))
    return [text for text in strings if len(text) <= most]


Store = Callable[[User, str], Any]
"""A write of one text, and what then stands in its column."""


def in_a_comment(who: User, text: str) -> Any:
    made = content.add_comment(who.pk, make_post().pk, text)
    return Comment.objects.get(pk=made.id).content


def in_a_comment_s_edit(who: User, text: str) -> Any:
    comment = make_comment(author=who)
    content.edit_comment(who.pk, comment.pk, content=text)
    return Comment.objects.get(pk=comment.pk).content


def in_an_edit(who: User, text: str) -> Any:
    post = make_post(author=who)
    content.edit_post(who.pk, post.pk, content=text)
    content.edit_post(who.pk, post.pk, content="after")
    return PostRevision.objects.get(post=post, version=2).content


def in_a_poll(who: User, text: str) -> Any:
    asked = {"options": [text, "other than it"], "seconds": 600}
    made = content.publish_post(who.pk, "?", poll=asked)
    return Poll.objects.get(post_id=made.id).options[0]


def in_an_alternative_text(who: User, text: str) -> Any:
    made = content.publish_post(who.pk, "x", media=[{**FILE, "alt_text": text}])
    return MediaAttachment.objects.get(post_id=made.id).alt_text


def in_a_title(who: User, text: str) -> Any:
    made = content.publish_video(who.pk, text, description=text)
    video = Video.objects.get(pk=made.id)
    assert video.description == text
    return video.title


@pytest.mark.parametrize(
    ("store", "most"),
    [
        (in_a_comment, 2000),
        (in_a_comment_s_edit, 2000),
        (in_an_edit, 5000),
        (in_a_poll, 100),
        (in_an_alternative_text, 1500),
        (in_a_title, 200),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_naughty_texts_are_stored_as_they_are(
    alice: User, data: Path, store: Store, most: int
) -> None:
    stored = 0
    for text in naughty(data, most):
        try:
            found = store(alice, text)
        except InvalidInput:
            continue
        assert found == text
        stored += 1
    assert stored > 420
