"""Circles and lists: names of one's own, people whom one sees, nobody behind a block."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import pytest

from skeletal.actions import social
from skeletal.actions.counters import sweep
from skeletal.actions.social.groups import MOST_GROUPS
from skeletal.errors import Conflict, Forbidden, InvalidInput, KeyReused, NotFound
from skeletal.models import Circle, CircleMember, User, UserList, UserListMember
from skeletal.records import Made
from skeletal.records.social import Changed
from tests.actions.crowds import at_once
from tests.actions.facts import told
from tests.factories import make_post, make_user
from tests.queries.crowd import INACTIVE
from tests.queries.statements import statements


class Group(NamedTuple):
    word: str
    rows: Any
    members: Any
    create: Callable[..., Any]
    rename: Callable[..., Any]
    delete: Callable[..., Any]
    add: Callable[..., Any]
    remove: Callable[..., Any]


def functions(word: str) -> list[Callable[..., Any]]:
    names = "create_{} rename_{} delete_{} add_{}_member remove_{}_member"
    return [getattr(social, name) for name in names.format(*[word] * 5).split()]


GROUPS = [
    Group("circle", Circle.objects, CircleMember.objects, *functions("circle")),
    Group("list", UserList.objects, UserListMember.objects, *functions("list")),
]
EACH = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.word)


@EACH
def test_a_group_from_its_making_to_its_end(alice: User, bob: User, group: Group) -> None:
    made = group.create(alice.pk, " Near ")
    assert not made.repeated
    ids = {f"{group.word}_id": str(made.id), "owner_id": str(alice.pk)}
    row = group.rows.get()
    assert (row.pk, row.owner_id, row.name) == (made.id, alice.pk, "Near")
    assert group.rename(alice.pk, made.id, "nearer") == Changed(changed=True)
    assert group.rename(alice.pk, made.id, "nearer") == Changed(changed=False)
    assert group.add(alice.pk, made.id, bob.pk) == Changed(changed=True)
    assert group.add(alice.pk, made.id, bob.pk) == Changed(changed=False)
    sweep()
    assert group.rows.get().members_count == 1
    assert group.remove(alice.pk, made.id, bob.pk) == Changed(changed=True)
    assert group.remove(alice.pk, made.id, bob.pk) == Changed(changed=False)
    group.add(alice.pk, made.id, bob.pk)
    assert group.delete(alice.pk, made.id) == Changed(changed=True)
    assert not group.rows.exists()
    assert not group.members.exists()
    member = {**ids, "member_id": str(bob.pk)}
    assert told() == [
        (f"{group.word}.created", ids),
        (f"{group.word}.member_added", member),
        (f"{group.word}.member_removed", member),
        (f"{group.word}.member_added", member),
        (f"{group.word}.deleted", ids),
    ]
    with pytest.raises(NotFound):
        group.delete(alice.pk, made.id)


@EACH
def test_what_each_costs(alice: User, bob: User, group: Group) -> None:
    def cost(call: Callable[[], Any]) -> int:
        return len([text for text in statements(call) if "SAVEPOINT" not in text])

    assert cost(partial(group.create, alice.pk, "one")) == 2
    id_ = group.rows.get().pk
    assert cost(partial(group.rename, alice.pk, id_, "two")) == 1
    assert cost(partial(group.add, alice.pk, id_, bob.pk)) == 1
    assert cost(partial(group.remove, alice.pk, id_, bob.pk)) == 1
    assert cost(partial(group.delete, alice.pk, id_)) == 2
    assert cost(partial(group.create, alice.pk, "one", idempotency_key="k")) == 4


@EACH
def test_a_key_makes_one_group(alice: User, bob: User, group: Group) -> None:
    call = partial(group.create, alice.pk, "near", idempotency_key="k")
    made = call()
    assert call() == Made(id=made.id, repeated=True)
    group.rename(alice.pk, made.id, "far")
    assert call().repeated
    with pytest.raises(KeyReused):
        group.create(alice.pk, "far", idempotency_key="k")
    assert not group.create(bob.pk, "near", idempotency_key="k").repeated
    with pytest.raises(InvalidInput):
        group.create(alice.pk, "x", idempotency_key="")
    with pytest.raises(Conflict, match="this name"):
        group.create(alice.pk, "far", idempotency_key="other")
    assert not group.create(alice.pk, "new", idempotency_key="other").repeated


@EACH
@pytest.mark.usefixtures("committed_db")
def test_of_many_with_one_key_at_once_all_have_one_answer(group: Group) -> None:
    owner = make_user()
    made = at_once([partial(group.create, owner.pk, "near", idempotency_key="k")] * 20)
    assert {one.id for one in made} == {group.rows.get().pk}
    assert sum(not one.repeated for one in made) == 1


@EACH
def test_a_name_is_taken_whatever_its_case(alice: User, bob: User, group: Group) -> None:
    group.create(alice.pk, "Near")
    other = group.create(alice.pk, "far").id
    with pytest.raises(Conflict, match="this name"):
        group.create(alice.pk, "NEAR")
    with pytest.raises(Conflict, match="this name"):
        group.rename(alice.pk, other, "near")
    assert group.rename(alice.pk, other, "FAR").changed
    assert group.create(bob.pk, "near").id


@EACH
@pytest.mark.parametrize("name", ["", "  ", "\u200b", "x" * 51, "a\0", "\ud800", None, 7])
def test_a_name_that_cannot_be_is_refused(alice: User, group: Group, name: Any) -> None:
    id_ = group.create(alice.pk, "near").id
    for call in (partial(group.create, alice.pk), partial(group.rename, alice.pk, id_)):
        with pytest.raises(InvalidInput):
            call(name)


def test_a_circle_has_one_of_two_kinds(alice: User) -> None:
    made = social.create_circle(alice.pk, "near", kind="close_friends")
    assert Circle.objects.get(pk=made.id).kind == "close_friends"
    with pytest.raises(InvalidInput):
        social.create_circle(alice.pk, "far", kind="enemies")


@EACH
def test_of_another_nothing_is_changed(alice: User, bob: User, group: Group) -> None:
    id_ = group.create(alice.pk, "near").id
    group.add(alice.pk, id_, bob.pk)
    for wrong in (id_, 1, 2**70):
        for call in (
            partial(group.rename, bob.pk, wrong, "mine"),
            partial(group.add, bob.pk, wrong, alice.pk),
            partial(group.remove, bob.pk, wrong, bob.pk),
            partial(group.delete, bob.pk, wrong),
        ):
            with pytest.raises(NotFound):
                call()
    assert group.members.count() == group.rows.count() == 1


@EACH
def test_only_whom_the_owner_sees_is_put_in(
    alice: User, bob: User, carol: User, group: Group
) -> None:
    near, mine = group.create(alice.pk, "near").id, group.create(carol.pk, "near").id
    User.objects.filter(pk=bob.pk).update(status="suspended")
    for owner, id_, member in (
        (alice, near, carol.pk),
        (carol, mine, alice.pk),
        (alice, near, bob.pk),
        (alice, near, 1),
    ):
        with pytest.raises(NotFound):
            group.add(owner.pk, id_, member)
    with pytest.raises(InvalidInput):
        group.add(alice.pk, near, alice.pk)
    assert not group.members.exists()


@EACH
@pytest.mark.parametrize("state", INACTIVE)
def test_who_is_not_active_changes_nothing(
    alice: User, bob: User, group: Group, state: str
) -> None:
    id_ = group.create(alice.pk, "near").id
    group.add(alice.pk, id_, bob.pk)
    User.objects.filter(pk=alice.pk).update(**INACTIVE[state])
    for call in (
        partial(group.create, alice.pk, "far"),
        partial(group.rename, alice.pk, id_, "far"),
        partial(group.add, alice.pk, id_, bob.pk),
        partial(group.remove, alice.pk, id_, bob.pk),
        partial(group.delete, alice.pk, id_),
    ):
        with pytest.raises(Forbidden):
            call()
    assert group.members.count() == group.rows.count() == 1


@pytest.mark.parametrize("deleted", [None, "2020-01-01T00:00Z"])
def test_a_circle_that_posts_are_for_stays(alice: User, bob: User, deleted: Any) -> None:
    id_ = social.create_circle(alice.pk, "near").id
    social.add_circle_member(alice.pk, id_, bob.pk)
    make_post(author=alice, visibility="circle", circle_id=id_, deleted_at=deleted)
    with pytest.raises(Conflict, match="posts are for this circle"):
        social.delete_circle(alice.pk, id_)
    assert CircleMember.objects.count() == 1
    assert "circle.deleted" not in [name for name, _ in told()]


@EACH
def test_there_is_room_for_so_many(alice: User, group: Group) -> None:
    rows = [group.rows.model(owner=alice, name=str(n)) for n in range(MOST_GROUPS - 1)]
    group.rows.bulk_create(rows)
    group.create(alice.pk, "last")
    with pytest.raises(Conflict, match="at most"):
        group.create(alice.pk, "one more")


@EACH
@pytest.mark.usefixtures("committed_db")
def test_many_at_once(group: Group) -> None:
    owner, friend = make_user(), make_user()
    group.rows.bulk_create(
        group.rows.model(owner=owner, name=str(n)) for n in range(MOST_GROUPS - 2)
    )
    made = at_once([partial(group.create, owner.pk, name) for name in ("a", "A", "b", "c") * 10])
    assert group.rows.count() == MOST_GROUPS
    assert len([one for one in made if not isinstance(one, Conflict)]) == 2, made
    id_ = group.rows.first().pk
    added = at_once([partial(group.add, owner.pk, id_, friend.pk)] * 50)
    assert sum(one.changed for one in added) == 1, added
    ended = at_once(
        [partial(group.delete, owner.pk, id_)] * 10
        + [partial(group.add, owner.pk, id_, make_user().pk) for _ in range(10)]
    )
    wrong = [one for one in ended if isinstance(one, Exception) and not isinstance(one, NotFound)]
    assert not wrong
    assert not group.members.exists()


@EACH
def test_a_block_ends_the_places_of_the_two_alone(alice: User, bob: User, group: Group) -> None:
    third = make_user()
    for owner, other in ((alice, bob), (bob, alice), (third, bob)):
        id_ = group.create(owner.pk, "near").id
        group.add(owner.pk, id_, other.pk)
        if owner is not third:
            group.add(owner.pk, id_, third.pk)
    social.block_user(bob.pk, alice.pk)
    left = group.members.values_list("member_id", flat=True)
    assert sorted(left) == sorted([third.pk, third.pk, bob.pk])


@EACH
@pytest.mark.usefixtures("committed_db")
def test_a_block_and_a_place_at_once_never_leave_the_place(group: Group) -> None:
    for _ in range(20):
        one, two = make_user(), make_user()
        id_ = group.create(one.pk, "near").id
        add = partial(group.add, one.pk, id_, two.pk)
        at_once([add, partial(social.block_user, two.pk, one.pk), add])
        assert not group.members.filter(member_id=two.pk).exists()
        with pytest.raises(NotFound):
            add()
