"""Every input: unknown fields are refused, and what it takes is what its action takes."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from skeletal.actions import content, social
from skeletal.actions.content.videos import RULES
from skeletal.dto import content as c
from skeletal.dto import social as s
from skeletal.dto.base import Input, Keyed
from skeletal.errors import InvalidInput

ACTIONS: dict[type[Input], tuple[Callable[..., Any], dict[str, Any]]] = {
    c.CreatePost: (content.publish_post, {"content": "hi #there"}),
    c.UpdatePost: (content.edit_post, {"content": "hi"}),
    c.CreateComment: (content.add_comment, {"content": "hi"}),
    c.UpdateComment: (content.edit_comment, {"content": "hi"}),
    c.CreateDraft: (content.save_draft, {"payload": {"content": "hi"}}),
    c.UpdateDraft: (content.update_draft, {"payload": {"content": "hi"}}),
    c.ScheduleDraft: (content.schedule_draft, {"scheduled_at": "2030-01-01T00:00:00Z"}),
    c.CreateVote: (content.vote, {"choices": [0]}),
    c.CreateVideo: (content.publish_video, {"title": "hi"}),
    c.FinishVideo: (content.finish_video, {"hls_url": "https://v.example/a"}),
    c.UpdateRenditions: (content.put_renditions, {"renditions": []}),
    c.UpdateEmbedding: (content.put_embedding, {"embedding": [0.5, -1]}),
    c.CreateView: (content.record_view, {"watched": 5000}),
    s.CreateFollow: (social.follow_user, {"followee_id": "7"}),
    s.CreateBlock: (social.block_user, {"blocked_id": 7}),
    s.CreateMute: (social.mute_user, {"muted_id": "7", "seconds": 60}),
    s.CreateLike: (social.like, {"likeable_type": "post", "likeable_id": "7"}),
    s.CreateBookmark: (social.bookmark, {"bookmarkable_type": "post", "bookmarkable_id": "7"}),
    s.CreateHashtagFollow: (social.follow_hashtag, {"hashtag": "#Cairo"}),
    s.CreateCircle: (social.create_circle, {"name": "near"}),
    s.CreateList: (social.create_list, {"name": "far"}),
    s.UpdateCircle: (social.rename_circle, {"name": "nearer"}),
    s.UpdateList: (social.rename_list, {"name": "farther"}),
    s.CreateMember: (social.add_circle_member, {"member_id": "7"}),
    s.CreateKeywordFilter: (social.create_keyword_filter, {"phrase": "spoiler"}),
    s.UpdateKeywordFilter: (
        social.update_keyword_filter,
        {"phrase": "spoiler", "contexts": ["home"], "action": "warn", "whole_word": False},
    ),
    s.CreateConversation: (social.open_conversation, {"other_ids": ["7", 8]}),
    s.UpdateConversation: (social.mark_conversation_read, {"message_id": "7"}),
    s.CreateConversationMute: (social.mute_conversation, {"seconds": 60}),
    s.CreateMessage: (social.send_message, {"body": "hi", "client_nonce": "n1"}),
    s.UpdateMessage: (social.edit_message, {"body": "hi"}),
    s.UpdateNotifications: (social.mark_notifications_read, {"up_to_id": "7"}),
}
PARTS = {c.File, c.Poll, c.Body, c.DraftPost, c.Rendition}
"""What stands within an input."""
EVERY = pytest.mark.parametrize("dto", ACTIONS, ids=lambda dto: dto.__name__)


@EVERY
def test_its_fields_are_arguments_of_the_action(dto: type[Input]) -> None:
    action, good = ACTIONS[dto]
    assert set(dto().fields) <= set(inspect.signature(action).parameters)
    assert dto.read(good).keys() == good.keys()


@EVERY
@pytest.mark.parametrize("name", ["author_id", "user_id", "status", "likes_count", "at", "x" * 99])
def test_what_it_does_not_name_is_refused(dto: type[Input], name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        dto.read({**ACTIONS[dto][1], name: "1"})
    assert caught.value.context["fields"] == {name[:50]: ["unknown field"]}


@EVERY
@pytest.mark.parametrize("bad", ["a\0", "\ud800", "x" * 1_000_000, {"a": {"b": []}}, [[[]]], None])
def test_a_bad_value_of_any_field_is_named(dto: type[Input], bad: Any) -> None:
    good = ACTIONS[dto][1]
    for name in good:
        if bad is None and dto().fields[name].allow_null:
            continue
        with pytest.raises(InvalidInput) as caught:
            dto.read({**good, name: bad})
        assert list(caught.value.context["fields"]) == [name]  # type: ignore[call-overload]


@pytest.mark.parametrize("bad", ["", "-1", "0", "1.0", 1.0, True, "٣", str(2**63), "1" * 99, " 1"])
def test_what_is_no_id_is_refused(bad: Any) -> None:
    with pytest.raises(InvalidInput, match="breaks a rule"):
        s.CreateFollow.read({"followee_id": bad})


@pytest.mark.parametrize("data", [None, [], "x", 7, [{}]])
@EVERY
def test_what_is_no_object_is_refused(dto: type[Input], data: Any) -> None:
    with pytest.raises(InvalidInput):
        dto.read(data)


def test_every_input_stands_in_the_table() -> None:
    made = {
        one
        for module in (c, s)
        for _, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, Input)
    }
    assert made - ACTIONS.keys() == {Input, Keyed, *PARTS, c.UpdateVideo}


def test_the_changes_of_a_video_are_those_of_its_action() -> None:
    assert set(c.UpdateVideo().fields) == RULES.keys()
