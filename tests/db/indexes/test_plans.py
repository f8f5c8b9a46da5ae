"""Plans as PostgreSQL writes them: what their conditions and sorts say of columns."""

from typing import Any

import pytest

from skeletal.db.indexes.plans import Access, Comparison, Plan, compared, terms


def scan(**more: Any) -> dict[str, Any]:
    """A scan of all posts."""
    return {"Node Type": "Seq Scan", "Relation Name": "posts", "Alias": "p", **more}


def access(node: dict[str, Any]) -> Access:
    """The only scan of a plan."""
    (found,) = Plan(1.0, node).accesses()
    return found


@pytest.mark.parametrize(
    ("condition", "parts"),
    [
        ("(p.id = 5)", ["p.id = 5"]),
        ("((p.id = 5) AND (p.kind = 'a'::text))", ["(p.id = 5)", "(p.kind = 'a'::text)"]),
        ("((p.id = 5) OR (p.kind = 'a'::text))", []),
        ("(p.text = ' AND ) OR '::text)", ["p.text = ' AND ) OR '::text"]),
        ("((p.id = 5) AND ((p.a = 1) OR (p.b = 2)))", ["(p.id = 5)", "((p.a = 1) OR (p.b = 2))"]),
        ("((p.a)::text = (p.b)::text)", ["(p.a)::text = (p.b)::text"]),
        ("", []),
    ],
)
def test_a_condition_is_parted_at_its_top_only(condition: str, parts: list[str]) -> None:
    assert terms(condition) == parts


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("(p.id = $1)", [("p", "id", "=", "$1")]),
        (
            "((p.status)::text = 'published'::text)",
            [("p", "status", "=", "'published'::text")],
        ),
        ('("user".id = ANY ($2))', [("user", "id", "=", "ANY ($2)")]),
        ("($1 = p.author_id)", [("p", "author_id", "=", "$1")]),
        (
            "(ROW(p.created_at, p.id) < ROW($1, $2))",
            [("p", "created_at", "<", "$1"), ("p", "id", "<", "$2")],
        ),
        ("(p.deleted_at IS NULL)", []),
        ("(lower(p.name) = 'a'::text)", []),
        ("((p.a = 1) OR (p.b = 2))", []),
    ],
)
def test_comparisons_name_column_sign_and_value(
    condition: str, found: list[tuple[str, str, str, str]]
) -> None:
    assert list(compared({"Filter": condition}, "Filter")) == [Comparison(*one) for one in found]


def test_an_access_gathers_what_is_asked_of_one_scan() -> None:
    node = {
        "Node Type": "Sort",
        "Sort Key": ["p.created_at DESC", "p.id DESC"],
        "Plans": [scan(Filter="((p.author_id = 7) AND (p.score > 3) AND (p.a = p.b))")],
    }
    found = access(node)
    assert (found.equal, found.ranged, found.sequential) == (("author_id",), ("score",), True)
    assert found.sorts == (("created_at", True), ("id", True))


def test_a_column_that_a_join_compares_is_asked_for() -> None:
    other = scan(**{"Relation Name": "users", "Alias": "u"})
    node = {"Node Type": "Hash Join", "Hash Cond": "(p.author_id = u.id)", "Plans": [scan(), other]}
    posts, users = Plan(1.0, node).accesses()
    assert posts.equal == ("author_id",)
    assert users.equal == ()


@pytest.mark.parametrize("keys", [["u.id"], ["(lower(p.name))"], ['p.name COLLATE "C"']])
def test_an_order_that_is_not_of_plain_columns_of_the_table_is_none(keys: list[str]) -> None:
    assert access({"Node Type": "Sort", "Sort Key": keys, "Plans": [scan()]}).sorts == ()
