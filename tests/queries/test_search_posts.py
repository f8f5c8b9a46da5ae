"""Posts are found by their words in any spelling, newest or most relevant first, in pages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skeletal.actions.counters import sweep
from skeletal.db.ids import compose, milliseconds
from skeletal.errors import InvalidCursor, InvalidInput
from skeletal.models import CounterDelta, Post, User
from skeletal.queries.content import search as rooms
from skeletal.queries.content import search_hashtags, search_posts
from skeletal.records import SYSTEM
from skeletal.records.content import PostRecord
from skeletal.rules.searching import words
from tests.db.walking import EXAMPLES
from tests.factories import make_block, make_hashtag, make_post, make_post_hashtag, make_user
from tests.queries.statements import statements

STORABLE = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
ORDERS = pytest.mark.parametrize("order", ["newest", "relevant"])


def texts(query: Any, **how: Any) -> list[str]:
    return [post.content for post in search_posts(query, **how).data]


def walk(query: str, limit: int = 5, **how: Any) -> Iterator[list[PostRecord]]:
    cursor = None
    while True:
        page = search_posts(query, cursor, limit, **how)
        yield page.data
        if not page.has_more:
            return
        cursor = page.next_cursor


def at(days_ago: float) -> int:
    return compose(milliseconds(datetime.now(UTC) - timedelta(days=days_ago)), 0, 7)


@pytest.mark.parametrize(
    ("content", "queries"),
    [
        ("قرأتُ الكِتابَ، في المَدرسةِ!", ["كتاب", "الكتاب", "كِتَاب", "المدرسه", "للمدرسة", "قرات كتاب"]),
        ("The Cat's café — naïve e-mail", ["cat", "CAFE", "naive mail", "e-mail", "the cat"]),
        ("#اليوم_العالمي ٢٠٢٦", ["اليوم", "#العالمي", "2026", "۲۰۲۶", "اليوم_العالمي"]),
        ("می\u200cخواهم کتاب", ["میخواهم", "كتاب", "می\u200cخواهم"]),
        ("see https://daira.example/a", ["daira", "https://daira.example/a"]),
    ],
)
def test_a_post_is_found_in_any_spelling(db: None, content: str, queries: list[str]) -> None:
    make_post(content="something else")
    make_post(content=content)
    for query in queries:
        assert texts(query) == [content], query
        assert texts(query, order="relevant") == [content], query


@pytest.mark.parametrize("query", ["ca", "cats", "cat dog", "ديم", "!cat dog", "c*", "cat:*"])
def test_all_whole_words_are_wanted(db: None, query: str) -> None:
    make_post(content="a cat قديم")
    assert texts(query) == (["a cat قديم"] if query == "cat:*" else [])


@ORDERS
@pytest.mark.parametrize(
    "query", ["", " ", "&|!", "😀👍", "\u200f\u202e\u2066", "':*", "\\", "___"]
)
def test_what_has_no_word_finds_nothing_and_asks_nothing(db: None, query: str, order: Any) -> None:
    make_post(content="cat 😀")
    assert statements(lambda: search_posts(query, order=order)) == []
    assert texts(query, order=order) == []


@pytest.mark.parametrize("query", ["\0", "a\0b", "\ud800", "x" * 201, "م" * 2**20, None, 5, b"x"])
def test_what_cannot_be_searched_for_is_refused(db: None, query: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        search_posts(query)
    assert refusal.value.context == {"field": "query"}


@pytest.mark.parametrize("order", ["", "oldest", "NEWEST", None, 1, ["newest"]])
def test_an_unknown_order_is_refused(db: None, order: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        search_posts("cat", order=order)
    assert refusal.value.context == {"field": "order"}


@EXAMPLES
@given(
    query=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
)
def test_any_text_finds_the_post_that_says_it(db: None, query: str) -> None:
    Post.objects.all().delete()
    make_post(content=f"{query} and more")
    assert len(texts(query)) == bool(words(query))


@EXAMPLES
@given(query=st.text("a' &|!():*<->\\\"%_$1{}", max_size=30))
def test_no_operator_is_one(db: None, query: str) -> None:
    Post.objects.all().delete()
    make_post(content="b")
    assert texts(query) == []


SPREAD = [0, 0.1, 0.5, 0.9, 1.5, 3, 5, 14, 20, 45, 60, 80, 200, 900, 901, 3000]
"""Days ago: within each span that is looked at, at their ends and far behind them."""


@pytest.mark.parametrize("limit", [1, 3, 20])
def test_pages_show_each_post_once_newest_first_however_old(db: None, limit: int) -> None:
    author = make_user()
    made = [make_post(id=at(days), author=author, content="cat here") for days in SPREAD]
    for days in SPREAD:
        make_post(id=at(days) + 1, author=author, content="dog here")
    shown = [post.id for page in walk("cat", limit) for post in page]
    assert shown == [post.pk for post in made]


DENSE = (150.0, 120.0)
"""Days ago between which a word was frequent."""


@pytest.fixture
def dense(db: None) -> list[int]:
    """The ids of 2,600 posts that say "cat", newest first: 5 of them old, 5 new, none between."""
    author = make_user()
    days = [*(n / 10 for n in range(5)), *(600.0 + n for n in range(5))]
    step = (DENSE[0] - DENSE[1]) / 2590
    days += [DENSE[1] + n * step for n in range(2590)]
    ids = sorted((at(each) for each in days), reverse=True)
    for n, id_ in enumerate(ids):
        assert id_ != ids[n - 1]
    Post.objects.bulk_create(Post(id=id_, author=author, content="cat") for id_ in ids)
    Post.objects.bulk_create(
        Post(id=id_ + 1, author=author, content="cat owl" if n % 400 == 399 else "owl dog")
        for n, id_ in enumerate(ids)
    )
    return ids


@pytest.mark.parametrize("most", [3, 100, 700])
def test_what_was_frequent_long_ago_alone_is_found_in_order(dense: list[int], most: int) -> None:
    cats = sorted([*dense, *(id_ + 1 for id_ in dense[399::400])], reverse=True)
    for skipped in (0, 4, 5, 6, 50, 2100, 2590, len(cats) - 2):
        before = cats[skipped] + 1
        found = rooms.MATCHING().all(words="'cat'", before=before, most=most)
        assert found == cats[skipped : skipped + most], skipped
    assert rooms.MATCHING().all(words="'cat'", before=cats[-1], most=most) == []
    both = rooms.MATCHING().all(words="'cat' & 'owl'", before=rooms.BEYOND, most=most)
    assert both == [id_ + 1 for id_ in dense[399::400]][:most]


@pytest.mark.parametrize("limit", [1, 4, 7, 20])
def test_the_most_relevant_come_first_and_of_equals_the_newest(db: None, limit: int) -> None:
    scores = [3, 0, 5, 3, 0, 9, 1]
    made = [make_post(content="cat") for _ in scores]
    for n, (post, score) in enumerate(zip(made, scores, strict=True)):
        counter = ("likes_count", "comments_count", "reposts_count")[n % 3]
        tell(post, counter, score)
    ranked = sorted(zip(scores, made, strict=True), key=lambda pair: (-pair[0], -pair[1].pk))
    shown = [post.id for page in walk("cat", limit, order="relevant") for post in page]
    assert shown == [post.pk for _, post in ranked]


def tell(post: Post, counter: str, number: int) -> None:
    CounterDelta.objects.create(
        object_type="post", object_id=post.pk, counter=counter, delta=number
    )
    sweep()


def test_a_newer_post_does_not_move_the_ranks_of_a_walk(db: None) -> None:
    """Neither one with more than what was shown, nor one with more than what is still to come."""
    made = [make_post(content="cat") for _ in range(4)]
    for post in made[2:]:
        tell(post, "likes_count", 5)
    first = search_posts("cat", limit=2, order="relevant")
    tell(make_post(content="cat"), "likes_count", 9)
    tell(make_post(content="cat"), "likes_count", 1)
    second = search_posts("cat", first.next_cursor, 2, order="relevant")
    shown = [post.id for post in (*first.data, *second.data)]
    assert shown == [post.pk for post in reversed(made)]
    assert not second.has_more


def test_only_the_newest_candidates_are_ranked(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    author = make_user()
    many = rooms.CANDIDATES
    old = make_post(id=at(30), author=author, content="cat")
    tell(old, "likes_count", 99)
    Post.objects.bulk_create(Post(author=author, content="cat") for _ in range(many))
    assert search_posts("cat", order="relevant").data[0].id != old.pk
    assert [post.id for page in walk("cat", 100) for post in page][-1] == old.pk
    ranked = [post.id for page in walk("cat", 100, order="relevant") for post in page]
    assert len(set(ranked)) == len(ranked) == many


def test_hidden_posts_do_not_shorten_a_page(db: None) -> None:
    """More of them than are looked at in one go stand before what may be seen."""
    reader, blocked, seen = make_user(), make_user(), make_user()
    make_block(blocker=reader, blocked=blocked)
    below = Post.objects.bulk_create(Post(author=seen, content="cat") for _ in range(25))
    many = rooms.AHEAD * 20 + 7
    Post.objects.bulk_create(Post(author=blocked, content="cat") for _ in range(many))
    page = search_posts("cat", viewer_id=reader.pk)
    assert [post.id for post in page.data] == [post.pk for post in below[::-1][:20]]
    assert page.has_more
    asked = statements(lambda: search_posts("cat", viewer_id=reader.pk))
    assert len(asked) == 5
    rest = search_posts("cat", page.next_cursor, viewer_id=reader.pk)
    assert [post.id for post in rest.data] == [post.pk for post in below[:5][::-1]]


def test_ever_more_are_judged_at_a_time(db: None) -> None:
    Post.objects.bulk_create(Post(author=make_user(), content="cat") for _ in range(100))
    chunks = [len(ids) for ids in rooms._matching("'cat'", rooms.BEYOND, 4)]
    assert chunks == [4, 16, 64, 16]


def test_an_edit_and_a_deletion_are_seen_at_once(db: None) -> None:
    post = make_post(content="cat")
    Post.objects.filter(pk=post.pk).update(content="dog")
    assert (texts("cat"), texts("dog")) == ([], ["dog"])
    Post.objects.filter(pk=post.pk).update(deleted_at=datetime.now(UTC))
    assert texts("dog") == []


@pytest.mark.parametrize("audience", ["followers", "private"])
def test_only_public_posts_are_searched(alice: User, audience: str) -> None:
    make_post(author=alice, visibility=audience, content="cat")
    assert texts("cat", viewer_id=alice.pk) == texts("cat", viewer_id=SYSTEM) == []


@ORDERS
def test_a_cursor_belongs_to_its_words_and_order(db: None, order: Any) -> None:
    for _ in range(3):
        make_post(content="cat dog")
    cursor = search_posts("cat", limit=1, order=order).next_cursor
    assert len(search_posts(" CAT!", cursor, order=order).data) == 2
    other = "relevant" if order == "newest" else "newest"
    for query, asked in (("dog", order), ("cat dog", order), ("", order), ("cat", other)):
        with pytest.raises(InvalidCursor):
            search_posts(query, cursor, order=asked)


def test_hashtags_are_found_by_their_beginning_most_used_first(db: None) -> None:
    names = ("catalog", "cat", "category", "dog", "القاهره", "القدس")
    made = {name: make_hashtag(name=name) for name in names}
    for name, uses in {"category": 3, "cat": 1, "catalog": 1, "القدس": 2, "القاهره": 1}.items():
        for _ in range(uses):
            make_post_hashtag(hashtag=made[name])
    sweep()
    found = search_hashtags("CA")
    assert [(tag.name, tag.posts_count) for tag in found] == [
        ("category", 3),
        ("cat", 1),
        ("catalog", 1),
    ]
    assert [tag.name for tag in search_hashtags("#القـ")] == ["القدس", "القاهره"]
    assert [tag.name for tag in search_hashtags("ca", limit=1)] == ["category"]


def test_hashtags_that_may_not_be_used_are_left_out(db: None) -> None:
    make_post_hashtag(hashtag=make_hashtag(name="cat", usable=False))
    sweep()
    assert search_hashtags("cat") == []


def test_hashtags_of_hidden_posts_alone_are_left_out(db: None) -> None:
    tag = make_hashtag(name="cat")
    make_post_hashtag(hashtag=tag, post=make_post(visibility="private"), listed=False)
    sweep()
    assert search_hashtags("cat") == []
    make_post_hashtag(hashtag=tag)
    sweep()
    assert [found.name for found in search_hashtags("cat")] == ["cat"]


@pytest.mark.parametrize("prefix", ["", " ", "#", "\u200f", "ـ", "%", "_", "\\", "zz"])
def test_a_prefix_of_no_hashtag_finds_none(db: None, prefix: str) -> None:
    make_post_hashtag(hashtag=make_hashtag(name="cat"))
    sweep()
    assert search_hashtags(prefix) == []


@pytest.mark.parametrize("prefix", ["\0", "\ud800", "x" * 102, "م" * 2**20, None, 5])
def test_a_prefix_that_is_none_is_refused(db: None, prefix: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        search_hashtags(prefix)
    assert refusal.value.context == {"field": "prefix"}


def test_a_hashtag_counts_the_posts_that_bear_it(db: None) -> None:
    tag = make_hashtag(name="cat")
    rows = [make_post_hashtag(hashtag=tag) for _ in range(3)]
    rows[0].delete()
    sweep()
    assert search_hashtags("cat")[0].posts_count == 2
