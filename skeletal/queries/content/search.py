"""Posts by their words, and hashtags by how their names begin."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from django.contrib.postgres.search import SearchQueryField
from django.db.models import Expression, F, Func, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast, Collate, Greatest

from skeletal.db.cursors import position, read_position
from skeletal.db.prepared import BIGINTS, TEXT, Param, handwritten, read
from skeletal.errors import InvalidInput
from skeletal.models import Hashtag, Post
from skeletal.queries.content.shared import public
from skeletal.queries.pages import newest_first, size_of
from skeletal.queries.visibility import Sight, sight_of
from skeletal.records import Page, Viewer
from skeletal.records.content import HashtagRecord, PostRecord
from skeletal.rules import limits, searching, texts
from skeletal.rules.folding import fold

Posts = Page[PostRecord]

ORDERS = ("newest", "relevant")
CANDIDATES = 250
"""Posts among which the most relevant are found."""
AHEAD = 5
"""Pages of posts that are judged in one go to fill one: few of them may be hidden."""
GROWTH = 4
MOST_JUDGED = 10_000
"""Where few of them may be seen, each time so many times as many, up to so many."""
BEYOND = 2**63 - 1


def search_posts(
    query: str,
    cursor: str | None = None,
    limit: int = 20,
    viewer_id: Viewer = None,
    order: str = "newest",
) -> Posts:
    """List public posts that hold all words of `query`: 1 or 2 statements, none without a word.

    "newest" first goes through all of them: five pages are judged by 1 statement. Where too few may
    be seen, 2 more judge the same again by their ids, and 2 more each time four times as many,
    10,000 at most. "relevant" ranks the newest 250 as they were on the first page, which takes a
    statement more: most likes, comments and reposts together first, as
    of the last sweep before each page, so that a post whose counts change between two pages may be
    on both or on neither; of equals the newer. Words are whole and folded;
    `rules.searching.query` says what of Arabic is found. What is read of the index and of posts is
    bound: `daira_newest_posts` says by what. Raises InvalidCursor, and InvalidInput
    for a limit outside 1..100, an unknown order and a text that cannot be searched for.
    """
    size = size_of(limit)
    if order not in ORDERS:
        raise InvalidInput(f"order must be one of {ORDERS}", field="order")
    words = searching.query(query)
    sight, viewer = sight_of(viewer_id)
    search = _Search(words, cursor, limit, size, sight, viewer, order)
    return _newest_page(search) if order == "newest" else _relevant_page(search)


def search_hashtags(prefix: str, limit: int = 20) -> list[HashtagRecord]:
    """Find hashtags by the beginning of their folded names, most used first: 1 statement.

    Those that are not usable, and those without a live public post as of the last sweep, are left
    out; `#` before the prefix does not matter. An empty prefix finds none.
    Raises InvalidInput for a limit outside 1..100 and a text that cannot be searched for.
    """
    size = size_of(limit)
    shown = texts.text(prefix, field="prefix", most=limits.HASHTAG + 1)
    name = fold(shown).strip().removeprefix("#")
    return _hashtags(size).all(prefix=name)[:limit] if name else []


class _Search(NamedTuple):
    """What is looked for, by whom, and which page of it."""

    words: str
    cursor: str | None
    limit: int
    size: int
    sight: Sight
    viewer: int | None
    order: str

    @property
    def context(self) -> bytes:
        """What a cursor is bound to."""
        parts = ("search_posts", self.order, self.sight, self.viewer or 0, self.words)
        return "|".join(map(str, parts)).encode()

    def page(self, found: list[PostRecord], keys: Callable[[PostRecord], Iterable[int]]) -> Posts:
        """The first `limit` of what was found; the next page begins at the `keys` of the last."""
        if len(found) <= self.limit:
            return Page(data=found, next_cursor=None, has_more=False)
        data = found[: self.limit]
        return Page(data=data, next_cursor=position(self.context, *keys(data[-1])), has_more=True)


def _newest_page(search: _Search) -> Posts:
    before = BEYOND
    if search.cursor is not None:
        (before,) = read_position(search.cursor, search.context, 1)
    if not search.words:
        return search.page([], lambda _: ())
    read = _newest_at_once(search.sight, search.size)
    found = read.all(words=search.words, before=before, viewer=search.viewer)
    if len(found) <= search.limit:
        found = _gathered(search, before)
    return search.page(found, lambda post: (post.id,))


def _gathered(search: _Search, before: int) -> list[PostRecord]:
    """More than a page of what may be seen, or all of it."""
    found: list[PostRecord] = []
    for ids in _matching(search.words, before, AHEAD * search.size):
        found += _newest(search.sight, search.size).all(ids=ids, viewer=search.viewer)
        if len(found) > search.limit:
            break
    return found


def _relevant_page(search: _Search) -> Posts:
    """Each cursor holds where the candidates began, so that newer posts do not move the ranks."""
    began, score, after = 0, 0, 0
    if search.cursor is not None:
        began, score, after = read_position(search.cursor, search.context, 3)
    if not search.words:
        return search.page([], lambda _: ())
    began = began or EDGE().all()[0]
    read = _relevant(search.sight, search.cursor is not None, search.size)
    found = read.all(
        words=search.words, before=began, viewer=search.viewer, score=score, after=after
    )
    return search.page(found, lambda post: (began, _score(post), post.id))


def _score(post: PostRecord) -> int:
    return post.likes_count + post.comments_count + post.reposts_count


def _matching(words: str, before: int, most: int) -> Iterator[list[int]]:
    """The ids of all live public posts with these words, newest first.

    `most` of them at first, then ever more at a time: where nearly all are hidden, the number of
    statements stays small.
    """
    while words:
        ids = MATCHING().all(words=words, before=before, most=most)
        if ids:
            yield ids
        if len(ids) < most:
            return
        before, most = ids[-1], min(GROWTH * most, MOST_JUDGED)


MATCHING = handwritten(
    int,
    "SELECT daira_newest_posts((%(words)s)::tsquery, %(before)s, (%(most)s)::integer)",
    [Param("words", TEXT), Param("before"), Param("most")],
    name="search.matching",
)
EDGE = handwritten(int, "SELECT coalesce(max(id), 0) + 1 FROM posts", [], name="search.edge")
"""An id above that of every post."""


class _Matching(Func):
    """The ids of the newest `most` posts with the words and before the id that are given."""

    template = "ARRAY(SELECT daira_newest_posts(%(expressions)s))"

    def __init__(self, most: int) -> None:
        words = Cast(Param("words", TEXT), SearchQueryField())
        number = Cast(Value(most), IntegerField())
        super().__init__(words, Param("before"), number, output_field=BIGINTS)


@read(PostRecord)
def _newest_at_once(sight: Sight, size: int) -> QuerySet[Post]:
    return newest_first(_those(sight, _Matching(AHEAD * size)), False, size)


@read(PostRecord)
def _newest(sight: Sight, size: int) -> QuerySet[Post]:
    return newest_first(_those(sight, Param("ids", BIGINTS)), False, size)


@read(PostRecord)
def _relevant(sight: Sight, continued: bool, size: int) -> QuerySet[Post]:
    counts = (Greatest(F(f"{kind}_count"), 0) for kind in ("likes", "comments", "reposts"))
    rows = _those(sight, _Matching(CANDIDATES)).annotate(score=sum(counts, Value(0)))
    if continued:
        score = Param("score")
        rows = rows.filter(Q(score__lt=score) | Q(score=score, pk__lt=Param("after")))
    return rows.order_by("-score", "-pk")[: size + 1]


def _those(sight: Sight, ids: Expression) -> QuerySet[Post]:
    return public(Post.objects.filter(pk__any=ids), sight)


@read(HashtagRecord)
def _hashtags(size: int) -> QuerySet[Hashtag]:
    named = Hashtag.objects.annotate(compared=Collate("name", "C"))
    rows = named.filter(compared__begins=Param("prefix", TEXT), usable=True, posts_count__gt=0)
    return rows.order_by("-posts_count", "compared")[:size]
