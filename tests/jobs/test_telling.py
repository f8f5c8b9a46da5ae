"""Who is told of what others write: those who see it, once, and not of words that they hide."""

from typing import Any

import pytest
from django.db.models.functions import Now

from skeletal.actions import content, social
from skeletal.actions.events import FACTS
from skeletal.jobs import Ran, handlers, run_pending
from skeletal.models import ConversationMember, KeywordFilter, Notification, OutboxEvent, Post, User
from tests.factories import make_circle, make_circle_member, make_post, make_user, make_video
from tests.queries.statements import statements


def notices(kind: str) -> list[tuple[str, str, int]]:
    rows = Notification.objects.filter(kind=kind).order_by("id")
    return list(rows.values_list("user__username", "subject_type", "subject_id"))


@pytest.fixture
def dana(db: None) -> User:
    """Follows nobody."""
    return make_user(username="dana")


def test_a_post_names_those_who_see_it(alice: User, bob: User, dana: User) -> None:
    circle = make_circle(owner=alice)
    make_circle_member(circle=circle, member=dana)
    text = "@bob and @dana and @alice"
    everybody = content.publish_post(alice.pk, text).id
    followers = content.publish_post(alice.pk, text, visibility="followers").id
    near = content.publish_post(alice.pk, text, visibility="circle", circle_id=circle.pk).id
    content.publish_post(alice.pk, text, visibility="private")
    run_pending()
    assert set(notices("mention")) == {
        ("bob", "post", everybody),
        ("dana", "post", everybody),
        ("bob", "post", followers),
        ("dana", "post", near),
    }


def test_a_post_that_is_gone_names_nobody(alice: User, bob: User) -> None:
    content.delete_post(alice.pk, content.publish_post(alice.pk, "@bob").id)
    content.publish_post(alice.pk, "@bob")
    Post.objects.filter(deleted_at=None).update(status="hidden")
    assert run_pending().failed == 0
    assert not notices("mention")


@pytest.mark.parametrize("make", [make_post, make_video])
def test_a_comment_tells_whom_it_answers_and_names(
    alice: User, bob: User, dana: User, make: Any
) -> None:
    thing = make(author=alice)
    where = {"video_id": thing.pk} if make is make_video else {}
    post_id = None if where else thing.pk
    first = content.add_comment(bob.pk, post_id, "@alice look, @dana", **where).id
    second = content.add_comment(alice.pk, post_id, "yes", first, **where).id
    run_pending()
    assert notices("comment") == [("alice", "comment", first), ("bob", "comment", second)]
    assert notices("mention") == [("dana", "comment", first)]
    keys = Notification.objects.filter(kind="comment").values_list("group_key", flat=True)
    assert set(keys) == {f"comment:{thing.pk}"}


def test_of_a_comment_where_they_do_not_see_the_post_nobody_is_told(
    alice: User, bob: User, dana: User
) -> None:
    post = make_post(author=alice, visibility="followers")
    content.add_comment(bob.pk, post.pk, "@dana look")
    run_pending()
    assert [who for who, *_ in notices("comment")] == ["alice"]
    assert not notices("mention")


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({}, False),
        ({"action": "warn"}, True),
        ({"contexts": ["home", "public"]}, True),
        ({"contexts": ["notifications"]}, False),
        ({"phrase": "loo"}, True),
        ({"phrase": "loo", "whole_word": False}, False),
    ],
)
def test_words_that_are_hidden_are_not_told(
    alice: User, bob: User, how: dict[str, Any], told: bool
) -> None:
    social.create_keyword_filter(alice.pk, **{"phrase": "LOOK", **how})
    social.create_keyword_filter(bob.pk, "look")
    post = make_post(author=alice)
    content.add_comment(bob.pk, post.pk, "look!")
    run_pending()
    assert bool(notices("comment")) is told


def test_a_filter_that_ended_hides_nothing(alice: User, bob: User) -> None:
    social.create_keyword_filter(alice.pk, "look")
    KeywordFilter.objects.update(expires_at=Now())
    content.add_comment(bob.pk, make_post(author=alice).pk, "look!")
    run_pending()
    assert notices("comment")


def test_those_who_take_part_are_told_of_a_message(alice: User, bob: User, dana: User) -> None:
    others = [make_user(username=name) for name in ("left", "asleep", "awake", "reader")]
    group = social.open_conversation(alice.pk, [one.pk for one in (bob, dana, *others)]).id
    left, asleep, awake, reader = others
    social.leave_conversation(left.pk, group)
    social.mute_conversation(asleep.pk, group)
    social.mute_conversation(awake.pk, group)
    ConversationMember.objects.filter(user=awake).update(muted_until=Now())
    social.create_keyword_filter(dana.pk, "hello")
    message = social.send_message(alice.pk, group, "hello", "n1").id
    social.mark_conversation_read(reader.pk, group, message)
    run_pending()
    assert notices("message") == [("bob", "message", message), ("awake", "message", message)]
    assert Notification.objects.filter(group_key=f"message:{group}").count() == 2
    social.delete_message(alice.pk, social.send_message(alice.pk, group, "oh", "n2").id)
    run_pending()
    assert len(notices("message")) == 2


def test_an_event_that_runs_again_tells_nobody_twice(alice: User, bob: User) -> None:
    content.publish_post(alice.pk, "@bob")
    run_pending()
    OutboxEvent.objects.update(done_at=None)
    assert run_pending() == Ran(done=1)
    assert len(notices("mention")) == 1


def test_telling_costs_the_same_for_one_and_for_many(alice: User) -> None:
    people = [make_user(username=f"person{n}") for n in range(30)]

    def cost(count: int) -> int:
        content.publish_post(alice.pk, " ".join(f"@person{n}" for n in range(count)))
        return len([text for text in statements(run_pending) if "SAVEPOINT" not in text])

    assert cost(1) == cost(len(people))
    assert len(notices("mention")) == len(people) + 1


def test_every_handler_is_for_a_fact() -> None:
    assert handlers.HANDLERS.keys() <= FACTS.keys()
