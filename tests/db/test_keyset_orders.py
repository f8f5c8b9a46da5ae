"""What an order may be made of, the SQL that each kind of order sends, and the index it uses."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    DecimalField,
    F,
    FloatField,
    QuerySet,
    TextField,
    UUIDField,
    Value,
    When,
    Window,
)
from django.db.models.functions import MD5, Cast, Lower, NullIf, RowNumber
from django.test.utils import CaptureQueriesContext

from skeletal.db.keyset import paginate
from skeletal.db.orders import Order, read_order
from skeletal.models import CounterDelta, Hashtag, Mention, Post, User, UserProfile
from tests.conftest import owner
from tests.db.walking import START, Term, in_order, make, walk
from tests.factories import make_hashtag, make_mention, make_post, make_post_hashtag, make_user

VALUE = re.compile(r"'[^']*'::timestamptz|\d{5,}|\btrue\b")


def sent(read: Callable[[], object]) -> list[str]:
    """The statements that a call sends."""
    with CaptureQueriesContext(connection) as captured:
        read()
    return [query["sql"] for query in captured.captured_queries]


def second_page(rows: QuerySet[Any], order: Order, backward: bool = False) -> list[str]:
    """The statements of the page after the first, which has two rows."""
    cursor = paginate(rows, cursor=None, limit=2, order_by=order, backward=backward).next_cursor
    assert cursor is not None
    return sent(lambda: paginate(rows, cursor=cursor, limit=2, order_by=order, backward=backward))


def condition(sql: str) -> str:
    """The WHERE clause without quotes and the table's name, each value written as `?`."""
    where = sql.partition(" WHERE ")[2].partition(" ORDER BY")[0]
    return VALUE.sub("?", where.replace('"', "").replace("hashtags.", ""))


USED, LAST = "last_used_at", F("last_used_at").desc(nulls_last=True)
NO_NULLS = F("created_at").desc(nulls_last=True)


@pytest.mark.parametrize(
    ("order", "forward", "backward"),
    [
        (["-id"], "id < ?", "id > ?"),
        (["-id", "name"], "id < ?", "id > ?"),
        (["created_at"], "(created_at, id) > (?, ?)", "(created_at, id) < (?, ?)"),
        (["-created_at", "-pk"], "(created_at, id) < (?, ?)", "(created_at, id) > (?, ?)"),
        (["-last_used_at"], "(last_used_at, id) < (?, ?)", "(last_used_at, id) > (?, ?)"),
        ([USED], "(last_used_at, id) > (?, ?)", "(last_used_at, id) < (?, ?)"),
        ([LAST], "(last_used_at, id) < (?, ?)", "(last_used_at, id) > (?, ?)"),
        ([NO_NULLS], "(created_at, id) < (?, ?)", "(created_at, id) > (?, ?)"),
        (
            ["-created_at", "id"],
            "(created_at <= ? AND (created_at < ? OR (created_at = ? AND id > ?)))",
            "(created_at >= ? AND (created_at > ? OR (created_at = ? AND id < ?)))",
        ),
        (
            ["usable", USED],
            "(usable >= ? AND (usable > ? OR (usable = ? AND "
            "(last_used_at > ? OR last_used_at IS NULL OR (last_used_at = ? AND id > ?)))))",
            "(usable, last_used_at, id) < (?, ?, ?)",
        ),
    ],
    ids=str,
)
def test_the_condition_is_a_row_value_where_that_says_it(
    db: None, order: list[Any], forward: str, backward: str
) -> None:
    make(range(9))
    Hashtag.objects.update(last_used_at=START)
    assert [condition(sql) for sql in second_page(Hashtag.objects.all(), order)] == [forward]
    (back,) = second_page(Hashtag.objects.all(), order, backward=True)
    assert condition(back) == backward
    assert "OFFSET" not in back
    assert ("NULLS" in back) == (LAST in order)
    assert back.endswith("LIMIT 3")


@pytest.mark.parametrize(
    ("order", "used", "conditions"),
    [
        ([USED], 4, ["(last_used_at, id) > (?, ?)", "last_used_at IS NULL"]),
        ([USED], 2, ["(last_used_at, id) > (?, ?)", "last_used_at IS NULL"]),
        ([USED], 0, ["(last_used_at IS NULL AND id > ?)"]),
        ([USED], 9, ["(last_used_at, id) > (?, ?)"]),
        ([LAST], 3, ["(last_used_at, id) < (?, ?)", "last_used_at IS NULL"]),
        (["-last_used_at"], 7, ["(last_used_at IS NULL AND id < ?)", "last_used_at IS NOT NULL"]),
        (["-last_used_at"], 2, ["(last_used_at IS NULL AND id < ?)"]),
    ],
    ids=str,
)
def test_a_second_statement_is_sent_only_where_a_page_meets_the_nulls(
    db: None, order: list[Any], used: int, conditions: list[str]
) -> None:
    make(range(9))
    names = [f"t{n}" for n in range(used)]
    Hashtag.objects.filter(name__in=names).update(last_used_at=START)
    assert [condition(sql) for sql in second_page(Hashtag.objects.all(), order)] == conditions


TOO_LONG = ["author__email", "author__username", "author__locale", "author__profile__display_name"]


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ([], "empty order"),
        (["?"], "no column"),
        (["nothing"], "no column"),
        (["author__nothing"], "no column"),
        (["author__username__lower"], "one row"),
        (["content__length"], "one row"),
        (["post_hashtags__hashtag_id"], "one row"),
        (["post_hashtags"], "no column"),
        (["media_urls"], "cannot be a key"),
        (["content"], "too long"),
        (["untold"], "too long"),
        (["author__avatar_url"], "too long"),
        ([*TOO_LONG, "language"], "too long"),
        (["place"], "whole list"),
        ([Lower("author__username").asc()], "annotate it"),
        ([F("author").desc(), Value(1)], "annotate it"),
    ],
    ids=str,
)
def test_an_order_that_cannot_be_paged_is_a_mistake_of_ours(
    db: None, order: list[Any], why: str
) -> None:
    """Whatever the rows hold: text without a bound may make a token too long, so it is refused."""
    place = Window(RowNumber(), order_by="id")
    rows = Post.objects.annotate(untold=Cast("id", TextField()), place=place)
    with pytest.raises(ValueError, match=why):
        paginate(rows, cursor=None, limit=2, order_by=order)
    assert paginate(rows, cursor=None, limit=2, order_by=TOO_LONG).data == []


def test_foreign_keys_and_one_to_one_keys_are_their_columns(db: None) -> None:
    for order, model in ((["author"], Post), (["-author_id"], Post), (["pk"], UserProfile)):
        first = read_order(model._default_manager.all(), order)[0]
        assert first.name in ("author_id", "user_id")


def test_keys_of_joined_rows_cost_no_statement_of_their_own(db: None) -> None:
    """Joined or not, and where only some columns are read: one statement a page."""
    for name in ("zoe", "amy", "eve"):
        author = make_user(username=name)
        for _ in range(3):
            make_post(author=author)
    terms = [Term("author__username", False), Term("created_at", True)]
    order = [term.written() for term in terms]
    expected = [row.pk for row in Post.objects.order_by("author__username", "-created_at", "-id")]
    lists = [Post.objects.all(), Post.objects.for_list(), Post.objects.only("content")]
    for rows in (*lists, Post.objects.defer("created_at")):
        assert walk(rows, order, 2) == walk(rows, order, 2, backward=True) == expected
        assert len(second_page(rows, order)) == 1


def test_a_key_behind_an_absent_relation_is_null(db: None) -> None:
    mentions = [make_mention() for _ in range(3)]
    posts = {mention.post_id: n for n, mention in enumerate(mentions)}
    user = mentions[0].user
    mentions += [make_mention(post=None, comment=_comment(user), user=user) for _ in range(3)]
    rows = Mention.objects.all()
    for first in (True, False):
        order: list[Any] = [Term("post__created_at", False, first).written(), "-id"]
        with_post = [m.pk for m in mentions if m.post_id in posts]
        without = [m.pk for m in mentions if m.post_id not in posts][::-1]
        expected = without + with_post if first else with_post + without
        assert walk(rows, order, 2) == walk(rows, order, 2, backward=True) == expected


def _comment(user: User) -> Any:
    from tests.factories import make_comment

    return make_comment(author=user)


ANNOTATIONS: dict[str, Any] = {
    "float": Cast("id", FloatField()) / 7,
    "decimal": Cast("id", DecimalField(max_digits=30, decimal_places=3)) / 1000,
    "uuid": Cast(MD5("name"), UUIDField()),
    "date": Cast("created_at", DateField()),
    "flag": Case(When(name__lt="t3", then=True), default=False),
    "text": Cast("id", CharField(max_length=20)),
    "sometimes": NullIf(F("created_at"), Value(START)),
}


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("kind", ANNOTATIONS)
def test_an_annotation_is_a_key_of_any_type(db: None, kind: str, descending: bool) -> None:
    make([0, 1, 1, 2, 3, 0, 10**12, 5])
    rows = Hashtag.objects.annotate(score=ANNOTATIONS[kind])
    terms = [Term("score", descending)]
    expected = in_order(rows, terms)
    order = [term.written() for term in terms]
    for backward in (False, True):
        assert walk(rows, order, 3, backward=backward) == expected
    hidden = Hashtag.objects.alias(score=ANNOTATIONS[kind])
    assert walk(hidden, order, 3) == expected


def test_a_count_over_joined_rows_is_a_key(db: None) -> None:
    for used in (2, 0, 1, 2, 1, 0):
        tag = make_hashtag()
        for _ in range(used):
            make_post_hashtag(hashtag=tag)
    rows = Hashtag.objects.annotate(score=Count("post_hashtags"))
    expected = in_order(rows, [Term("score", True)])
    assert walk(rows, ["-score"], 2) == walk(rows, ["-score"], 2, backward=True) == expected


def test_a_composite_primary_key_ends_the_order(db: None) -> None:
    CounterDelta.objects.bulk_create(
        CounterDelta(object_type=kind, object_id=n, id=5, counter="c", delta=1)
        for n in range(3)
        for kind in ("post", "user")
    )
    rows = CounterDelta.objects.filter(id=5)
    expected = list(rows.order_by("-object_id", "-object_type").values_list("pk", flat=True))
    assert walk(rows, ["id", "-object_id"], 2) == expected
    assert walk(rows, ["-object_id", "-pk"], 4, backward=True) == expected


def test_an_index_answers_each_page_as_a_range(committed_db: None) -> None:
    authors = [make_user() for _ in range(3)]
    Post.objects.bulk_create(
        Post(author=authors[n % 3], created_at=START + timedelta(seconds=n // 6))
        for n in range(6000)
    )
    with owner() as link:
        link.execute("ANALYZE posts")
    rows = Post.objects.filter(status="published", deleted_at=None).filter(author=authors[0])
    bounds = {
        ("-created_at",): "ROW(created_at, id) < ROW(",
        ("created_at",): "ROW(created_at, id) > ROW(",
        ("-created_at", "id"): "created_at <= ",
    }
    for order, bound in bounds.items():
        (sql,) = second_page(rows, order)
        scan = _scan(sql)
        assert scan["Index Name"] == "idx_posts_author_created"
        assert bound in scan["Index Cond"]
        assert ("Filter" in scan) == (len(order) == 2)


def _scan(sql: str) -> dict[str, Any]:
    """The lowest node of a statement's plan."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        plan: dict[str, Any] = cursor.fetchone()[0][0]["Plan"]
    while "Plans" in plan:
        plan = plan["Plans"][0]
    return plan
