"""What many people look at now, and what was liked most of late."""

from datetime import UTC, datetime
from typing import TypeVar

from django.db.models import FloatField, QuerySet

from skeletal.db.ids import hour_of, moment_of
from skeletal.db.prepared import BIGINTS, Param, handwritten, read
from skeletal.models import Hashtag, Post, Video
from skeletal.queries.content.posts import list_public_posts
from skeletal.queries.content.shared import MOST_DAYS, public, since
from skeletal.queries.content.videos import list_public_videos
from skeletal.queries.pages import size_of
from skeletal.queries.visibility import Sight, sight_of
from skeletal.records import Viewer
from skeletal.records.content import HashtagRecord, PostRecord, VideoRecord
from skeletal.rules import trends

R = TypeVar("R", bound="PostRecord | VideoRecord")

FILLED_DAYS = 7
"""Where too little trends, what is newest fills the list, unless it is older."""
FURTHER = 20
"""Where a viewer sees too few of the top, so many times as many are looked at."""
MOST_LOOKED_AT = 10_000
COLDEST = Param("coldest", FloatField())


def get_trending_posts(limit: int = 20, viewer_id: Viewer = None) -> list[PostRecord]:
    """Return the public posts that are warmest now: 1 statement, 2 where fewer than `limit` are.

    A like weighs 1, a comment 2, a repost 3, and half of that a day later; as of the last sweep.
    Where too few are warm, the newest of the last seven days follow. The cost does not grow with
    the number of posts or of events.
    """
    size = size_of(limit)
    sight, viewer = sight_of(viewer_id)
    rows = _posts(sight, size).all(coldest=_coldest(), viewer=viewer)[:limit]
    if len(rows) < limit:
        newest = list_public_posts(limit=limit, viewer_id=viewer_id).data
        rows = _filled(rows, newest, limit, since(FILLED_DAYS))
    return rows


def get_trending_videos(limit: int = 20, viewer_id: Viewer = None) -> list[VideoRecord]:
    """Return the public videos that are warmest now, as `get_trending_posts` does.

    A view weighs 1, a like 2, a comment 3.
    """
    size = size_of(limit)
    sight, viewer = sight_of(viewer_id)
    rows = _videos(sight, size).all(coldest=_coldest(), viewer=viewer)[:limit]
    if len(rows) < limit:
        newest = list_public_videos(limit=limit, viewer_id=viewer_id).data
        rows = _filled(rows, newest, limit, since(FILLED_DAYS))
    return rows


def get_trending_hashtags(limit: int = 20) -> list[HashtagRecord]:
    """Return the hashtags that most live public posts of late bear: 1 statement.

    Whatever the accounts of their authors. Only such as may be used and may trend. A post weighs
    1, and half of that a day later.
    """
    return _hashtags(size_of(limit)).all(coldest=_coldest())[:limit]


def get_popular_posts(days: int = 7, limit: int = 20, viewer_id: Viewer = None) -> list[PostRecord]:
    """Return the most liked public posts of the last `days` (1 to 30): 2 statements.

    Where most of the top is hidden from the viewer, 2 more look at twenty times as many, and 2
    more at the 10,000 most liked; where fewer than `limit` of those are seen, 1 more lets the
    newest of these days follow. Likes as of the last sweep; of equals the newer first.
    For each day there is one probe of an index; of the posts of the oldest day, which is not whole,
    all that are liked more than the last of the list may be passed over.
    """
    size, first = size_of(limit), since(days)
    sight, viewer = sight_of(viewer_id)
    cut = 2 * size
    while True:
        ids = _most_liked().all(since=first, first=_day(first), today=_today(), cut=cut)
        rows = _these(sight, size).all(ids=ids, viewer=viewer)[:limit] if ids else []
        if len(rows) == limit or len(ids) < cut or cut == MOST_LOOKED_AT:
            break
        cut = min(cut * FURTHER, MOST_LOOKED_AT)
    if len(rows) < limit:
        newest = list_public_posts(limit=limit, viewer_id=viewer_id).data
        rows = _filled(rows, newest, limit, first)
    return rows


def _filled(rows: list[R], newest: list[R], limit: int, first: int) -> list[R]:
    """Let what is newest follow, from the id `first` on."""
    known = {row.id for row in rows}
    more = [row for row in newest if row.id not in known and row.id >= first]
    return [*rows, *more][:limit]


def _coldest() -> float:
    return trends.coldest(hour_of(datetime.now(UTC)))


def _today() -> int:
    """Days since 2010, as `post_trends` counts them."""
    return hour_of(datetime.now(UTC)) // 24


def _day(id_: int) -> int:
    return hour_of(moment_of(id_)) // 24


@read(PostRecord, plan="generic")
def _posts(sight: Sight, size: int) -> QuerySet[Post]:
    rows = Post.objects.filter(trend__score__gte=COLDEST)
    return public(rows, sight).order_by("-trend__score", "-pk")[:size]


@read(VideoRecord, plan="generic")
def _videos(sight: Sight, size: int) -> QuerySet[Video]:
    rows = Video.objects.filter(trend__score__gte=COLDEST)
    return public(rows, sight).order_by("-trend__score", "-pk")[:size]


@read(HashtagRecord, plan="generic")
def _hashtags(size: int) -> QuerySet[Hashtag]:
    rows = Hashtag.objects.filter(trend__score__gte=COLDEST, usable=True, trendable=True)
    return rows.order_by("-trend__score", "-pk")[:size]


@read(PostRecord)
def _these(sight: Sight, size: int) -> QuerySet[Post]:
    rows = Post.objects.filter(pk__any=Param("ids", BIGINTS))
    return public(rows, sight).order_by("-likes_count", "-pk")[:size]


ONE_DAY = """
(SELECT post_id, likes_count FROM post_trends
WHERE day = (SELECT %(today)s) - {day} AND day >= (SELECT %(first)s)
AND post_id >= (SELECT %(since)s) AND likes_count > 0
ORDER BY likes_count DESC, post_id DESC)
"""
DAYS = " UNION ALL ".join(ONE_DAY.format(day=day) for day in range(MOST_DAYS + 1))
"""Each day is read by falling likes, and they are merged: no more of them than are taken.

The values are hidden from the planner, as in a generic plan: a new plan costs more than the read.
"""
_most_liked = handwritten(
    int,
    f"""
    SELECT post_id FROM ({DAYS}) AS ranked ORDER BY likes_count DESC, post_id DESC
    LIMIT (SELECT %(cut)s)
    """,  # noqa: S608 - built of numbers
    [Param("today"), Param("first"), Param("since"), Param("cut")],
    name="trends.most_liked",
)
