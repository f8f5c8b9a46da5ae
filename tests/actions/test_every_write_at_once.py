"""Every write, by fifty callers at one moment: done or refused by name, and counts hold."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from skeletal.actions import social, users
from skeletal.actions.counters import sweep
from skeletal.errors import DairaError, Unavailable, UnknownOutcome
from skeletal.models import KeywordFilter, User
from skeletal.queries.drift import list_drift
from tests.actions import test_hostile as people
from tests.actions import test_hostile_content as things
from tests.actions.crowds import at_once
from tests.factories import (
    make_circle,
    make_comment,
    make_draft,
    make_hashtag,
    make_poll,
    make_post,
    make_user,
    make_video,
)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed_db")]
CALLS = 50
WRITES: dict[str, Callable[..., Any]] = {**people.WRITES, **things.WRITES}
BAD = (Unavailable, UnknownOutcome)


def rows(alice: User, bob: User) -> dict[str, Any]:
    """Ids of things of alice's that a write may be about, by the name of its argument."""
    post = make_post(author=alice)
    direct = social.open_conversation(alice.pk, [bob.pk]).id
    social.create_keyword_filter(alice.pk, "spoiler")
    make_hashtag(name="cairo")
    social.bookmark(alice.pk, "post", post.pk)
    return {
        "author_id": alice.pk,
        "bookmarkable_id": post.pk,
        "circle_id": make_circle(owner=alice).pk,
        "comment_id": make_comment(post=post, author=alice).pk,
        "conversation_id": direct,
        "draft_id": make_draft(author=alice).pk,
        "filter_id": KeywordFilter.objects.get().pk,
        "likeable_id": post.pk,
        "list_id": social.create_list(alice.pk, "far").id,
        "message_id": social.send_message(alice.pk, direct, "hello", "n0").id,
        "poll_id": make_poll(post=post).pk,
        "post_id": post.pk,
        "refresh_token": users.open_session(alice.pk, "web").refresh_token,
        "video_id": make_video(author=alice).pk,
        "viewer_id": bob.pk,
    }


def sound(name: str, write: str, alice: User, bob: User, about: dict[str, Any]) -> Any:
    if write == "add_comment" and name == "video_id":
        return None
    if write in ("publish_post", "save_draft") and name == "circle_id":
        return None
    if name in about:
        return about[name]
    return things.GOOD[name] if name in things.GOOD else people.sound(name, alice, bob)


@pytest.mark.parametrize("name", [*WRITES, "update_profile"])
def test_fifty_at_once_are_done_or_refused_by_name(name: str) -> None:
    write = WRITES.get(name, users.update_profile)
    answered = name in ("accept_follow", "decline_follow")
    alice, bob = make_user(), make_user(is_private=answered)
    if answered:
        social.follow_user(alice.pk, bob.pk)
    about = rows(alice, bob)
    changes = {"update_profile": {"bio": "new"}, "update_video": {"title": "New"}}.get(name, {})
    arguments = [one for one in inspect.signature(write).parameters if one != "changes"]
    call = {one: sound(one, name, alice, bob, about) for one in arguments}
    answers = at_once([partial(write, **call, **changes)] * CALLS)
    strange = [one for one in answers if isinstance(one, Exception) and not _is_ours(one)]
    assert strange == []
    assert not all(isinstance(one, DairaError) for one in answers) or name == "fail_video"
    while sweep():
        pass
    assert list(list_drift()) == []


def _is_ours(error: Exception) -> bool:
    return isinstance(error, DairaError) and not isinstance(error, BAD)
