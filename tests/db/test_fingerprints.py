"""A fingerprint names the shape of a statement and never holds a value."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skeletal.db.fingerprints import fingerprint

SECRET = "hunter2"


def test_it_says_verb_and_main_table() -> None:
    assert re.fullmatch(
        r"select posts [0-9a-f]{8}",
        fingerprint(
            'SELECT "posts"."id", (SELECT 1 FROM "likes") FROM "posts"'
            ' JOIN "users" ON ("posts"."author_id" = "users"."id")'
        ),
    )
    for text, begins in {
        'INSERT INTO "users" ("id") VALUES (%s)': "insert users",
        'UPDATE "public"."posts" SET "x" = %s': "update posts",
        'DELETE FROM ONLY "follows" WHERE id = %s': "delete follows",
        "WITH a AS (SELECT 1 FROM x) SELECT * FROM posts": "with posts",
        "(SELECT 1 FROM a) UNION (SELECT 2 FROM b)": "select a",
        "SELECT count(*) FROM (SELECT 1 FROM posts) AS inner_posts": "select posts",
        "-- a word\n/* from nowhere */ select 1": "select",
    }.items():
        assert fingerprint(text).rpartition(" ")[0] == begins, text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM t WHERE id IN (%s)", "SELECT a FROM t WHERE id IN (%s, %s, %s)"),
        ("SELECT a FROM t WHERE id IN (1)", "SELECT a FROM t WHERE id IN (2,3,\n 4)"),
        ("SELECT ARRAY[1] FROM t", "SELECT ARRAY[%s, %s] FROM t"),
        ("SELECT a FROM t LIMIT 20", "SELECT  a\n\tFROM t LIMIT 100"),
        ("SELECT a FROM t WHERE b = 'it''s'", "SELECT a FROM t WHERE b = %s"),
        ("SELECT a FROM t WHERE b = E'it\\'s'", "SELECT a FROM t WHERE b = $1"),
        ("SELECT a FROM t WHERE b = $q$it's$q$", "SELECT a FROM t WHERE b = %(name)s"),
        ("SELECT a FROM t -- one", "SELECT a FROM t /* two */"),
        (
            "INSERT INTO t VALUES (%s, NULL, lower(%s))",
            "INSERT INTO t VALUES (%s, NULL, lower(%s)), (%s, NULL, lower(%s))",
        ),
    ],
)
def test_what_differs_in_values_or_length_is_one(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('SELECT "a" FROM t', 'SELECT "b" FROM t'),
        ('SELECT "a1" FROM t', 'SELECT "a2" FROM t'),
        ("SELECT a FROM t WHERE b = %s", "SELECT a FROM t WHERE c = %s"),
        ("SELECT a FROM t ORDER BY a", "SELECT a FROM t ORDER BY a DESC"),
    ],
)
def test_what_differs_in_shape_is_two(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize("text", ['SAVEPOINT "s1_x1"', "RELEASE SAVEPOINT s", "ROLLBACK", "BEGIN"])
def test_transaction_control_is_its_verb(text: str) -> None:
    assert fingerprint(text) == text.split(maxsplit=1)[0].lower()


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT 1 FROM users WHERE name = '{SECRET}'",
        f"SELECT ' from {SECRET} '",
        f"SELECT $a$ from {SECRET} $a$",
        f"SELECT E'\\' from {SECRET} '",
        f"/* from {SECRET} */ SELECT 1",
        f"SELECT 1 -- from {SECRET}",
    ],
)
def test_no_value_is_in_it(text: str) -> None:
    assert SECRET not in fingerprint(text)


@given(st.text())
def test_any_text_has_a_short_one(text: str) -> None:
    assert 0 < len(fingerprint(text)) <= 100
