"""Pages of a feed by its window: Redis proposes ids, one statement judges them.

Whatever the window holds, a page that comes of it equals the page of plain SQL in the snapshot of
the judging statement. The window claims to have every post of the followees down to its lowest id.
The statement believes it only if nobody was followed since it was made and if it is of the mark
that PostgreSQL remembers; it adds what the window may lack (posts that are pending, the reader's
own, those of authors who are not pushed) and takes away what the reader may not see. Any doubt,
and the caller asks plain SQL.
"""

import logging
import secrets
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import DatabaseError, connection
from django.db.models import BigIntegerField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact

from skeletal import metrics
from skeletal.cache import feeds
from skeletal.db.prepared import BIGINTS, TEXT, Param, read
from skeletal.models import FeedAuthor, FeedPending, FeedReader, FeedState, Follow, Post, User
from skeletal.queries.pages import newest_first
from skeletal.queries.visibility import AUTHOR, JUDGED, RULES, VIEWER, Sight, visible
from skeletal.records import Record
from skeletal.records.caches import Window
from skeletal.records.content import PostRecord

log = logging.getLogger("daira.feeds")
SPARE = 10
"""Ids that are proposed beyond a page: so many of them may go without plain SQL."""
PERSON = Sight.PERSON
FOLLOWED = {**JUDGED, "follows": True, "own": False}
OWN = {"own": True, "blocks": False, "blocked_by": False, "muted": False}
FEED = RULES[Post] & (Q(own=True) | Q(follows=True))
"""What stands in a feed: what its reader may see of those whom they follow, and their own."""
BELIEVED = metrics.FEED_PAGES.labels("window")
AILING = ("unmarked", "refused")
FEW_SECONDS, UNMARKED_SECONDS = 600.0, 1.0
"""How long a reader of few, or a server without a mark, is not asked about in this process."""

Judged = tuple[list[PostRecord], int]


class Unnest(Func):
    """One row for each element of an array."""

    function = "unnest"
    output_field = BigIntegerField()
    set_returning = True


class Candidates(Record, frozen=True, kw_only=True):
    """What a window is filled with: the newest posts of all followees who are pushed."""

    version: int
    ids: list[int]


def judge(user_id: int, after: int | None, size: int, limit: int) -> tuple[Window, Judged | None]:
    """Return the window and, if it was believed, records and the last id: 1 call, 1 statement.

    None where there is no window, or where it did not prove a whole page and one more row: the
    caller asks plain SQL, and may `mend` what was wrong with the window.
    """
    window = feeds.read(user_id, after, size + SPARE)
    if window.status != "ready" or window.header is None:
        return window, None
    if not window.ids and not window.header.complete:
        return window, None
    values = {"viewer": user_id, "ids": window.ids, "low": _low(window), "after": after}
    lineage, _, number = window.mark.partition(":")
    values |= {"version": window.header.version, "lineage": lineage, "mark": int(number)}
    data, last = judged(after is not None, size).up_to(limit, **values)
    if last is None:
        metrics.FEED_PAGES.labels("short" if data else "refused").inc()
        return window.refused() if not data else window, None
    BELIEVED.inc()
    return window, (data, last)


def mend(user_id: int, window: Window) -> None:
    """Make a window that its reader wants, or take away one that was not believed.

    At most one statement. Not within a transaction: what it has not committed would be believed.
    What goes wrong here is counted and logged: the page was read without it.
    """
    well = not window.wanted and window.status not in AILING
    if well or connection.in_atomic_block:
        return
    try:
        _mend(user_id, window)
    except DatabaseError as error:
        metrics.FEED_PAGES.labels("unmended").inc()
        log.warning("the window of reader %d was not mended: %s", user_id, type(error).__name__)


def _mend(user_id: int, window: Window) -> None:
    if window.status == "unmarked":
        feeds.RESTS.rest(None, UNMARKED_SECONDS)
    elif window.status == "refused":
        _doubt(user_id, window)
    elif window.wanted:
        rebuild(user_id, least=settings.FEED_WINDOW_FOLLOWEES)


def rebuild(user_id: int, *, least: int = 1, depth: int | None = None) -> bool:
    """Make a reader's window anew, if they follow at least so many: 2 calls, 1 statement.

    Whether it stands now. Refused while another makes it. Not within a transaction.
    """
    token = secrets.token_hex(8)
    standing = feeds.read(user_id, limit=0)
    judged_token = standing.header.token if standing.header else ""
    if not feeds.begin(user_id, token, judged_token):
        return False
    depth = depth or settings.FEED_WINDOW_DEPTH
    found = candidates(least, depth).first(viewer=user_id)
    if found is None:
        feeds.invalidate_feed(user_id)
        feeds.RESTS.rest(user_id, FEW_SECONDS)
        return False
    metrics.FEED_PAGES.labels("rebuilt").inc()
    complete = len(found.ids) < depth
    return feeds.fill(user_id, token, found.version, found.ids, complete=complete)


def _low(window: Window) -> int:
    """Down to which id the window's ids are all that there are."""
    complete = window.header is not None and window.header.complete
    return 0 if window.ended and complete else window.ids[-1]


def _doubt(user_id: int, window: Window) -> None:
    """Take a refused window away, but not where the mark only went on between the two reads.

    A second one within ten minutes is of no use, or was right and shows nothing that its reader may
    see: they are read by plain SQL for a while.
    """
    now = feeds.read(user_id, limit=0)
    if now.mark != window.mark or now.header != window.header:
        return
    feeds.invalidate_feed(user_id)
    if user_id in feeds.REFUSED:
        feeds.RESTS.rest(user_id, FEW_SECONDS)
    feeds.REFUSED.rest(user_id, FEW_SECONDS)


# Statements -----------------------------------------------------------------------------------


@read(PostRecord, key="id", plan="generic")
def judged(continued: bool, size: int) -> QuerySet[Post]:
    """What is proposed and what may lack, newest first, cut after the rule; then the whole rule."""
    reader = _reader()
    proposed = reader.annotate(post=Unnest(Cast(Param("ids", BIGINTS), BIGINTS))).values("post")
    parts = (
        _pending(continued).annotate(post=F("post_id")).values("post"),
        _own(continued, size),
        _fetched(continued, size),
    )
    newest = proposed.union(*parts).order_by("-post")[: size + SPARE]
    rows = Post.objects.filter(_believed(), Exists(reader), pk__any=ArraySubquery(newest))
    return visible(rows, PERSON, rule=FEED).order_by("-pk")[: size + 1]


@read(Candidates, plan="generic")
def candidates(least: int, depth: int) -> QuerySet[User]:
    """One row, for a reader of at least `least`; the rule is not asked: it is the judge's."""
    followees = Follow.objects.filter(follower_id=VIEWER)
    pulled = FeedAuthor.objects.filter(user=OuterRef("followee"), fanout_mode="pull")
    posts = Post.objects.filter(author_id=OuterRef("followee_id"))
    live = visible(posts, PERSON, rule=Q(live=True))
    theirs = ArraySubquery(newest_first(live, False, depth - 1).values("pk"))
    ids = followees.filter(~Exists(pulled)).annotate(post=Unnest(theirs)).values("post")
    return User.objects.filter(Exists(followees[least - 1 : least]), pk=VIEWER).annotate(
        version=_version(VIEWER), ids=ArraySubquery(ids.order_by("-post")[:depth])
    )


def _reader() -> QuerySet[User]:
    return visible(User.objects.filter(pk=VIEWER), PERSON, rule=Q(active=True))


def _above(column: str, continued: bool) -> Q:
    """From the bound of what is proposed up to where the last page ended."""
    above = Q(**{f"{column}__gte": Param("low")})
    return above & Q(**{f"{column}__lt": Param("after")}) if continued else above


def _pending(continued: bool) -> QuerySet[FeedPending]:
    followed = Follow.objects.filter(follower_id=VIEWER, followee_id=OuterRef("author_id"))
    return FeedPending.objects.filter(_above("post_id", continued), Exists(followed))


def _own(continued: bool, size: int) -> QuerySet[Any]:
    rows = Post.objects.filter(_above("pk", continued), author_id=VIEWER)
    mine = newest_first(visible(rows, PERSON, known=OWN), False, size + SPARE)
    return mine.annotate(post=F("pk")).values("post")


def _fetched(continued: bool, size: int) -> QuerySet[Any]:
    """Posts of followees who are not pushed, each one's share cut after the rule."""
    rows = Post.objects.filter(_above("pk", continued), author_id=OuterRef("followee_id"))
    theirs = newest_first(visible(rows, PERSON, known=FOLLOWED), False, size + SPARE)
    pulled = Follow.objects.filter(follower_id=VIEWER, followee__feed_author__isnull=False)
    authors = visible(pulled, PERSON, at="followee", rule=AUTHOR)
    return authors.annotate(post=Unnest(ArraySubquery(theirs.values("pk")))).values("post")


def _version(user: Any) -> Coalesce:
    versions = FeedReader.objects.filter(user=user).values("following_version")
    return Coalesce(Subquery(versions), 0)


def _believed() -> Q:
    """Whether the window may be believed at all: asked once, before any row is read."""
    standing = FeedState.objects.filter(lineage=Param("lineage", TEXT), mark__lte=Param("mark"))
    whole = Exists(FeedPending.objects.filter(bulk=True))
    return Q(Exists(standing)) & ~Q(whole) & Q(Exact(_version(VIEWER), Param("version")))
