"""Polls: asked with a post, answered once, while they are open and their post is seen."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from skeletal.actions import content
from skeletal.errors import Conflict, Forbidden, InvalidInput, NotFound
from skeletal.models import CounterDelta, Poll, PollVote, Post, User
from skeletal.queries.content import get_poll
from skeletal.records.social import Changed
from tests.actions.crowds import at_once
from tests.actions.facts import told
from tests.factories import make_poll, make_post, make_user
from tests.queries.crowd import INACTIVE
from tests.queries.statements import statements

ASKED: dict[str, Any] = {"options": ["Koshary", "Foul", "Taameya"], "seconds": 600}


def choices(poll: Poll) -> list[tuple[int, int]]:
    return list(PollVote.objects.filter(poll=poll).order_by("id").values_list("user_id", "choice"))


def counted(poll: Poll) -> int:
    rows = CounterDelta.objects.filter(object_type="poll", object_id=poll.pk)
    return sum(rows.values_list("delta", flat=True))


def test_a_poll_is_asked_with_a_post(alice: User) -> None:
    made = content.publish_post(alice.pk, "Lunch?", poll=ASKED)
    poll = Poll.objects.get(post_id=made.id)
    assert (poll.options, poll.multiple) == (ASKED["options"], False)
    assert poll.expires_at - Post.objects.get().created_at == timedelta(seconds=600)
    assert len(statements(partial(content.publish_post, alice.pk, "x", poll=ASKED))) <= 4
    past = datetime(2012, 7, 4, tzinfo=UTC)
    old = content.publish_post(alice.pk, "Lunch?", poll=ASKED, at=past).id
    assert Poll.objects.get(post_id=old).expires_at == past + timedelta(seconds=600)


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {"options": ["a", "b"]},
        {**ASKED, "votes_count": 7},
        {**ASKED, "options": "ab"},
        {**ASKED, "options": ["a"]},
        {**ASKED, "options": [str(n) for n in range(11)]},
        {**ASKED, "options": ["a", "A "]},
        {**ASKED, "options": ["a", "\u200b"]},
        {**ASKED, "options": ["a", "x" * 101]},
        {**ASKED, "options": ["a", "b\0"]},
        {**ASKED, "options": ["a", "\ud800"]},
        {**ASKED, "options": ["a", None]},
        {**ASKED, "seconds": 299},
        {**ASKED, "seconds": 2_592_001},
        {**ASKED, "seconds": "600"},
        {**ASKED, "multiple": 1},
    ],
    ids=lambda wrong: str(wrong)[:40],
)
def test_a_poll_that_breaks_a_rule_is_not_asked(alice: User, wrong: Any) -> None:
    with pytest.raises(InvalidInput):
        content.publish_post(alice.pk, "Lunch?", poll=wrong)
    assert not Post.objects.exists()


def test_one_answer_stands(alice: User, bob: User) -> None:
    poll = make_poll(post=make_post(author=alice), options=["a", "b", "c"])
    assert content.vote(bob.pk, poll.pk, [2]) == Changed(changed=True)
    assert content.vote(bob.pk, poll.pk, [2, 2]) == Changed(changed=False)
    with pytest.raises(Conflict, match="voted"):
        content.vote(bob.pk, poll.pk, [1])
    assert content.vote(alice.pk, poll.pk, [0]).changed
    assert choices(poll) == [(bob.pk, 2), (alice.pk, 0)]
    assert counted(poll) == 2
    ids = {"poll_id": str(poll.pk), "post_id": str(poll.post_id)}
    assert told() == [("poll.voted", ids | {"user_id": str(one.pk)}) for one in (bob, alice)]
    assert len(statements(partial(content.vote, bob.pk, poll.pk, [2]))) == 1


def test_a_multiple_poll_takes_several(bob: User) -> None:
    poll = make_poll(options=["a", "b", "c"], multiple=True)
    assert content.vote(bob.pk, poll.pk, [2, 0]).changed
    assert not content.vote(bob.pk, poll.pk, [0]).changed
    assert content.vote(bob.pk, poll.pk, [0, 1]).changed
    assert {choice for _, choice in choices(poll)} == {0, 1, 2}
    assert [name for name, _ in told()] == ["poll.voted"] * 2


def test_a_poll_shows_its_votes_and_the_viewer_s_own(alice: User, bob: User, carol: User) -> None:
    poll = make_poll(post=make_post(author=alice), options=["a", "b", "c"], multiple=True)
    content.vote(bob.pk, poll.pk, [0, 2])
    content.vote(alice.pk, poll.pk, [2])
    found = get_poll(poll.post_id, bob.pk)
    assert (found.id, found.multiple, found.closed) == (poll.pk, True, False)
    assert [(o.text, o.votes_count, o.chosen) for o in found.options] == [
        ("a", 1, True),
        ("b", 0, False),
        ("c", 2, True),
    ]
    assert [option.chosen for option in get_poll(poll.post_id).options] == [False] * 3
    Poll.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert get_poll(poll.post_id).closed
    for hidden in (poll.post_id, make_post().pk, 1, 2**70):
        with pytest.raises(NotFound):
            get_poll(hidden, carol.pk)


@pytest.mark.parametrize("wrong", [[], [3], [-1], [0, 1], [True], ["0"], [2**70], "0", 0, [0] * 11])
def test_what_is_no_choice_is_refused(bob: User, wrong: Any) -> None:
    poll = make_poll(options=["a", "b", "c"])
    with pytest.raises(InvalidInput):
        content.vote(bob.pk, poll.pk, wrong)
    assert not choices(poll)


def test_nobody_votes_after_the_end(alice: User, bob: User) -> None:
    poll = make_poll()
    content.vote(alice.pk, poll.pk, [0])
    Poll.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(Conflict, match="closed"):
        content.vote(bob.pk, poll.pk, [0])
    assert not content.vote(alice.pk, poll.pk, [0]).changed
    Poll.objects.update(multiple=True)
    with pytest.raises(Conflict, match="closed"):
        content.vote(alice.pk, poll.pk, [0, 1])
    assert choices(poll) == [(alice.pk, 0)]


@pytest.mark.parametrize("state", INACTIVE)
def test_only_the_active_vote_on_what_they_see(
    alice: User, bob: User, carol: User, state: str
) -> None:
    poll = make_poll(post=make_post(author=alice))
    with pytest.raises(NotFound):
        content.vote(carol.pk, poll.pk, [0])
    for absent in (1, 2**70):
        with pytest.raises(NotFound):
            content.vote(bob.pk, absent, [0])
    User.objects.filter(pk=bob.pk).update(**INACTIVE[state])
    with pytest.raises(Forbidden):
        content.vote(bob.pk, poll.pk, [0])
    content.delete_post(alice.pk, poll.post_id)
    with pytest.raises(NotFound):
        content.vote(alice.pk, poll.pk, [0])
    assert not choices(poll)


@pytest.mark.usefixtures("committed_db")
def test_fifty_votes_at_once_are_one() -> None:
    poll, fan = make_poll(), make_user()
    results = at_once([partial(content.vote, fan.pk, poll.pk, [n % 2]) for n in range(50)])
    stood = choices(poll)[0][1]
    assert len(choices(poll)) == counted(poll) == 1
    for n, result in enumerate(results):
        assert isinstance(result, Changed if n % 2 == stood else Conflict), result
    assert sum(isinstance(result, Changed) and result.changed for result in results) == 1


@pytest.mark.usefixtures("committed_db")
def test_fifty_votes_of_many_are_all_counted() -> None:
    poll, people = make_poll(), [make_user() for _ in range(50)]
    results = at_once([partial(content.vote, one.pk, poll.pk, [0]) for one in people])
    assert results == [Changed(changed=True)] * 50
    assert counted(poll) == 50
