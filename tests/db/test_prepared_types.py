"""Values of every type go in and come out as the ORM would send and read them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db.models import F, TextField, Value
from django.db.models.functions import Coalesce, Collate, Concat
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from skeletal.db.prepared import Param
from tests.db.kinds import Kind, field, statement, table

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
ODD = [
    *("", "%", "%s", "%(x)s", "100%%", "'", "''", '"', "\\", "\\'", "{}", "{a,b}", "$1", "NULL"),
    *("\U0010ffff", "😀", "e\u0301", "\t\n\r", "مرحبا"),
]
MOMENT = st.datetimes(timezones=st.just(UTC))
CENTS = st.decimals(Decimal("-9999999999.99"), Decimal("9999999999.99"), places=2)
DOUBLE = st.floats(allow_nan=False).map(lambda number: number + 0.0)
"""Without -0.0: the ORM writes it as 0."""
FLOAT = st.integers(-(2**15), 2**15).map(lambda eighths: eighths / 8)
"""Of other floats of four bytes the ORM reads the shortest text, which is another double."""
ADDRESS = st.ip_addresses().map(str) | st.just("::ffff:192.0.2.1")
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXT
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "yes": st.booleans(),
    "small": st.integers(-(2**15), 2**15 - 1),
    "whole": st.integers(-(2**31), 2**31 - 1),
    "big": st.integers(-(2**63), 2**63 - 1),
    "floating": DOUBLE,
    "exact": CENTS,
    "short": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5),
    "long": TEXT | st.sampled_from(ODD),
    "day": st.dates(),
    "clock": st.times(),
    "moment": MOMENT,
    "span": st.timedeltas(timedelta(days=-(10**6)), timedelta(days=10**6)),
    "key": st.uuids(),
    "data": st.recursive(
        SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=8
    ).filter(lambda value: value is not None),
    "address": ADDRESS,
    "raw": st.binary(max_size=20),
    "bigs": st.lists(st.integers(-(2**63), 2**63 - 1), max_size=5),
    "smalls": st.lists(st.integers(-(2**15), 2**15 - 1), max_size=5),
    "texts": st.lists(TEXT | st.sampled_from(ODD) | st.none(), max_size=5),
    "shorts": st.lists(st.sampled_from(["", "a,b", '"x"', "{}"]), max_size=3),
    "floats": st.lists(DOUBLE | st.none(), max_size=5),
    "vector": st.lists(FLOAT, max_size=64),
    "days": st.lists(st.dates(), max_size=3),
    "moments": st.lists(MOMENT, max_size=3),
    "exacts": st.lists(CENTS, max_size=3),
    "addresses": st.lists(ADDRESS, max_size=3),
    "mood": st.sampled_from(["calm", "très gai", '50% "sad"']),
}
CONSTANTS: list[tuple[str, Any]] = [
    *(("long", text) for text in ODD),
    *(("big", number) for number in (0, -1, 2**63 - 1, -(2**63))),
    *(("floating", number) for number in (-1.5, 1e300, float("inf"), float("-inf"))),
    *(("exact", Decimal(number)) for number in ("-0.01", "9999999999.99")),
    *(("yes", truth) for truth in (True, False)),
    ("day", date(2026, 2, 28)),
    ("clock", time(23, 59, 59, 999999)),
    ("moment", datetime(2026, 2, 28, 1, 2, 3, 4, tzinfo=UTC)),
    ("span", timedelta(days=-3, microseconds=7)),
    ("key", UUID(int=7)),
    ("data", {"a": ["%", "'", "\\", None, -1, {"ü": "😀"}]}),
    ("raw", b"\0\xff%'\\"),
    ("texts", ODD),
    ("bigs", []),
    ("mood", '50% "sad"'),
]


@pytest.fixture(scope="module", autouse=True)
def kinds() -> Iterator[None]:
    with table():
        yield


def test_every_column_is_tried() -> None:
    assert set(VALUES) == {each.name for each in Kind._meta.fields} - {"id"}


@pytest.mark.parametrize("plan", ["auto", "custom", "generic"])
@pytest.mark.parametrize("name", VALUES)
@settings(
    max_examples=12,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_value_is_found_and_comes_back(
    db: None, name: str, plan: str, data: st.DataObject
) -> None:
    value = data.draw(VALUES[name])
    row = Kind.objects.create(**{name: value})
    rows = Kind.objects.filter(**{name: Param("value", field(name))}, pk=Param("pk"))
    found = statement(rows, name, plan=plan).all(value=value, pk=row.pk)
    assert repr(found) == repr(list(Kind.objects.filter(pk=row.pk).values_list(name)))
    echo = statement(Kind.objects.annotate(echo=Param("value", field(name))), "echo", plan=plan)
    assert repr(echo.first(value=value)) == repr(found[0])


@pytest.mark.parametrize("name", VALUES)
def test_null_comes_back_and_equals_nothing(db: None, name: str) -> None:
    row = Kind.objects.create()
    param = Param("value", field(name))
    assert statement(Kind.objects.filter(pk=row.pk), name).all() == [(None,)]
    assert statement(Kind.objects.annotate(echo=param), "echo").first(value=None) == (None,)
    assert statement(Kind.objects.filter(**{name: param}), name).all(value=None) == []


def test_the_cast_neither_rounds_nor_cuts(db: None) -> None:
    Kind.objects.create(exact=Decimal("1.24"), short="abcde")
    wider: dict[str, tuple[Any, Any]] = {
        "exact": (Decimal("1.239"), Decimal("1.24")),
        "short": ("abcdef", "abcde"),
    }
    for name, (wide, kept) in wider.items():
        found = statement(Kind.objects.filter(**{name: Param("value", field(name))}), name)
        assert (found.all(value=wide), found.all(value=kept)) == ([], [(kept,)])
    for name, wide in {"exacts": [Decimal("1.239")], "shorts": ["abcdef"]}.items():
        echo = statement(Kind.objects.annotate(echo=Param("value", field(name))), "echo")
        assert echo.first(value=wide) == (wide,)


@pytest.mark.parametrize(("name", "value"), CONSTANTS, ids=repr)
def test_a_constant_stands_in_the_text(db: None, name: str, value: Any) -> None:
    row = Kind.objects.create(**{name: value})
    rows = Kind.objects.filter(**{name: value}, pk=Param("pk"))
    found = statement(rows, name)
    assert found._text.params[0].name == "pk"
    assert len(found._text.params) == 1
    wanted = list(Kind.objects.filter(pk=row.pk).values_list(name))
    assert repr(found.all(pk=row.pk)) == repr(wanted)


def test_constants_do_not_run_together(db: None) -> None:
    """`big - -5` is not the comment `big --5`; NULL and percent signs stand as they are."""
    Kind.objects.create(big=3, long="a")
    rows = Kind.objects.annotate(
        less=F("big") - Value(-5),
        first=Coalesce(Value(None, TextField()), "long", Value("%s"), output_field=TextField()),
        joined=Concat("long", Value("%%(x)s"), Value("\\"), output_field=TextField()),
    )
    assert statement(rows, "less", "first", "joined").all() == [(8, "a", "a%%(x)s\\")]


@example(text="\U0010ffff\\%'\"{}")
@settings(
    max_examples=30,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=TEXT)
def test_a_prefix_finds_what_begins_with_it(db: None, text: str) -> None:
    Kind.objects.all().delete()
    for more in ("", "a", "zz", "\U0010fffe"):
        Kind.objects.create(long=text + more)
    named = Kind.objects.annotate(name=Collate("long", "C"))
    rows = named.filter(name__begins=Param("prefix", TextField())).order_by("name")
    found = statement(rows, "long").all(prefix=text)
    assert len(found) == 4
    assert statement(rows, "long").all(prefix=text + "b") == []
