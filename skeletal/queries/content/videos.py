"""Videos as others see them."""

from collections.abc import Iterable

from django.db.models import QuerySet

from skeletal.db.prepared import BIGINTS, Param, read
from skeletal.errors import NotFound
from skeletal.models import Video
from skeletal.queries.batches import in_order, wanted
from skeletal.queries.content.shared import public
from skeletal.queries.counters import exact, exactly
from skeletal.queries.pages import newest_first, page_of
from skeletal.queries.visibility import Sight, sight_of, visible
from skeletal.records import Page, Viewer
from skeletal.records.content import VideoRecord

VIDEO_COUNTS = ("views_count", "likes_count", "comments_count")


def get_video_with_stats(video_id: int, viewer_id: Viewer = None) -> VideoRecord:
    """Return a video with counts exact at this moment: 1 statement.

    Raises NotFound for a video that is absent or not visible.
    """
    sight, viewer = sight_of(viewer_id)
    video = _video(sight).first(video_id=video_id, viewer=viewer)
    if video is None:
        raise NotFound("no such video")
    return video


def get_multiple_videos(
    video_ids: Iterable[int], viewer_id: Viewer = None
) -> dict[int, VideoRecord]:
    """Return videos by id, as `get_multiple_posts` does: 1 statement."""
    ids = wanted(video_ids)
    sight, viewer = sight_of(viewer_id)
    return in_order(ids, _videos(sight).all(ids=ids, viewer=viewer)) if ids else {}


def list_public_videos(
    cursor: str | None = None, limit: int = 20, viewer_id: Viewer = None
) -> Page[VideoRecord]:
    """List everybody's public videos, newest first: 1 statement."""
    sight, viewer = sight_of(viewer_id)
    return page_of(_public_videos, sight, cursor, limit, viewer=viewer)


@read(VideoRecord, paths=exactly(VIDEO_COUNTS))
def _video(sight: Sight) -> QuerySet[Video]:
    rows = visible(Video.objects.filter(pk=Param("video_id")), sight)
    return exact(rows, "video", VIDEO_COUNTS)


@read(VideoRecord)
def _videos(sight: Sight) -> QuerySet[Video]:
    return visible(Video.objects.filter(pk__any=Param("ids", BIGINTS)), sight)


@read(VideoRecord, key="id")
def _public_videos(sight: Sight, continued: bool, size: int) -> QuerySet[Video]:
    return newest_first(public(Video.objects.all(), sight), continued, size)
