"""What comes in for content goes through its write, and nothing else comes in."""

from collections.abc import Callable
from typing import Any

import pytest

from skeletal.actions import content
from skeletal.dto import content as c
from skeletal.dto.base import Input
from skeletal.errors import InvalidInput
from skeletal.models import Comment, Draft, MediaAttachment, Poll, Post, User, Video
from tests.factories import make_circle, make_media, make_poll, make_video

FILE = {"kind": "image", "url": "https://M.example/a", "mime": "image/png", "bytes": 7}
WHOLE: dict[str, Any] = {
    "visibility": "public",
    "circle_id": None,
    "media_urls": ["https://m.example/b"],
    "media": [{**FILE, "width": 1, "height": 2, "duration": 3, "blurhash": "L", "alt_text": " a "}],
    "language": "en",
    "poll": {"options": [" yes ", "no"], "seconds": 600, "multiple": True},
}
TEXT = " Hello #there \n"
RENDITION = {"kind": "mp4", "url": "https://v.example/a", "bytes": 7, "state": "pending"}
VIDEO: dict[str, Any] = {
    "title": " Title ",
    "description": "",
    "hls_url": "https://v.example/a.m3u8",
    "duration": 7,
    "resolution": 720,
    "visibility": "followers",
    "renditions": [{**RENDITION, "resolution": 720, "language": "en"}],
}


def test_a_whole_post_comes_in(alice: User) -> None:
    given = c.CreatePost.read({**WHOLE, "content": TEXT, "idempotency_key": " k "})
    made = content.publish_post(alice.pk, **given)
    assert content.publish_post(alice.pk, **given).repeated
    post = Post.objects.get()
    assert (post.pk, post.content, post.hashtags) == (made.id, TEXT, ["there"])
    assert post.media_urls == ["https://m.example/a", "https://m.example/b"]
    file = MediaAttachment.objects.get()
    assert (file.width, file.height, file.duration, file.alt_text) == (1, 2, 3, " a ")
    poll = Poll.objects.get()
    assert (poll.options, poll.multiple) == ([" yes ", "no"], True)
    assert content.edit_post(alice.pk, made.id, **c.UpdatePost.read({"content": ""})).changed
    vote = c.CreateVote.read({"choices": [1, 0]})
    assert content.vote(alice.pk, poll.pk, **vote).changed


def test_a_file_that_waits_comes_in_by_its_id(alice: User) -> None:
    file = make_media(owner=alice)
    given = c.CreatePost.read(post(content="", media=[{"id": str(file.pk)}, FILE]))
    content.publish_post(alice.pk, **given)
    assert Post.objects.get().media_urls == [file.url, "https://m.example/a"]


def test_a_whole_draft_comes_in_and_goes_out(alice: User) -> None:
    circle = make_circle(owner=alice)
    near = {**WHOLE, "visibility": "circle", "circle_id": str(circle.pk), "content": TEXT}
    made = content.save_draft(alice.pk, **c.CreateDraft.read({"payload": {}}))
    assert content.update_draft(alice.pk, made.id, **c.UpdateDraft.read({"payload": near})).changed
    again = c.UpdateDraft.read({"payload": near})
    assert not content.update_draft(alice.pk, made.id, **again).changed
    past = c.ScheduleDraft.read({"scheduled_at": "2012-01-01T00:00:00Z"})
    with pytest.raises(InvalidInput):
        content.schedule_draft(alice.pk, made.id, **past)
    never = c.ScheduleDraft.read({"scheduled_at": None})
    assert not content.schedule_draft(alice.pk, made.id, **never).changed
    content.publish_draft(alice.pk, made.id)
    assert (Post.objects.get().circle_id, Draft.objects.get().state) == (circle.pk, "published")


def test_a_whole_video_and_its_comments_come_in(alice: User) -> None:
    made = content.publish_video(alice.pk, **c.CreateVideo.read(VIDEO))
    video = Video.objects.get()
    assert (video.title, video.duration, video.visibility) == (" Title ", 7, "followers")
    more = c.UpdateRenditions.read({"renditions": [RENDITION]})
    assert content.put_renditions(made.id, **more).changed
    assert content.update_video(alice.pk, made.id, **c.UpdateVideo.read({"title": "New"})).changed
    view = c.CreateView.read({"watched": 5000, "visitor": "token"})
    assert content.record_view(make_video().pk, **view).changed
    given = c.CreateComment.read({"content": "hi", "video_id": str(made.id), "parent_id": None})
    comment = content.add_comment(alice.pk, None, **given)
    change = c.UpdateComment.read({"content": "hi there"})
    assert content.edit_comment(alice.pk, comment.id, **change).changed
    assert Comment.objects.get().content == "hi there"


def post(**more: Any) -> dict[str, Any]:
    return {"content": "x", **more}


def poll(**more: Any) -> dict[str, Any]:
    return post(poll={"options": ["a", "b"], "seconds": 600, **more})


def file(**more: Any) -> dict[str, Any]:
    return post(media=[{**FILE, **more}])


WRONG: tuple[tuple[type[Input], dict[str, Any], str], ...] = (
    (c.CreatePost, post(visibility="everyone"), "visibility"),
    (c.CreatePost, post(circle_id="x"), "circle_id"),
    (c.CreatePost, post(media_urls=["https://a.example"] * 11), "media_urls"),
    (c.CreatePost, post(media_urls=["javascript:alert(1)"]), "media_urls"),
    (c.CreatePost, post(language="\0"), "language"),
    (c.CreatePost, post(idempotency_key=" "), "idempotency_key"),
    (c.CreatePost, post(idempotency_key="x" * 65), "idempotency_key"),
    (c.CreatePost, post(media=[FILE] * 11), "media"),
    (c.CreatePost, file(owner_id=1), "media"),
    (c.CreatePost, file(id=1), "media"),
    (c.CreatePost, post(media=[{"id": "x"}]), "media"),
    (c.CreatePost, post(media=[{}]), "media"),
    (c.CreatePost, file(processing_state="ready"), "media"),
    (c.CreatePost, file(url="file:///etc/passwd"), "media"),
    (c.CreatePost, file(bytes=2**63), "media"),
    (c.CreatePost, file(alt_text="\ud800"), "media"),
    (c.CreatePost, poll(votes_count=9), "poll"),
    (c.CreatePost, poll(options=["a"]), "poll"),
    (c.CreatePost, poll(options=["a", ""]), "poll"),
    (c.CreatePost, poll(options=["a", "\0"]), "poll"),
    (c.CreatePost, poll(options=["a"] * 11), "poll"),
    (c.CreatePost, poll(seconds=1), "poll"),
    (c.CreatePost, poll(seconds=10**30), "poll"),
    (c.CreateDraft, {"payload": post(author_id="1")}, "payload"),
    (c.CreateDraft, {"payload": post(at="2012-01-01T00:00:00Z")}, "payload"),
    (c.CreateDraft, {"payload": post(content="x" * 5001)}, "payload"),
    (c.ScheduleDraft, {"scheduled_at": "soon"}, "scheduled_at"),
    (c.ScheduleDraft, {"scheduled_at": "0001-01-01T00:00:00+14:00"}, "scheduled_at"),
    (c.CreateVote, {"choices": []}, "choices"),
    (c.CreateVote, {"choices": [10]}, "choices"),
    (c.CreateVote, {"choices": [-1]}, "choices"),
    (c.CreateVote, {"choices": [0] * 11}, "choices"),
    (c.CreateVideo, VIDEO | {"renditions": [RENDITION] * 51}, "renditions"),
    (c.CreateVideo, VIDEO | {"renditions": [RENDITION | {"video_id": 1}]}, "renditions"),
    (c.CreateVideo, VIDEO | {"views_count": 1}, "views_count"),
    (c.CreateVideo, VIDEO | {"visibility": "circle"}, "visibility"),
    (c.CreateVideo, VIDEO | {"duration": 2**31}, "duration"),
    (c.CreateView, {"watched": -1}, "watched"),
    (c.CreateView, {"watched": 1, "visitor": "x" * 201}, "visitor"),
)


@pytest.mark.parametrize(("dto", "data", "field"), WRONG, ids=lambda one: str(one)[-40:])
def test_what_breaks_a_rule_is_named(dto: type[Input], data: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        dto.read(data)
    assert list(caught.value.context["fields"]) == [field]  # type: ignore[call-overload]


NESTED: tuple[Callable[[Any], tuple[type[Input], dict[str, Any]]], ...] = (
    lambda deep: (c.CreatePost, post(media=[deep])),
    lambda deep: (c.CreatePost, poll(options=[deep, deep])),
    lambda deep: (c.CreatePost, post(poll=deep)),
    lambda deep: (c.CreateDraft, {"payload": post(media_urls=[deep])}),
    lambda deep: (c.UpdateRenditions, {"renditions": [deep]}),
)


@pytest.mark.parametrize("place", range(len(NESTED)))
@pytest.mark.parametrize("depth", [1, 900, 100_000])
def test_what_is_nested_deep_is_refused(place: int, depth: int) -> None:
    deep: Any = []
    for _ in range(depth):
        deep = [deep]
    dto, data = NESTED[place](deep)
    with pytest.raises(InvalidInput):
        dto.read(data)


def test_a_poll_is_answered_by_places_alone(alice: User) -> None:
    asked, given = make_poll(), c.CreateVote.read({"choices": [9]})
    with pytest.raises(InvalidInput):
        content.vote(alice.pk, asked.pk, **given)
