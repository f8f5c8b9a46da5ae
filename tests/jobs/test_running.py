"""What follows from events: once each, put off when it fails, told to those who may know."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models.functions import Now

from skeletal import metrics
from skeletal.actions import social
from skeletal.actions.outbox import retry_events
from skeletal.errors import InvalidInput
from skeletal.jobs import Ran, handlers, run_pending
from skeletal.models import Mute, Notification, OutboxEvent, User, UserSettings
from skeletal.queries.platform import get_outbox_state
from skeletal.queries.social import list_notifications
from skeletal.rules import limits
from tests.actions.crowds import at_once
from tests.factories import make_comment, make_post, make_user, make_video
from tests.queries.crowd import INACTIVE


def notices() -> list[tuple[Any, ...]]:
    rows = Notification.objects.order_by("id")
    return list(rows.values_list("user_id", "actor_id", "kind", "subject_type", "subject_id"))


@pytest.mark.parametrize("make", [make_post, make_video, make_comment])
def test_the_author_is_told_of_a_like_once(alice: User, bob: User, make: Any) -> None:
    thing = make(author=alice)
    kind = thing._meta.model_name
    for call in (social.like, social.unlike, social.like):
        call(bob.pk, kind, thing.pk)
    social.like(alice.pk, kind, thing.pk)
    assert run_pending() == Ran(done=4)
    assert run_pending() == Ran()
    assert notices() == [(alice.pk, bob.pk, "like", kind, thing.pk)]
    assert Notification.objects.get().group_key == f"like:{kind}:{thing.pk}"


def test_followers_of_a_day_are_one_group_and_requests_stand_alone(alice: User) -> None:
    fans = [make_user() for _ in range(3)]
    private = make_user(is_private=True)
    for fan in fans:
        social.follow_user(fan.pk, alice.pk)
        social.follow_user(fan.pk, private.pk)
    run_pending()
    groups = Notification.objects.values_list("kind", "group_key")
    assert len({key for kind, key in groups if kind == "follow"}) == 1
    assert len({key for kind, key in groups if kind == "request"}) == 3


def like(author: User, fan: User) -> None:
    social.like(fan.pk, "post", make_post(author=author).pk)


@pytest.mark.parametrize("scope", ["all", "notifications"])
def test_of_the_muted_nobody_is_told(alice: User, bob: User, scope: str) -> None:
    social.mute_user(alice.pk, bob.pk, scope=scope)
    like(alice, bob)
    run_pending()
    assert not notices()
    Mute.objects.update(expires_at=Now() - timedelta(seconds=1))
    like(alice, bob)
    run_pending()
    assert len(notices()) == 1


def test_who_blocked_meanwhile_is_not_told(alice: User, bob: User) -> None:
    like(alice, bob)
    social.block_user(alice.pk, bob.pk)
    run_pending()
    assert not notices()


@pytest.mark.parametrize("state", INACTIVE)
@pytest.mark.parametrize("who", ["alice", "bob"])
def test_of_and_to_the_inactive_nothing_is_told(
    alice: User, bob: User, state: str, who: str
) -> None:
    like(alice, bob)
    User.objects.filter(username=who).update(**INACTIVE[state])
    run_pending()
    assert not notices()


def test_preferences_say_what_is_told(alice: User, bob: User) -> None:
    chosen = {"like": False, "follow": True, "other": [1]}
    UserSettings.objects.filter(user=alice).delete()
    UserSettings.objects.create(user=alice, notification_preferences=chosen)
    social.unfollow_user(bob.pk, alice.pk)
    social.follow_user(bob.pk, alice.pk)
    like(alice, bob)
    run_pending()
    assert [kind for _, _, kind, *_ in notices()] == ["follow"]


def test_the_newest_of_each_group_is_marked(alice: User, bob: User) -> None:
    posts = [make_post(author=alice) for _ in range(2)]
    for fan in (bob, make_user(), make_user()):
        for post in posts:
            social.like(fan.pk, "post", post.pk)
            run_pending()
    rows = Notification.objects.order_by("-id")
    assert list(rows.filter(is_newest=True)) == list(rows[:2])


def test_read_up_to_an_id(alice: User, bob: User) -> None:
    for _ in range(3):
        like(alice, bob)
    run_pending()
    ids = list(Notification.objects.order_by("id").values_list("id", flat=True))
    assert social.mark_notifications_read(alice.pk, ids[1]) == 2
    assert social.mark_notifications_read(alice.pk, ids[1]) == 0
    assert social.mark_notifications_read(bob.pk, ids[2]) == 0
    for wrong in (True, "1", 0, 2**63, None):
        with pytest.raises(InvalidInput):
            social.mark_notifications_read(alice.pk, wrong)  # type: ignore[arg-type]


class Broken(Exception):
    """A fault of an action."""


def test_a_failed_event_has_no_effect_and_waits_while_others_go_on(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    like(alice, bob)
    social.unfollow_user(bob.pk, alice.pk)
    social.follow_user(bob.pk, alice.pk)
    broken: list[int] = []

    def fail(event: OutboxEvent) -> None:
        broken.append(event.pk)
        raise Broken

    told = handlers.HANDLERS["like.created"]
    monkeypatch.setitem(handlers.HANDLERS, "like.created", (*told, fail))
    counter: Any = metrics.FAILED_EVENTS.labels("like.created")
    before = counter._value.get()
    assert run_pending() == Ran(done=2, failed=1)
    assert counter._value.get() == before + 1
    assert [kind for _, _, kind, *_ in notices()] == ["follow"]
    event = OutboxEvent.objects.get(done_at=None)
    assert (event.pk, event.attempts, event.error) == (broken[0], 1, "Broken")
    OutboxEvent.objects.filter(done_at=None).update(retry_at=Now() + timedelta(hours=1))
    assert run_pending() == Ran()  # not due yet

    OutboxEvent.objects.update(retry_at=Now())
    monkeypatch.setitem(handlers.HANDLERS, "like.created", told)
    assert run_pending() == Ran(done=1)
    assert len(notices()) == 2
    event.refresh_from_db()
    assert event.done_at is not None
    assert event.error == ""


def test_after_ten_attempts_an_event_is_given_up_until_an_operator_retries_it(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(event: OutboxEvent) -> None:
        raise Broken

    told = handlers.HANDLERS["like.created"]
    monkeypatch.setitem(handlers.HANDLERS, "like.created", (fail,))
    like(alice, bob)
    run_pending()
    like(alice, bob)
    first, second = OutboxEvent.objects.filter(name="like.created").order_by("id")
    state = get_outbox_state()
    assert (state.open, state.given_up) == (2, 0)
    assert 0 <= state.oldest_seconds <= 1
    OutboxEvent.objects.filter(pk=first.pk).update(
        attempts=limits.EVENT_ATTEMPTS - 1, retry_at=None
    )
    counter: Any = metrics.GIVEN_UP_EVENTS.labels("like.created")
    before = counter._value.get()
    assert run_pending() == Ran(failed=2)
    assert counter._value.get() == before + 1
    OutboxEvent.objects.update(retry_at=Now(), created_at=Now() - timedelta(seconds=90))
    state = get_outbox_state()
    assert (state.open, state.given_up) == (1, 1)
    assert 90 <= state.oldest_seconds <= 91
    assert run_pending() == Ran(failed=1)

    monkeypatch.setitem(handlers.HANDLERS, "like.created", told)
    assert retry_events([first.pk, second.pk, 1]) == 1
    first.refresh_from_db()
    assert (first.attempts, first.retry_at, first.error) == (0, None, "Broken")
    assert run_pending() == Ran(done=1)
    assert retry_events([first.pk]) == 0


def test_a_limit_ends_the_run(alice: User, bob: User) -> None:
    for _ in range(3):
        like(alice, bob)
    assert run_pending(2) == Ran(done=2)
    assert run_pending(2) == Ran(done=1)


@pytest.mark.usefixtures("committed_db")
def test_runners_at_once_share_the_work() -> None:
    author = make_user()
    post = make_post(author=author)
    fans = [make_user() for _ in range(30)]
    for fan in fans:
        social.like(fan.pk, "post", post.pk)
    runs = at_once([partial(run_pending)] * 4)
    assert sum(run.done for run in runs) == len(fans), runs
    assert len(notices()) == len(fans)
    group = Notification.objects.order_by("-id")
    assert group[0].is_newest
    later = make_user()
    social.like(later.pk, "post", post.pk)
    assert run_pending() == Ran(done=1)
    newest = Notification.objects.get(actor=later)
    assert newest.is_newest
    (shown,) = list_notifications(author.pk).data  # a mark that a race left over is passed by
    assert shown.count == len(fans) + 1
