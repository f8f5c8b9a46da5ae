"""Polls: one vote each, while they are open, by those who see the post."""

from functools import partial
from typing import Any

import pytest
from django.db.models.functions import Now

from skeletal.actions import content
from skeletal.actions.content import NewPoll
from skeletal.actions.counters import sweep
from skeletal.errors import Conflict, Forbidden, InvalidInput, NotFound
from skeletal.models import Poll, PollVote, Post, User
from skeletal.records.social import Changed
from tests.actions.crowds import at_once
from tests.factories import make_poll, make_post, make_user
from tests.queries.statements import statements


def choices() -> list[int]:
    return list(PollVote.objects.order_by("choice").values_list("choice", flat=True))


def test_a_poll_comes_with_its_post_and_takes_one_vote(alice: User, bob: User) -> None:
    asked = NewPoll(["نعم", "no"], 3600)
    made = content.publish_post(alice.pk, "well?", poll=asked, idempotency_key="k")
    assert content.publish_post(alice.pk, "well?", poll=asked, idempotency_key="k").repeated
    with pytest.raises(Conflict):
        content.publish_post(alice.pk, "well?", idempotency_key="k")
    poll = Poll.objects.get(post_id=made.id)
    assert poll.options == ["نعم", "no"]
    assert content.vote(bob.pk, poll.pk, [1]) == Changed(changed=True)
    assert content.vote(bob.pk, poll.pk, [1]) == Changed(changed=False)
    assert content.vote(bob.pk, poll.pk, [0]) == Changed(changed=False)
    assert choices() == [1]
    sweep()
    poll.refresh_from_db()
    assert poll.votes_count == 1
    assert len(statements(partial(content.vote, bob.pk, poll.pk, [1]))) == 1


def test_several_choices_where_several_are_asked(bob: User) -> None:
    poll = make_poll(options=["a", "b", "c"], multiple=True)
    assert content.vote(bob.pk, poll.pk, [0, 2]).changed
    assert content.vote(bob.pk, poll.pk, [2, 1]).changed
    assert choices() == [0, 1, 2]
    single = make_poll(options=["a", "b", "c"])
    with pytest.raises(InvalidInput):
        content.vote(bob.pk, single.pk, [0, 1])


@pytest.mark.parametrize("wrong", [[], [2], [-1], [0, 0], [True], ["0"], [1.0], [2**70], [0] * 11])
def test_a_place_that_it_has_not_is_refused(bob: User, wrong: list[Any]) -> None:
    with pytest.raises(InvalidInput):
        content.vote(bob.pk, make_poll(options=["a", "b"]).pk, wrong)
    assert not PollVote.objects.exists()


def test_only_an_open_poll_that_is_seen_takes_votes(alice: User, bob: User, carol: User) -> None:
    poll = make_poll(post=make_post(author=alice))
    for absent in (1, 2**70):
        with pytest.raises(NotFound):
            content.vote(bob.pk, absent, [0])
    with pytest.raises(NotFound):
        content.vote(carol.pk, poll.pk, [0])
    Poll.objects.update(expires_at=Now())
    with pytest.raises(Conflict):
        content.vote(bob.pk, poll.pk, [0])
    User.objects.filter(pk=bob.pk).update(status="suspended")
    with pytest.raises(Forbidden):
        content.vote(bob.pk, poll.pk, [0])
    assert not PollVote.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        NewPoll(["only"], 3600),
        NewPoll(["same", "same"], 3600),
        NewPoll(["a"] * 11, 3600),
        NewPoll(["a", " "], 3600),
        NewPoll(["a", "x" * 101], 3600),
        NewPoll(["a", "b"], 299),
        NewPoll(["a", "b"], 2_592_001),
        NewPoll(["a", "b"], True),
        NewPoll(["a", "b"], 3600, "yes"),  # type: ignore[arg-type]
    ],
    ids=lambda poll: str(poll)[:40],
)
def test_a_poll_that_breaks_a_rule_makes_no_post(alice: User, wrong: NewPoll) -> None:
    with pytest.raises(InvalidInput):
        content.publish_post(alice.pk, "well?", poll=wrong)
    assert not Post.objects.exists()


@pytest.mark.usefixtures("committed_db")
def test_fifty_votes_at_once_are_one() -> None:
    poll, voter = make_poll(options=["a", "b"]), make_user()
    calls = [partial(content.vote, voter.pk, poll.pk, [n % 2]) for n in range(50)]
    results = at_once(calls)
    assert sum(result.changed for result in results) == 1, results
    assert PollVote.objects.count() == 1
