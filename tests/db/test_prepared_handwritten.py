"""SQL written by hand runs as every other prepared read."""

from typing import Any

import pytest

from skeletal.db.prepared import BIGINT, BIGINTS, TEXT, Param, handwritten
from skeletal.records import Count, Record
from tests.db.kinds import standing
from tests.queries.statements import statements

pytestmark = pytest.mark.django_db


class Place(Record, frozen=True, kw_only=True):
    name: str


class Found(Record, frozen=True, kw_only=True):
    number: int
    place: Place | None
    times: Count


SQL = """
SELECT n AS number, CASE WHEN n %% 2 = 0 THEN %(name)s || '%%' END AS place__name,
       n - %(less)s AS times
FROM unnest(%(numbers)s) n WHERE n <> ALL (%(numbers)s) IS NOT NULL ORDER BY n
"""
PARAMS = (Param("name", TEXT), Param("less", BIGINT), Param("numbers", BIGINTS))


def test_it_gives_records() -> None:
    found = handwritten(Found, SQL, PARAMS, name="test.found")
    assert found().all(numbers=[3, 2], less=2, name="p") == [
        Found(number=2, place=Place(name="p%"), times=0),
        Found(number=3, place=None, times=1),
    ]
    assert found().all(numbers=[], less=2, name="p") == []
    assert found().first(numbers=[1], less=2, name="p") == Found(number=1, place=None, times=0)
    assert [param.name for param in found()._text.params] == ["name", "less", "numbers"]


def test_it_is_compiled_and_prepared_once() -> None:
    found, before = handwritten(Found, SQL, PARAMS, name="test.found"), standing()
    values: dict[str, Any] = {"numbers": [1], "less": 2, "name": "p"}
    assert found() is found()
    assert [found().all(**values) for _ in range(3)] == [found().all(**values)] * 3
    assert standing() - before == {found().name.decode()}
    assert len(statements(lambda: found().all(**values))) == 1


def test_a_plain_type_is_the_only_column() -> None:
    one = handwritten(int, "SELECT %(n)s + 1", [Param("n")], name="test.one")
    assert one().all(n=1) == [2]
    two = handwritten(int, "SELECT 1, 2", name="test.two")
    with pytest.raises(TypeError, match="columns are"):
        two().all()


@pytest.mark.parametrize(
    "columns", ["1 AS number", "1 AS times, 'a' AS place__name, 2 AS number", "1, 'a', 2", "*"]
)
def test_columns_that_are_not_the_record_s_are_refused(columns: str) -> None:
    found = handwritten(Found, f"SELECT {columns} FROM (SELECT 1) t", name="test.wrong")
    for _ in range(2):
        with pytest.raises(TypeError, match=r"the record has .'number', 'place__name', 'times'."):
            found().all()


def test_an_unknown_parameter_and_a_shape_are_refused() -> None:
    with pytest.raises(KeyError, match="other"):
        handwritten(int, "SELECT %(other)s", [Param("n")], name="test.other")()
    with pytest.raises(TypeError, match="no shapes"):
        handwritten(int, "SELECT 1", name="test.shape")(1)
