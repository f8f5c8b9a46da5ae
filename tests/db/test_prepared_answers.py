"""Every prepared read, in every shape, answers as the ORM does with the same values bound."""

from collections.abc import Hashable, Iterator
from functools import partial
from itertools import product
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skeletal.db.prepared import READS, Read
from skeletal.db.prepared.reads import Handwritten
from skeletal.db.prepared.statements import Statement
from skeletal.rules import searching
from skeletal.rules.folding import fold
from skeletal.rules.searching import misspelt
from tests.db.shapes import BY_HAND, VALUES, anew, names, shapes
from tests.db.world import NOBODY, World, bound

STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
WILD: dict[str, st.SearchStrategy[Any]] = {
    "ids": st.lists(st.sampled_from(NOBODY) | st.integers(0, 2**62), max_size=5),
    "after": st.integers(-(2**63), 2**63 - 1),
    "since": st.integers(-(2**63), 2**63 - 1),
    "query": STORABLE,
    "digest": STORABLE,
    "prefix": STORABLE,
    "wanted": STORABLE.map(fold).map(misspelt),
    "words": STORABLE.map(lambda text: searching.query(text[:50])),
    "before": st.integers(0, 2**62),
    "score": st.integers(-(2**63), 2**63 - 1),
    "coldest": st.floats(allow_nan=False),
}
"""Values that no row of the world has; where none are named: ids of nobody."""


HANDED = ("windows.judged", "windows.candidates", "users.session")


def params(*left_out: str) -> list[Any]:
    """Every read in every shape."""
    return [
        pytest.param(read, shape, id=f"{read.name}-{'-'.join(map(str, shape))}")
        for read in READS
        for shape in shapes(read)
        if read.name not in left_out
    ]


ALL, EVERY = params(), params(*HANDED)
"""What judges windows is compared with plain SQL instead, in `tests/feeds`; what tells how long a
sign-in still lasts is another with each statement (`tests/actions/test_sessions.py`)."""


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
        usual = st.sampled_from(VALUES[name](world))
        values[name] = data.draw(st.one_of(usual, usual, usual, wild), label=name)
    compare(read, shape, values)


@pytest.mark.parametrize(("read", "shape"), EVERY)
def test_it_finds_rows_of_the_world(
    world: World, read: Read[Any], shape: tuple[Hashable, ...]
) -> None:
    """Else the comparison would compare nothing with nothing."""
    assert any(map(partial(compare, read, shape), likely(world, read(*shape))))


def likely(world: World, statement: Statement[Any]) -> Iterator[dict[str, Any]]:
    """Values of which some find rows."""
    open_names = names(statement)
    for values in product(*(VALUES[name](world)[:4] for name in open_names)):
        yield dict(zip(open_names, values, strict=True))


def stands(statement: Statement[Any]) -> bool:
    """Whether the server keeps it prepared."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_prepared_statements WHERE name = %s", [statement.name.decode()]
        )
        return cursor.fetchone() is not None


@pytest.mark.parametrize(("read", "shape"), ALL)
def test_it_answers_alike_where_nothing_may_be_prepared(
    world: World, settings: Any, read: Read[Any], shape: tuple[Hashable, ...]
) -> None:
    """As behind PgBouncer in transaction mode before 1.21."""
    prepared, settings.DATABASE_PREPARED = read(*shape), False
    sent = anew(read)
    ordered = read.queryset(*shape).query.order_by
    told = list if ordered else partial(sorted, key=repr)
    found = 0
    for values in likely(world, prepared):
        wanted = told(prepared.rows(values))
        assert told(sent(*shape).rows(values)) == wanted
        found += len(wanted)
    assert found or read.name == "windows.judged"  # which believes no window of this world
    assert stands(prepared) == (read.plan != "custom")
    assert not stands(sent(*shape))


@pytest.mark.parametrize("read", [pytest.param(read, id=read.name) for read in BY_HAND])
def test_what_is_written_by_hand_answers_alike_too(
    world: World, settings: Any, read: Handwritten[Any]
) -> None:
    prepared, settings.DATABASE_PREPARED = read(), False
    sent: Handwritten[Any] = Handwritten(read._record, read._sql, read._params, name=read.name)
    wanted = [prepared.rows(values) for values in likely(world, prepared)]
    assert [sent().rows(values) for values in likely(world, prepared)] == wanted
    assert any(wanted)
    assert stands(prepared)
    assert not stands(sent())
