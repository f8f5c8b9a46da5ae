"""What a person is told about is shown in groups, without those whom they do not see."""

from functools import partial
from importlib import import_module

import pytest
from django.db import connection
from django.db.models.functions import Now

from skeletal.errors import InvalidCursor, InvalidInput
from skeletal.models import Notification, User
from skeletal.queries.social import list_notifications
from skeletal.queries.social.notifications import _heads
from skeletal.queries.visibility import Sight
from tests.actions.crowds import behind
from tests.db.plans import plan_of, touched
from tests.factories import make_block, make_mute, make_notification, make_user, number
from tests.queries.statements import named, statements


def tell(receiver: User, key: str, *actors: User) -> None:
    for actor in actors:
        make_notification(
            user=receiver, actor=actor, kind="like", subject_type="post", group_key=key
        )


def shown(receiver: User) -> list[tuple[str, int, list[str]]]:
    page = list_notifications(receiver.pk)
    return [(one.group_key, one.count, [who.username for who in one.actors]) for one in page.data]


@pytest.fixture
def fans(db: None) -> list[User]:
    return [make_user(username=f"fan{n}") for n in range(5)]


def test_what_belongs_together_is_one(alice: User, fans: list[User]) -> None:
    tell(alice, "like:post:1", *fans[:4])
    tell(alice, "like:post:2", fans[0])
    assert shown(alice) == [
        ("like:post:2", 1, ["fan0"]),
        ("like:post:1", 4, ["fan3", "fan2", "fan1"]),
    ]
    tell(alice, "like:post:1", fans[4])
    assert shown(alice)[0] == ("like:post:1", 5, ["fan4", "fan3", "fan2"])
    (first, second) = list_notifications(alice.pk).data
    newest = Notification.objects.order_by("-id")[0]
    assert (first.id, first.created_at, first.read) == (newest.pk, newest.created_at, False)
    assert (first.kind, first.subject_type) == ("like", "post")
    assert (first.subject_id, second.group_key) == (newest.subject_id, "like:post:2")
    assert not list_notifications(fans[0].pk).data


def test_a_group_is_read_when_its_newest_is(alice: User, fans: list[User]) -> None:
    tell(alice, "like:post:1", *fans[:2])
    Notification.objects.update(read_at=Now())
    assert list_notifications(alice.pk).data[0].read
    tell(alice, "like:post:1", fans[2])
    assert not list_notifications(alice.pk).data[0].read


def test_whom_one_does_not_see_is_left_out(alice: User, fans: list[User]) -> None:
    tell(alice, "like:post:1", *fans)
    tell(alice, "like:post:2", fans[4])
    make_block(blocker=alice, blocked=fans[4])
    make_block(blocker=fans[3], blocked=alice)
    make_mute(muter=alice, muted=fans[2])
    make_mute(muter=fans[1], muted=alice)
    assert shown(alice) == [("like:post:1", 2, ["fan1", "fan0"])]
    User.objects.filter(pk=fans[1].pk).update(status="suspended")
    assert shown(alice) == [("like:post:1", 1, ["fan0"])]


def test_a_group_shows_the_newest_that_is_seen(alice: User, fans: list[User]) -> None:
    tell(alice, "follow:1", fans[0], fans[1])
    second, first = Notification.objects.order_by("id")
    Notification.objects.filter(pk=second.pk).update(read_at=Now())
    make_block(blocker=fans[1], blocked=alice)
    (one,) = list_notifications(alice.pk).data
    assert (one.subject_id, one.created_at) == (second.subject_id, second.created_at)
    assert (one.id, one.read, one.count) == (first.pk, True, 1)


def test_one_who_did_much_is_named_once(alice: User, fans: list[User]) -> None:
    tell(alice, "message:1", fans[0], fans[0], fans[1], fans[0])
    assert shown(alice) == [("message:1", 4, ["fan0", "fan1"])]


@pytest.mark.parametrize("limit", [1, 20, 100])
def test_a_page_is_two_statements(alice: User, fans: list[User], limit: int) -> None:
    for n in range(101):
        tell(alice, f"like:post:{n}", *fans)
    with named() as sent:
        page = list_notifications(alice.pk, limit=limit)
    assert sent == ["notifications", "users"]
    assert len(page.data) == limit
    assert statements(partial(list_notifications, fans[0].pk)) == ["notifications"]


def test_pages_show_each_group_once(alice: User, fans: list[User]) -> None:
    for fan in fans:
        for n in range(7):
            tell(alice, f"like:post:{n}", fan)
    keys, cursor = [], None
    while True:
        page = list_notifications(alice.pk, cursor, 3)
        keys += [one.group_key for one in page.data]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert keys == [f"like:post:{n}" for n in reversed(range(7))]
    first = list_notifications(alice.pk, None, 3).next_cursor
    with pytest.raises(InvalidCursor):
        list_notifications(fans[0].pk, first)
    for limit in (0, 101, True):
        with pytest.raises(InvalidInput):
            list_notifications(alice.pk, limit=limit)


def test_counting_ends_at_a_hundred(alice: User, fans: list[User]) -> None:
    tell(alice, "like:post:1", *(fans * 21))
    assert shown(alice)[0][1] == 100


def marked(receiver: User) -> list[int]:
    rows = Notification.objects.filter(user=receiver, is_newest=True)
    return list(rows.order_by("id").values_list("id", flat=True))


def test_a_page_costs_what_it_shows_whatever_a_group_holds(alice: User, fans: list[User]) -> None:
    """Counted in blocks that are touched."""

    def write(group: str, size: int) -> None:
        rows = [
            Notification(
                user=alice,
                actor=fans[n % 5],
                kind="like",
                subject_type="post",
                subject_id=number(),
                group_key=group,
                is_newest=n == size - 1,
            )
            for n in range(size)
        ]
        Notification.objects.bulk_create(rows)

    write("like:post:0", 200)
    heads, values = _heads(Sight.PERSON, False, 20), {"viewer": alice.pk}
    small = touched(plan_of(heads, values))
    write("like:post:1", 3000)
    assert [one.group_key for one in list_notifications(alice.pk).data] == [
        "like:post:1",
        "like:post:0",
    ]
    assert touched(plan_of(heads, values)) < 3 * small


def test_a_mark_too_many_shows_nothing_twice(alice: User, fans: list[User]) -> None:
    tell(alice, "like:post:1", *fans)
    assert len(marked(alice)) == 5
    assert shown(alice) == [("like:post:1", 5, ["fan4", "fan3", "fan2"])]


def settle() -> None:
    """Take the marks away that newer rows of the factories left standing."""
    migration = import_module("skeletal.migrations.0017_newest_notices")
    with connection.schema_editor() as editor:
        migration.unmark(None, editor)


def test_marks_from_before_are_taken_away(alice: User, fans: list[User]) -> None:
    tell(alice, "like:post:1", *fans)
    tell(alice, "like:post:2", fans[0])
    tell(fans[0], "like:post:1", fans[1])
    settle()
    assert len(marked(alice)) == 2
    assert len(marked(fans[0])) == 1
    assert [group for group, _, _ in shown(alice)] == ["like:post:2", "like:post:1"]


def test_a_group_that_loses_its_newest_stays(alice: User, fans: list[User]) -> None:
    tell(alice, "like:post:1", *fans)
    tell(alice, "like:post:2", *fans)
    settle()
    Notification.objects.filter(actor__in=fans[3:]).delete()
    assert shown(alice) == [
        ("like:post:2", 3, ["fan2", "fan1", "fan0"]),
        ("like:post:1", 3, ["fan2", "fan1", "fan0"]),
    ]
    assert len(marked(alice)) == 2
    Notification.objects.filter(actor=fans[0]).delete()
    assert len(marked(alice)) == 2
    Notification.objects.all().delete()
    assert not shown(alice)


def test_of_two_that_go_at_once_neither_takes_the_mark_along(committed_db: None) -> None:
    """The newest goes while the next is going, and the other way round."""
    alice = make_user()

    def drop(pk: int) -> None:
        Notification.objects.filter(pk=pk).delete()

    for key, order in (("like:post:1", (-2, -1)), ("like:post:2", (-1, -2))):
        tell(alice, key, *(make_user() for _ in range(3)))
        Notification.objects.filter(group_key=key).update(is_newest=False)
        ids = list(
            Notification.objects.filter(group_key=key).order_by("id").values_list("id", flat=True)
        )
        Notification.objects.filter(pk=ids[-1]).update(is_newest=True)
        first, second = (partial(drop, ids[place]) for place in order)
        assert behind(first, second) == [None, None]
        assert Notification.objects.get(group_key=key).is_newest
