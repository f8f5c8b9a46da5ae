"""One rule in three forms: as SQL, as Python, and written by hand in `worlds`."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction
from django.db.models import Model, Q
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from skeletal.models import Circle, CircleMember, Comment, Follow, Mute, Post, User, Video
from skeletal.queries.visibility import (
    CONDITIONS,
    RULES,
    Sight,
    may_see,
    sight_of,
    visible,
)
from skeletal.records import SYSTEM, Principal
from tests.db.walking import EXAMPLES
from tests.queries.crowd import NOW
from tests.queries.worlds import MUTES, STATES, World

MODELS: tuple[type[Model], ...] = (User, Post, Video, Comment)
MODEL = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
AUDIENCES: dict[type[Model], tuple[str, ...]] = {
    Post: ("public", "followers", "circle", "private"),
    Video: ("public", "followers", "private"),
    Comment: ("",),
}
STATUSES: dict[type[Model], tuple[str, ...]] = {
    Post: ("published", "hidden", "removed"),
    Video: ("published", "hidden", "removed", "processing", "failed"),
    Comment: ("published", "hidden", "removed"),
}


class Bond(NamedTuple):
    """How the viewer stands to an author."""

    follows: bool = False
    in_circle: bool = False
    blocks: bool = False
    blocked_by: bool = False
    mutes: str = ""
    muted_by: str = ""
    private: bool = False


BARRIERS = (
    Bond(),
    Bond(blocks=True),
    Bond(blocked_by=True),
    Bond(blocks=True, blocked_by=True),
    *(Bond(mutes=kind) for kind in MUTES),
    Bond(muted_by="for ever"),
    Bond(blocks=True, mutes="expired"),
)
BONDS = [
    barrier._replace(follows=follows, in_circle=in_circle)
    for barrier, follows, in_circle in product(BARRIERS, (False, True), (False, True))
] + [
    barrier._replace(follows=follows, private=True)
    for barrier, follows in product((*BARRIERS[:2], Bond(in_circle=True)), (False, True))
]


def tie(world: World, viewer: User, author: User, bond: Bond) -> None:
    if bond.follows:
        world.follow((viewer, author))
    if bond.in_circle:
        world.admit((author, viewer))
    if bond.blocks:
        world.block((viewer, author))
    if bond.blocked_by:
        world.block((author, viewer))
    if bond.mutes:
        world.mute(bond.mutes, (viewer, author))
    if bond.private:
        world.close(author)
    if bond.muted_by:
        world.mute(bond.muted_by, (author, viewer))


def entangle(world: World, viewer: User, authors: list[User]) -> None:
    """One who has every bond with all of them: whoever reads others' bonds sees too much or less.

    The authors besides follow the viewer back, and have a second circle with the viewer in it.
    """
    (third,) = world.join("active")
    pairs = [(third, author) for author in authors]
    back = [(author, third) for author in authors]
    world.follow(*pairs, *back)
    world.block(*pairs, *back)
    world.admit(*back)
    world.mute("for ever", *pairs, *back)
    world.follow(*((author, viewer) for author in authors))
    circles = Circle.objects.bulk_create(Circle(owner=author, name="wide") for author in authors)
    CircleMember.objects.bulk_create(CircleMember(circle=one, member=viewer) for one in circles)


def rows_of(model: type[Model], author: User, post: Post) -> Iterator[Any]:
    """A row for each audience, each status, deleted and not."""
    for audience, status, deleted_at in product(AUDIENCES[model], STATUSES[model], (None, NOW)):
        how: dict[str, Any] = {"author": author, "status": status, "deleted_at": deleted_at}
        if audience:
            how["visibility"] = audience
        yield model(**how, **({"post": post} if model is Comment else {}))


def write_all(world: World, authors: list[User]) -> None:
    (post,) = world.write([Post(author=authors[0])])
    for model in AUDIENCES:
        world.write([row for author in authors for row in rows_of(model, author, post)])


def agree(world: World, model: type[Model], viewer: int | None) -> set[int]:
    """The ids that all three forms of the rule let the viewer see."""
    sight = Sight.ANONYMOUS if viewer is None else Sight.PERSON
    rows = visible(model._default_manager.all(), sight, viewer=viewer)
    by_sql = set(rows.values_list("pk", flat=True))
    by_python = {
        id_ for id_, row in world.all(model).items() if may_see(model, world.facts(viewer, row))
    }
    by_hand = world.seen(viewer, model)
    assert by_sql == by_hand
    assert by_python == by_hand
    return by_hand


def build(bonds: Iterable[Bond]) -> tuple[World, list[User]]:
    """Each bond with an author of each state, and the viewers: one of each state."""
    world = World()
    viewers = world.join(*STATES)
    cases = list(product(STATES, bonds))
    authors = world.join(*(state for state, _ in cases))
    for author, (_, bond) in zip(authors, cases, strict=True):
        tie(world, viewers[0], author, bond)
    entangle(world, viewers[0], authors)
    write_all(world, [*viewers, *authors])
    return world, viewers


def test_all_forms_agree_on_everything(db: None) -> None:
    world, viewers = build(BONDS)
    for model in MODELS:
        seen = [agree(world, model, viewer) for viewer in (None, *(v.pk for v in viewers))]
        assert all(seen), model
        assert all(len(some) < len(world.all(model)) for some in seen)


PEOPLE = st.sampled_from(list(STATES))
KINDS = st.sampled_from(["", *MUTES])
SOME_BONDS = st.builds(
    Bond, st.booleans(), st.booleans(), st.booleans(), st.booleans(), KINDS, KINDS, st.booleans()
)


@EXAMPLES
@given(data=st.data(), authors=st.lists(st.tuples(PEOPLE, SOME_BONDS), min_size=1, max_size=4))
def test_all_forms_agree_on_any_bond(
    db: None, data: st.DataObject, authors: list[tuple[str, Bond]]
) -> None:
    with transaction.atomic():
        world = World()
        (viewer,) = world.join(data.draw(PEOPLE))
        made = world.join(*(state for state, _ in authors))
        for author, (_, bond) in zip(made, authors, strict=True):
            tie(world, viewer, author, bond)
        (post,) = world.write([Post(author=made[0])])
        for model in AUDIENCES:
            rows = [row for author in (viewer, *made) for row in rows_of(model, author, post)]
            world.write(data.draw(st.lists(st.sampled_from(rows), max_size=8, unique_by=id)))
        for model, one in product(MODELS, (None, *world.people)):
            agree(world, model, one)
        transaction.set_rollback(True)


@MODEL
def test_the_system_sees_every_row(db: None, model: type[Model]) -> None:
    world, _ = build(BARRIERS[:3])
    rows = visible(model._default_manager.all(), Sight.SYSTEM)
    assert set(rows.values_list("pk", flat=True)) == world.all(model).keys()


def test_accounts_at_both_ends_of_a_row_are_judged(db: None) -> None:
    world, viewers = build(BARRIERS)
    for viewer in (None, *(v.pk for v in viewers)):
        sight, _ = sight_of(viewer)
        seen, follows = world.seen(viewer, User), Follow.objects.all()
        for end in ("follower", "followee"):
            rows = visible(follows, sight, at=end, viewer=viewer)
            found = set(rows.values_list("follower_id", "followee_id"))
            place = ("follower", "followee").index(end)
            assert found == {pair for pair in world.follows if pair[place] in seen}


def test_a_mute_ends_by_the_clock_of_the_database(db: None) -> None:
    world = World()
    reader, author = world.join("active", "active")
    (post,) = world.write([Post(author=author)])
    world.mute("expiring later", (reader, author))
    rows = visible(Post.objects.all(), Sight.PERSON, viewer=reader.pk)
    assert not rows.exists()
    Mute.objects.update(expires_at=Now())
    assert rows.get() == post


@pytest.mark.parametrize(
    ("viewer", "sight"),
    [
        (None, (Sight.ANONYMOUS, None)),
        (7, (Sight.PERSON, 7)),
        (SYSTEM, (Sight.SYSTEM, None)),
        (Principal(user_id=7), (Sight.PERSON, 7)),
        (Principal(), (Sight.ANONYMOUS, None)),
    ],
)
def test_a_viewer_is_nobody_a_person_or_the_system(
    viewer: Any, sight: tuple[Sight, int | None]
) -> None:
    assert sight_of(viewer) == sight


@MODEL
def test_a_rule_sends_nothing_and_never_asks_what_is_known(db: None, model: type[Model]) -> None:
    with CaptureQueriesContext(connection) as sent:
        plain = str(visible(model._default_manager.all(), Sight.PERSON, viewer=1).query)
        nobody = str(visible(model._default_manager.all(), Sight.ANONYMOUS).query)
    assert not sent.captured_queries
    assert '"blocks"' in plain
    for table in ("blocks", "mutes", "follows", "circle_members"):
        assert f'"{table}"' not in nobody


@pytest.mark.parametrize(
    ("model", "fact"),
    [
        *product(MODELS, ("active", "blocks", "blocked_by")),
        *product((Post, Video, Comment), ("live", "muted")),
    ],
)
def test_one_known_barrier_decides(db: None, model: type[Model], fact: str) -> None:
    barred = fact in ("blocks", "blocked_by", "muted")
    rows = visible(model._default_manager.all(), Sight.PERSON, viewer=1, known={fact: barred})
    with CaptureQueriesContext(connection) as sent:
        assert not rows
    assert not sent.captured_queries


@MODEL
def test_a_rule_is_made_of_facts_that_sql_can_ask(model: type[Model]) -> None:
    assert facts_in(RULES[model]) <= CONDITIONS.keys()


def facts_in(rule: Q) -> set[str]:
    """The facts of a rule; neither NOT nor XOR may stand in it, since `visible` reads neither."""
    assert not rule.negated
    assert rule.connector in (Q.AND, Q.OR)
    found: set[str] = set()
    for child in rule.children:
        found |= facts_in(child) if isinstance(child, Q) else {str(child[0])}  # type: ignore[index]
    return found
