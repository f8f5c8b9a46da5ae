"""What a parameter refuses, and what a column must be to be read."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import DataError, connection
from django.db.models import Avg, BigIntegerField, Count, F, FloatField, JSONField, Sum, TextField
from django.db.models.functions import Cast

from skeletal.db.prepared import BIGINTS, TEXT, Param
from skeletal.errors import InvalidInput
from tests.db.kinds import Bare, Kind, Mood, Shouted, field, standing, statement, table


class Numbered:
    """What can be used where a number is wanted, and is none."""

    def __index__(self) -> int:
        return 7


class Unnumbered:
    def __index__(self) -> int:
        raise TypeError("no number after all")


NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused
AWARE = NAIVE.replace(tzinfo=UTC)
WRONG: dict[str, list[Any]] = {
    "yes": ["false", 0, 1.0, b""],
    "small": ["1", 1.5, b"1", [1], Decimal(1)],
    "big": ["1", 1.5, float("nan"), AWARE, {}, [1], Numbered(), Unnumbered()],
    "floating": ["1.0", Decimal(1), b"", 10**400],
    "exact": ["1", 1.5, b"1"],
    "short": [1, b"a", ["a"], "a\0", "\ud800", "\udfff"],
    "long": [1, b"a", ["a"], "\0", "\ud800", True],
    "day": ["2026-01-01", AWARE, 1],
    "clock": ["12:00", AWARE, 1],
    "moment": ["2026-01-01", NAIVE, date(2026, 1, 1), 1, 1.5],
    "span": [1, "1 day", 1.5, time(1)],
    "key": ["00000000-0000-0000-0000-000000000000", 1, b"0" * 16],
    "data": [Exception, {1, 2}, b"x"],
    "address": ["", "x", "1.2.3", "1.2.3.4/33", 1, b"x", "::g"],
    "raw": ["x", 1, [1]],
    "bigs": [1, "12", [None], ["1"], [1.5], [[1]], {"a": 1}],
    "smalls": [[None], ["1"]],
    "texts": ["abc", [1], ["a\0"], ["\ud800"], [["a"]], [b"a"], {"a": 1}],
    "floats": [1.0, ["1"], [Decimal(1)], [[1.0]]],
    "days": [[AWARE], ["2026-01-01"]],
    "moments": [[NAIVE], [AWARE, NAIVE]],
    "addresses": [["x"], [1]],
    "mood": [1, b"calm", "\0"],
}
LIMITS = {"small": 15, "whole": 31, "big": 63}


@pytest.fixture(scope="module", autouse=True)
def kinds() -> Iterator[None]:
    with table():
        yield


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in WRONG.items() for value in values],
    ids=lambda value: ascii(value)[:30],
)
def test_a_value_of_another_type_is_refused_by_name(db: None, name: str, value: Any) -> None:
    """Before anything is sent: the transaction goes on."""
    read = statement(Kind.objects.filter(**{name: Param("asked", field(name))}), "pk")
    with pytest.raises(InvalidInput) as refused:
        read.all(asked=value)
    assert refused.value.context == {"field": "asked"}
    assert Kind.objects.count() == 0


def test_a_word_that_the_enum_lacks_is_an_error_of_the_database(db: None) -> None:
    read = statement(Kind.objects.filter(mood=Param("mood", Mood())), "pk")
    with pytest.raises(DataError, match="mood"):
        read.all(mood="merry")


@pytest.mark.parametrize("value", ["\0", "\ud800", {"\0": 1}, float("nan")], ids=ascii)
def test_what_jsonb_cannot_hold_is_an_error_of_the_database(db: None, value: Any) -> None:
    read = statement(Kind.objects.filter(data=Param("data", field("data"))), "pk")
    with pytest.raises(DataError):
        read.all(data=value)


@pytest.mark.parametrize("name", LIMITS)
def test_a_number_of_any_size_is_the_same_statement(db: None, name: str) -> None:
    most = 2 ** LIMITS[name] - 1
    kept = {number: Kind.objects.create(**{name: number}).pk for number in (0, most, -most - 1)}
    read = statement(Kind.objects.filter(**{name: Param("number", field(name))}), "pk")
    before = standing()
    for number in (0, 1, most, -most - 1, most + 1, -most - 2, 2**64, -(2**70), 10**100):
        wanted = [(kept[number],)] if number in kept else []
        assert read.all(number=number) == wanted
    assert standing() - before == {read.name.decode()}


@pytest.mark.parametrize("name", ["bigs", "smalls"])
def test_numbers_that_no_column_holds_are_left_out_of_a_list(db: None, name: str) -> None:
    single = name.removesuffix("s")
    most = 2 ** LIMITS[single] - 1
    row = Kind.objects.create(**{single: most})
    read = statement(Kind.objects.filter(**{f"{single}__any": Param("many", field(name))}), "pk")
    assert read.all(many=[most + 1, most, -most - 2, 2**80]) == [(row.pk,)]
    assert read.all(many=[most + 1]) == read.all(many=[]) == []
    assert read.all(many=(most, most)) == [(row.pk,)]


def test_a_thousand_ids_are_one_parameter(db: None) -> None:
    rows = Kind.objects.bulk_create(Kind(big=number) for number in range(1000))
    read = statement(Kind.objects.filter(pk__any=Param("ids", BIGINTS)), "pk")
    assert sorted(read.all(ids=[row.pk for row in rows])) == sorted((row.pk,) for row in rows)


def test_one_name_is_one_parameter(db: None) -> None:
    row = Kind.objects.create(big=7, small=7)
    rows = Kind.objects.filter(big=Param("n"), small=Param("n")).exclude(big__lt=Param("n"))
    read = statement(rows.annotate(echo=Param("n")), "pk", "echo")
    assert [param.name for param in read._text.params] == ["n"]
    assert read.all(n=7, ignored=object()) == [(row.pk, 7)]


def test_one_name_has_one_type(db: None) -> None:
    with pytest.raises(TypeError, match="parameter n has two types"):
        statement(Kind.objects.filter(big=Param("n"), long=Param("n", TEXT)), "pk")


def test_a_parameter_that_is_not_given_is_named(db: None) -> None:
    with pytest.raises(KeyError, match="'n'"):
        statement(Kind.objects.filter(big=Param("n")), "pk").all()


@pytest.mark.parametrize("made", [Bare(), ArrayField(Mood()), ArrayField(Bare())])
def test_a_type_that_cannot_be_sent_is_refused_before_the_first_call(db: None, made: Any) -> None:
    rows = Kind.objects.annotate(echo=Param("value", made))
    if isinstance(made, ArrayField):
        with pytest.raises(TypeError, match="parameter value cannot be sent as mood"):
            statement(rows, "echo")
    else:
        with pytest.raises(TypeError, match="column echo has a type of its own"):
            statement(rows, "echo").all(value="calm")


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        (Cast("long", Shouted()), "needs .*Shouted"),
        (Cast("data", JSONField(decoder=dict)), "needs .*JSONField"),  # type: ignore[arg-type]
    ],
)
def test_a_column_with_a_converter_of_its_own_is_refused(
    db: None, column: Any, sentence: str
) -> None:
    with pytest.raises(TypeError, match=sentence):
        statement(Kind.objects.annotate(column=column), "column")


@pytest.mark.parametrize("plan", ["auto", "custom"])
@pytest.mark.parametrize(
    "column",
    [Sum("big"), Avg("small"), Avg("big", output_field=FloatField()), Sum("big") + 1],
    ids=str,
)
def test_a_number_that_comes_as_numeric_is_refused(db: None, column: Any, plan: str) -> None:
    """PostgreSQL's sum(bigint) and avg(integer) are numeric: a Decimal where a number is said."""
    rows = Kind.objects.values("long").annotate(column=column)
    with pytest.raises(TypeError, match=r"column column is no \w+ in the database: cast it"):
        statement(rows, "column", plan=plan).all()


def test_numbers_that_come_as_such_are_read(db: None) -> None:
    Kind.objects.create(big=2, small=3, floating=0.5, exact=Decimal("1.10"))
    Kind.objects.create(big=2, small=4, floating=1.5, exact=Decimal("2.20"))
    columns = {
        "count": Count("pk"),
        "sum": Sum("small"),
        "cast": Cast(Sum("big"), BigIntegerField()),
        "average": Avg("floating"),
        "exact_sum": Sum("exact"),
        "plus": Sum(F("small") + 1),
    }
    rows = Kind.objects.values("long").annotate(**columns)
    found = statement(rows, *columns).all()
    assert repr(found) == repr(list(rows.values_list(*columns)))
    assert repr(found) == "[(2, 7, 4, 1.0, Decimal('3.30'), 9)]"


def test_a_column_whose_type_is_unknown_is_refused_unless_it_is_text(db: None) -> None:
    Kind.objects.create(mood="calm")
    plain = Kind.objects.annotate(bare=Cast("mood", Bare()), text=Cast("mood", TextField()))
    assert statement(plain, "mood", "text").all() == [("calm", "calm")]
    with pytest.raises(TypeError, match="column bare has a type of its own: cast it to text"):
        statement(plain, "bare").all()


def test_a_part_of_json_is_read(db: None) -> None:
    Kind.objects.create(data={"a": {"b": [1, None]}})
    paths = ("data__a", "data__a__b", "data__a__b__0", "data__x")
    assert statement(Kind.objects.all(), *paths).all() == [({"b": [1, None]}, [1, None], 1, None)]


@pytest.mark.parametrize(
    "number", ["1e400", f"-1{'0' * 400}.5", "1e-400", "18446744073709551617", "0.1", "1e2"], ids=len
)
def test_a_number_of_json_is_read_as_django_reads_it(db: None, number: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO kinds (data) VALUES (%s)", [f"[{number}]"])
    (wanted,) = Kind.objects.values_list("data")
    assert repr(statement(Kind.objects.all(), "data").all()) == repr([wanted])


def test_distinct_rows_ordered_by_what_they_do_not_hold_are_refused(db: None) -> None:
    with pytest.raises(TypeError, match="distinct rows"):
        statement(Kind.objects.order_by("big").distinct(), "long")


@pytest.mark.parametrize("rows", [Kind.objects.none(), Kind.objects.filter(pk__in=[])])
def test_a_statement_without_rows_answers_so(db: None, rows: Any) -> None:
    Kind.objects.create()
    assert statement(rows, "pk", "long").all() == []
    assert statement(rows[:5], "pk").first() is None
