"""Which plan PostgreSQL keeps: one for all values, or a new one for each call."""

from typing import Any

import pytest
from django.db import connection

from skeletal.db.prepared import READS, Read
from skeletal.db.prepared.reads import Plan
from skeletal.db.prepared.statements import Statement
from tests.db.shapes import VALUES, anew, names, shapes
from tests.db.world import World

CALLS = 12
BY_KEY = ("users.user", "users.stats", "users.visible_user", "graph.follow", "graph.block")
"""Found by a unique key: the plan for all values costs what one for these values does."""


def called(world: World, read: Read[Any], plan: Plan) -> tuple[Statement[Any], list[Any]]:
    """A statement after twelve calls, and how many plans of either kind it made on the way."""
    statement = anew(read, plan)(*shapes(read)[-1])
    values = {name: VALUES[name](world)[0] for name in names(statement)}
    for _ in range(CALLS):
        statement.rows(values)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = %s",
            [statement.name.decode()],
        )
        return statement, cursor.fetchall()


def planned(plan: str) -> pytest.MarkDecorator:
    chosen = [read for read in READS if read.plan == plan]
    return pytest.mark.parametrize("read", [pytest.param(read, id=read.name) for read in chosen])


@pytest.mark.parametrize("read", [pytest.param(read, id=read.name) for read in READS[:3]])
def test_a_custom_statement_is_never_prepared(world: World, read: Read[Any]) -> None:
    assert called(world, read, "custom")[1] == []


@planned("generic")
def test_a_generic_statement_keeps_one_plan_after_five_calls(world: World, read: Read[Any]) -> None:
    statement, plans = called(world, read, "generic")
    assert plans == [(CALLS - 5, 5)]
    assert all(f"(SELECT ${n + 1}::" in statement.sql for n in range(len(names(statement))))


@planned("auto")
def test_an_auto_statement_is_prepared_once(world: World, read: Read[Any]) -> None:
    statement, plans = called(world, read, "auto")
    assert [sum(kinds) for kinds in plans] == [CALLS]
    assert "(SELECT $" not in statement.sql


@pytest.mark.parametrize("name", BY_KEY)
def test_a_row_by_its_key_keeps_one_plan(world: World, name: str) -> None:
    (read,) = (read for read in READS if read.name == name)
    assert called(world, read, "auto")[1] == [(CALLS - 5, 5)]
