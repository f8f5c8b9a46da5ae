"""Which index may go and which key lacks one, by the catalog alone."""

from dataclasses import replace
from typing import Any

import pytest

from skeletal.db.indexes import rules
from skeletal.db.indexes.catalog import Catalog, ForeignKey, Index, Table

POSTS = Table(name="posts", rows=50_000, bytes=1 << 24, scans=1000)
KEY = ForeignKey(name="fk", table="posts", columns=["author_id"], parent="users")


def index(name: str, *columns: str, **more: Any) -> Index:
    """A plain B-tree of posts that nobody has used."""
    values: dict[str, Any] = {
        "table": "posts",
        "method": "btree",
        "properties": ["int8_ops 0 0"] * len(columns),
        "included": [],
        "predicate": "",
        "unique": False,
        "bound": False,
        "primary": False,
        "valid": True,
        "bytes": 8192,
        "rows": 50_000,
        "scans": 0,
        "using": "",
    }
    return Index(name=name, columns=list(columns), **(values | more))


def catalog(*indexes: Index, keys: tuple[ForeignKey, ...] = (), **more: Any) -> Catalog:
    values: dict[str, Any] = {"tables": {"posts": POSTS}, "columns": {}, "since": None}
    return Catalog(indexes=list(indexes), keys=list(keys), **(values | more))


def told(seen: Catalog) -> dict[str, str]:
    """Name of each index that may go → why."""
    return {drop.index.name: drop.kind for drop in rules.drops(seen)}


USED = {"scans": 1}


def test_of_two_alike_the_one_that_guards_nothing_goes() -> None:
    unique = index("b", "author_id", unique=True, bound=True)
    assert told(catalog(index("a", "author_id", **USED), unique)) == {"a": "duplicate"}


def test_of_two_plain_ones_the_declared_one_stays() -> None:
    both = (index("a", "author_id", **USED), index("b", "author_id", **USED))
    assert told(catalog(*both)) == {"b": "duplicate"}
    assert told(catalog(*both, declared={"b": "posts"})) == {"a": "duplicate"}


@pytest.mark.parametrize(
    "difference",
    [
        {"predicate": "(deleted_at IS NULL)"},
        {"properties": ["int8_ops 0 3"]},
        {"method": "hash"},
        {"table": "videos"},
        {"valid": False},
    ],
)
def test_what_differs_in_any_way_is_no_duplicate(difference: dict[str, Any]) -> None:
    tables = {"posts": POSTS, "videos": POSTS}
    other = index("b", "author_id", **(USED | difference))
    assert told(catalog(index("a", "author_id", **USED), other, tables=tables)) == {}


def test_a_beginning_of_another_goes() -> None:
    both = (index("a", "author_id", **USED), index("b", "author_id", "id", **USED))
    assert told(catalog(*both)) == {"a": "overlap"}


@pytest.mark.parametrize(
    "short",
    [
        index("a", "author_id", unique=True, **USED),
        index("a", "author_id", bound=True, **USED),
        index("a", "author_id", included=["status"], **USED),
        index("a", "id", **USED),
        index("a", "author_id", predicate="(id > 5)", **USED),
    ],
)
def test_a_beginning_that_holds_more_stays(short: Index) -> None:
    assert told(catalog(short, index("b", "author_id", "id", **USED))) == {}


def test_what_a_workload_passed_by_is_unused() -> None:
    assert told(catalog(index("a", "score"))) == {"a": "unused"}


@pytest.mark.parametrize(
    "other",
    [
        index("a", "score", unique=True),
        index("a", "score", bound=True),
        index("a", "score", **USED),
        index("a", "name", properties=["varchar_pattern_ops 100 0"]),
    ],
)
def test_what_guards_or_is_used_is_not_unused(other: Index) -> None:
    assert told(catalog(other)) == {}


@pytest.mark.parametrize("table", [replace(POSTS, scans=999), replace(POSTS, rows=999)])
def test_nothing_is_unused_before_a_workload_or_in_a_small_table(table: Table) -> None:
    assert told(catalog(index("a", "score"), tables={"posts": table})) == {}


def test_the_last_index_of_a_foreign_key_is_not_unused() -> None:
    alone = index("a", "author_id")
    assert told(catalog(alone, keys=(KEY,))) == {}
    beside = index("b", "author_id", "id", **USED)
    assert told(catalog(alone, beside, keys=(KEY,))) == {"a": "overlap"}


def test_each_index_is_named_once_and_an_heir_stays() -> None:
    three = (index("a", "author_id"), index("b", "author_id"), index("c", "author_id", "id"))
    assert told(catalog(*three)) == {"a": "overlap", "b": "duplicate"}


def test_tables_of_other_packages_are_left_alone() -> None:
    assert told(catalog(index("a", "score"), of_others=frozenset({"posts"}))) == {}


@pytest.mark.parametrize(
    ("standing", "bare"),
    [
        (index("a", "author_id", "id"), False),
        (index("a", "author_id", predicate="(author_id IS NOT NULL)"), False),
        (index("a", "author_id", predicate="(deleted_at IS NULL)"), True),
        (index("a", "id", "author_id"), True),
        (index("a", "author_id", valid=False), True),
        (index("a", "author_id", method="gin"), True),
    ],
)
def test_a_key_is_served_by_an_index_of_all_its_values(standing: Index, bare: bool) -> None:
    assert rules.bare_keys(catalog(standing, keys=(KEY,))) == ([KEY] if bare else [])


def test_a_key_of_two_columns_is_served_in_either_order() -> None:
    key = replace(KEY, columns=["a", "b"])
    assert rules.bare_keys(catalog(index("x", "b", "a"), keys=(key,))) == []
    assert rules.bare_keys(catalog(index("x", "b", "c", "a"), keys=(key,))) == [key]
