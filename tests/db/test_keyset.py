"""A walk over keyset pages shows each row once, in order, whatever ties, goes or comes."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F, QuerySet
from hypothesis import example, given
from hypothesis import strategies as st

from skeletal.db.keyset import paginate
from skeletal.errors import InvalidInput
from skeletal.models import Hashtag, Post, User
from tests.db.walking import EXAMPLES, START, Term, in_order, make, moment, pages, walk

Moments = tuple[int, int | None, int | None]
INSTANT = st.integers(0, 2)
MOMENTS = st.tuples(INSTANT, st.none() | INSTANT, st.none() | INSTANT)
POSTS = st.lists(MOMENTS, max_size=30)
COLUMNS = ("created_at", "edited_at", "deleted_at", "likes_count", "id")
TERM = st.builds(
    Term, st.sampled_from(COLUMNS), st.booleans(), st.sampled_from([None, True, False])
)
ORDER = st.lists(TERM, min_size=1, max_size=4, unique_by=lambda term: term.name)
LIMIT = st.integers(1, 9) | st.just(100)


def publish(author: User, posts: Iterable[Moments]) -> None:
    """Posts of one author: when each was made, edited and deleted."""
    Post.objects.bulk_create(
        Post(
            author=author,
            created_at=START + timedelta(microseconds=made),
            edited_at=moment(edited),
            deleted_at=moment(deleted),
        )
        for made, edited, deleted in posts
    )


def only(author: User, posts: Iterable[Moments]) -> QuerySet[Post]:
    """The list of these posts, when all others are gone."""
    Post.objects.all().delete()
    publish(author, posts)
    return Post.objects.all()


@EXAMPLES
@given(posts=POSTS, limit=LIMIT, terms=ORDER)
@example(posts=[(0, None, 0)] * 20, limit=10, terms=[Term("edited_at", False, True)])
@example(posts=[], limit=1, terms=[Term("id", False)])
def test_walks_both_ways_show_each_row_once_in_order(
    alice: User, posts: list[Moments], limit: int, terms: list[Term]
) -> None:
    rows, order = only(alice, posts), [term.written() for term in terms]
    expected = in_order(rows, terms)
    assert walk(rows, order, limit) == expected
    assert walk(rows, order, limit, backward=True) == expected


@EXAMPLES
@given(posts=POSTS, limit=LIMIT, terms=ORDER)
def test_one_token_leads_both_ways(
    alice: User, posts: list[Moments], limit: int, terms: list[Term]
) -> None:
    """From each page's cursor, backward shows what stands before that row; and the turn again."""
    rows, order = only(alice, posts), [term.written() for term in terms]
    expected = in_order(rows, terms)
    cursor: str | None = None
    while True:
        page = paginate(rows, cursor=cursor, limit=limit, order_by=order)
        if (cursor := page.next_cursor) is None:
            return
        place = expected.index(page.data[-1].pk)
        back = paginate(rows, cursor=cursor, limit=limit, order_by=order, backward=True)
        assert [row.pk for row in back.data] == expected[max(place - limit, 0) : place]
        assert back.has_more == (place > limit)
        if back.next_cursor is not None:
            again = paginate(rows, cursor=back.next_cursor, limit=limit, order_by=order)
            first = place - limit + 1
            assert [row.pk for row in again.data] == expected[first : first + limit]


@EXAMPLES
@given(
    posts=st.lists(MOMENTS, min_size=1, max_size=30),
    limit=st.integers(1, 7),
    terms=ORDER,
    arriving=st.lists(MOMENTS, max_size=3),
    backward=st.booleans(),
)
def test_a_walk_survives_deleted_anchors_and_arrivals(
    alice: User,
    posts: list[Moments],
    limit: int,
    terms: list[Term],
    arriving: list[Moments],
    backward: bool,
) -> None:
    """Rows that stood throughout are seen once in order; the anchor of each page is deleted."""
    rows, order = only(alice, posts), [term.written() for term in terms]
    stood = in_order(rows, terms)
    count = 0

    def between(page: list[Post]) -> None:
        nonlocal count
        page[0 if backward else -1].delete()
        if (count := count + 1) <= 5:
            publish(alice, arriving)

    seen = walk(rows, order, limit, between, backward)
    assert [pk for pk in seen if pk in set(stood)] == stood
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    "terms",
    [
        [Term("id", True)],
        [Term("created_at", True)],
        [Term("created_at", False), Term("id", True)],
        [Term("last_used_at", True)],
        [Term("last_used_at", False), Term("created_at", True, False)],
    ],
    ids=lambda terms: " ".join("-" * term.descending + term.name for term in terms),
)
@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
def test_thousands_of_ties_lose_nothing(db: None, terms: list[Term], backward: bool) -> None:
    make([n // 1500 for n in range(3000)])
    Hashtag.objects.filter(name__lt="t2").update(last_used_at=START)
    rows, order = Hashtag.objects.all(), [term.written() for term in terms]
    assert 1000 < rows.filter(last_used_at=None).count() < 2000
    seen = walk(rows, order, 97, backward=backward)
    assert seen == in_order(rows, terms)
    assert len(seen) == 3000


@pytest.mark.parametrize("backward", [False, True])
def test_a_backward_page_is_shown_in_the_order_of_the_list(db: None, backward: bool) -> None:
    make(range(5))
    listed = list(Hashtag.objects.order_by("-created_at"))
    found = list(pages(Hashtag.objects.all(), ["-created_at"], 2, backward=backward))
    forward = [listed[:2], listed[2:4], listed[4:]]
    assert found == ([listed[3:], listed[1:3], listed[:1]] if backward else forward)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_has_more_is_right_at_the_bound(db: None, count: int, backward: bool) -> None:
    make([0] * count)
    rows = Hashtag.objects.all()
    page = paginate(rows, cursor=None, limit=2, order_by=("-id",), backward=backward)
    assert (len(page.data), page.has_more) == (min(count, 2), count > 2)
    assert (page.next_cursor is None) == (count <= 2)


@pytest.mark.parametrize("limit", [0, -1, 101, 10**9, True, 5.0, "5", None])
def test_a_limit_outside_its_range_is_refused(db: None, limit: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        paginate(Hashtag.objects.all(), cursor=None, limit=limit, order_by=("-id",))
    assert refusal.value.context == {"field": "limit"}


def test_an_order_may_end_in_a_key_that_is_named_by_an_expression(db: None) -> None:
    make([0, 1, 2])
    rows = Hashtag.objects.all()
    assert walk(rows, [F("created_at"), "-pk"], 1) == in_order(rows, [Term("created_at", False)])
