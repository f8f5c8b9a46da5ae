"""Rows by id: one statement whatever the number, in the order asked, and no column by stealth."""

import copy
import pickle
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from skeletal.db.loading import NotLoaded, batch_load, keyset_paginate, partial_load
from skeletal.errors import InvalidCursor, InvalidInput
from skeletal.models import CounterDelta, Hashtag, Post, User, UserProfile
from tests.conftest import owner
from tests.db.walking import EXAMPLES, make
from tests.factories import make_post


@EXAMPLES
@given(asked=st.lists(st.integers(-1, 9) | st.just(2**63) | st.just(-(2**70)), max_size=30))
def test_rows_come_by_id_in_the_order_asked(db: None, asked: list[int]) -> None:
    """Numbers 0 to 6 stand for ids that exist; each other number is unknown."""
    Hashtag.objects.all().delete()
    make(range(7))
    known = list(Hashtag.objects.order_by("created_at"))
    ids = [known[n].pk if 0 <= n < 7 else n for n in asked]
    expected = {pk: row for pk in ids for row in known if row.pk == pk}
    with CaptureQueriesContext(connection) as captured:
        found = batch_load(Hashtag, iter(ids))
    assert list(found.items()) == list(expected.items())
    assert len(captured) == any(abs(number) < 2**63 for number in ids)


@pytest.mark.parametrize("count", [1, 100, 10_000])
def test_any_number_of_ids_is_one_array_in_one_statement(db: None, count: int) -> None:
    make(range(3))
    ids = [*Hashtag.objects.values_list("pk", flat=True), *range(count - 3)][:count]
    with CaptureQueriesContext(connection) as captured:
        assert len(batch_load(Hashtag, ids)) == min(count, 3)
    (query,) = captured.captured_queries
    assert "= ANY('{" in query["sql"]
    assert query["sql"].endswith("::bigint[])")


def test_more_than_ten_thousand_ids_are_refused_and_repeated_ones_count_once(db: None) -> None:
    assert batch_load(Hashtag, [5] * 20_000) == {}
    with pytest.raises(InvalidInput) as refusal:
        batch_load(Hashtag, range(10_001))
    assert refusal.value.context == {"field": "ids"}


@pytest.mark.parametrize("wrong", ["5", None, True, 5.0, b"5", [5]], ids=repr)
def test_an_id_that_is_no_whole_number_is_refused(db: None, wrong: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        batch_load(Hashtag, [5, wrong])
    assert refusal.value.context == {"field": "ids"}


def test_a_key_that_is_a_foreign_key_serves_and_a_composite_one_does_not(alice: User) -> None:
    assert batch_load(UserProfile, [alice.pk]) == {alice.pk: alice.profile}
    with pytest.raises(ValueError, match="no column"):
        batch_load(CounterDelta, [5])


def test_an_index_finds_the_ids(committed_db: None) -> None:
    make(range(5000))
    with owner() as link:
        link.execute("ANALYZE hashtags")
    with CaptureQueriesContext(connection) as captured:
        batch_load(Hashtag, list(Hashtag.objects.values_list("pk", flat=True)[:5]))
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + captured.captured_queries[-1]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Cond: (id = ANY (" in plan


def test_only_what_was_asked_for_is_read(alice: User) -> None:
    post = make_post(author=alice)
    with CaptureQueriesContext(connection) as captured:
        row = partial_load(Post, [post.pk], ["content", "author"])[post.pk]
        assert (row.pk, row.content, row.author_id) == (post.pk, post.content, alice.pk)
    (query,) = captured.captured_queries
    columns = query["sql"].partition(" FROM ")[0].replace('"posts".', "").replace('"', "")
    assert columns == "SELECT id, author_id, content"


def test_joined_columns_come_in_the_same_statement(alice: User) -> None:
    post = make_post(author=alice)
    fields = ["content", "author__username", "author__profile__display_name"]
    with CaptureQueriesContext(connection) as captured:
        row = batch_load(Post, [post.pk], fields)[post.pk]
        assert row.author.username == "alice"
        assert row.author.profile.display_name == alice.profile.display_name
        with pytest.raises(NotLoaded, match="email"):
            _ = row.author.email
        with pytest.raises(NotLoaded, match="bio"):
            _ = row.author.profile.bio
    assert len(captured) == 1


def anew(row: Post) -> Post:
    """The row as another process would get it."""
    copied: Post = pickle.loads(pickle.dumps(row))  # noqa: S301 - our own bytes
    return copied


@pytest.mark.parametrize("clone", [lambda row: row, copy.copy, copy.deepcopy, anew])
def test_a_column_that_was_not_asked_for_is_loud(alice: User, clone: Any) -> None:
    post = make_post(author=alice)
    row = clone(partial_load(Post, [post.pk], [])[post.pk])
    with CaptureQueriesContext(connection) as captured:
        assert row.pk == post.pk
        for name in ("content", "author_id", "created_at"):
            with pytest.raises(NotLoaded, match=name):
                getattr(row, name)
        with pytest.raises(NotLoaded):
            row.refresh_from_db()
    assert len(captured) == 0


def test_a_partly_loaded_row_saves_what_it_has(alice: User) -> None:
    post = make_post(author=alice)
    row = partial_load(Post, [post.pk], ["content"])[post.pk]
    row.content = "other"
    row.save()
    assert Post.objects.get(pk=post.pk).content == "other"


@pytest.mark.parametrize(
    "name", ["", "nothing", "author__nothing", "post_hashtags__id", "post_hashtags", "a\0", "-id"]
)
def test_a_field_that_is_none_is_named(db: None, name: str) -> None:
    for ids in ([], [5]):
        with pytest.raises(InvalidInput) as refusal:
            partial_load(Post, ids, ["content", name])
        assert refusal.value.context == {"field": name}


def test_nothing_asked_is_nothing_sent(db: None) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert batch_load(Post, []) == partial_load(Post, iter(()), ["content"]) == {}
    assert len(captured) == 0


def test_a_list_is_paged_newest_first_unless_told_otherwise(db: None) -> None:
    make(range(3))
    rows = Hashtag.objects.all()
    newest = list(rows.order_by("-pk"))
    page = keyset_paginate(rows, limit=2)
    assert (page.data, page.has_more) == (newest[:2], True)
    assert keyset_paginate(rows, page.next_cursor, 2).data == newest[2:]
    assert keyset_paginate(rows, page.next_cursor, 2, backward=True).data == newest[:1]
    assert keyset_paginate(rows, None, 2, ["name"]).data == newest[:0:-1]
    with pytest.raises(InvalidCursor):
        keyset_paginate(rows, page.next_cursor, 2, ["name"])
