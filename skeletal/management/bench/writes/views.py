"""Views of videos, which nobody undoes: a round has as many viewers as it has calls."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from skeletal.actions import content
from skeletal.management.bench.ordinary import seen
from skeletal.management.bench.subjects import Ask, Subjects
from skeletal.management.bench.writes.case import (
    BY,
    ME,
    SEEN_VIDEO,
    Way,
    WriteCase,
    actor,
    by_hand,
)
from skeletal.models import Video, VideoView

WATCHED = 12_000
WATCH = by_hand(
    f"""
    WITH t AS MATERIALIZED (
      SELECT x.id FROM videos x {BY} WHERE x.id = %(video)s AND {SEEN_VIDEO}),
    done AS (
      INSERT INTO video_views (video_id, viewer_key, window_start, watched)
      SELECT id, %(viewer)s, date_trunc('hour', now(), 'UTC'), %(watched)s FROM t WHERE {ME}
      ON CONFLICT DO NOTHING RETURNING id)
    SELECT EXISTS (SELECT FROM t), EXISTS (SELECT FROM done)
    """
)


def _video(from_: Subjects, viewer: int) -> Ask:
    return Ask(viewer, from_.chance.choice(from_.videos))


def _values(ask: Ask) -> dict[str, Any]:
    return {"viewer": ask.viewer, "video": ask.one, "watched": WATCHED}


@transaction.atomic
def _ordinary(ask: Ask) -> None:
    user, video = actor(ask), seen(Video.objects.filter(pk=ask.one), ask).get()
    VideoView.objects.get_or_create(
        video=video,
        viewer_key=user.pk,
        window_start=timezone.now().replace(minute=0, second=0, microsecond=0),
        defaults={"watched": WATCHED},
    )


RECORD_VIEW = WriteCase(
    "record_view",
    1,
    _video,
    ours=Way(lambda ask: content.record_view(ask.one, ask.viewer, watched=WATCHED)),
    floor=Way(lambda cursor, ask: WATCH(cursor, _values(ask))),
    ordinary=Way(_ordinary),
    stands=lambda ask: VideoView.objects.filter(video=ask.one, viewer_key=ask.viewer).exists(),
    once=True,
)
