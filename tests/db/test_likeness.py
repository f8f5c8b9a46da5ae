"""Vectors are as alike by pgvector as by the plain function."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connections
from hypothesis import given, settings
from hypothesis import strategies as st

from skeletal.db import likeness
from tests import servers
from tests.conftest import fresh_databases

NUMBERS = st.just(0.0) | st.floats(0.125, 1000, width=32) | st.floats(-1000, -0.125, width=32)
"""Such that a product of two is none that float32 takes for 0."""
PAIRS = st.integers(1, 12).flatmap(
    lambda size: st.tuples(*[st.lists(NUMBERS, min_size=size, max_size=size)] * 2)
)


def alike(one: list[float], other: list[float]) -> float | None:
    with connections["maintenance"].cursor() as cursor:
        cursor.execute("SELECT daira_likeness(%s::float8[], %s::float8[])", [one, other])
        found: float | None = cursor.fetchone()[0]
        return found


def choose() -> bool:
    with connections["maintenance"].cursor() as cursor:
        return likeness.choose(cursor)


@pytest.fixture(scope="module")
def switch(django_db_blocker: Any) -> Any:
    """A function that has the extension made or dropped, in a database of its own."""
    with django_db_blocker.unblock(), fresh_databases() as create:
        name = create()

        def turn(statement: str) -> None:
            with psycopg.connect(servers.superuser_url(name), autocommit=True) as server:
                server.execute(statement.encode())

        yield turn


@given(PAIRS)
@settings(deadline=None, max_examples=100)
def test_both_say_the_same(
    switch: Callable[[str], None], pair: tuple[list[float], list[float]]
) -> None:
    switch("CREATE EXTENSION IF NOT EXISTS vector")
    assert choose()
    by_pgvector = alike(*pair)
    with connections["maintenance"].cursor() as cursor:
        cursor.execute(likeness.FUNCTION)
    plain = alike(*pair)
    assert choose()
    if plain is None or by_pgvector is None:
        assert plain is by_pgvector
    else:
        assert by_pgvector == pytest.approx(plain, abs=1e-5)


def test_it_comes_and_goes_with_the_extension(switch: Callable[[str], None]) -> None:
    switch("CREATE EXTENSION IF NOT EXISTS vector")
    assert choose()
    for pair in (([0.0, 0.0], [1.0, 2.0]), ([1.0], [1.0, 2.0])):
        assert alike(*pair) is None
    switch("DROP EXTENSION vector")
    assert not choose()
    assert alike([1.0, 2.0], [1.0, 2.0]) == pytest.approx(1)
