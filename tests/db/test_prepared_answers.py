"""Every prepared read, in every shape, answers as the ORM does with the same values bound.

A new read is found by itself. What its function and its parameters are called must be known to
SHAPES and VALUES.
"""

import inspect
import pkgutil
from collections.abc import Callable, Hashable, Iterator
from functools import partial
from importlib import import_module
from itertools import product
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skeletal import queries
from skeletal.db.prepared import READS, Read
from skeletal.db.prepared.statements import Statement
from skeletal.queries.pages import SIZES
from skeletal.queries.visibility import Sight
from tests.db.world import NOBODY, World, bound, make_world

for module in pkgutil.iter_modules(queries.__path__, "skeletal.queries."):
    import_module(module.name)

SHAPES: dict[str, tuple[Hashable, ...]] = {
    "sight": tuple(Sight),
    "continued": (False, True),
    "size": SIZES,
}
VALUES: dict[str, Callable[[World], list[Any]]] = {
    "viewer": lambda world: world.people,
    "user_id": lambda world: world.people,
    "follower": lambda world: world.people,
    "followee": lambda world: world.people,
    "blocker": lambda world: [blocker for blocker, _ in world.blocks],
    "blocked": lambda world: [blocked for _, blocked in world.blocks],
    "post_id": lambda world: world.posts,
    "video_id": lambda world: world.videos,
    "ids": lambda world: [world.ids, world.people[:3], [], world.posts[::-1] * 2],
    "after": lambda world: [2**63 - 1, 0, *world.ids, -(2**63)],
    "since": lambda world: [min(world.ids), *world.posts, *world.videos, 2**63 - 1],
    "prefix": lambda world: [
        *("a", "fan1", "á", "a_l'i", "", "%", "_", "\\", "'", "$1", "{}", "😀", "\U0010ffff"),
        *world.names,
    ],
}
WILD: dict[str, st.SearchStrategy[Any]] = {
    "ids": st.lists(st.sampled_from(NOBODY) | st.integers(0, 2**62), max_size=5),
    "after": st.integers(-(2**63), 2**63 - 1),
    "since": st.integers(-(2**63), 2**63 - 1),
    "prefix": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
}
"""Values that no row of the world has; where none are named: ids of nobody."""


def shapes(read: Read[Any]) -> list[tuple[Hashable, ...]]:
    return list(product(*(SHAPES[name] for name in inspect.signature(read).parameters)))


EVERY = [
    pytest.param(read, shape, id=f"{read.name}-{'-'.join(map(str, shape))}")
    for read in READS
    for shape in shapes(read)
]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)
    with django_db_blocker.unblock():
        connection.close()


def names(statement: Statement[Any]) -> list[str]:
    return [name for name, _ in statement._dumps]


def compare(read: Read[Any], shape: tuple[Hashable, ...], values: dict[str, Any]) -> list[Any]:
    queryset = read.queryset(*shape)
    found = read(*shape).rows(values)
    with bound(values):
        wanted = list(queryset.values_list(*read.columns(queryset)[1]))
    if not queryset.query.order_by:
        found, wanted = sorted(found, key=repr), sorted(wanted, key=repr)
    assert found == wanted
    assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in wanted]
    return found


def test_reads_are_found() -> None:
    assert len(READS) > 20
    assert len({read.name for read in READS}) == len(READS)


@pytest.mark.parametrize(("read", "shape"), EVERY)
@settings(
    max_examples=6,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_it_answers_as_the_orm_does(
    world: World, read: Read[Any], shape: tuple[Hashable, ...], data: st.DataObject
) -> None:
    values = {}
    for name in names(read(*shape)):
        wild = WILD.get(name, st.sampled_from(NOBODY))
        likely = st.sampled_from(VALUES[name](world))
        values[name] = data.draw(st.one_of(likely, likely, likely, wild), label=name)
    compare(read, shape, values)


@pytest.mark.parametrize(("read", "shape"), EVERY)
def test_it_finds_rows_of_the_world(
    world: World, read: Read[Any], shape: tuple[Hashable, ...]
) -> None:
    """Else the comparison would compare nothing with nothing."""
    open_names = names(read(*shape))
    likely = product(*(VALUES[name](world)[:4] for name in open_names))
    tries = (dict(zip(open_names, values, strict=True)) for values in likely)
    assert any(map(partial(compare, read, shape), tries))
