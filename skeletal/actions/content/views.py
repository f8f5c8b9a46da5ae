"""Views of videos: once for each viewer and hour."""

from datetime import UTC, datetime, timedelta

from django.conf import settings

from skeletal.actions.acting import ACTOR, require
from skeletal.db.prepared import MOMENT, Command, Param, write
from skeletal.models import Video
from skeletal.queries.visibility import Sight, sight_of, visible
from skeletal.records import Record, Viewer
from skeletal.records.social import Changed
from skeletal.rules import limits, texts
from skeletal.rules.values import whole_number
from skeletal.security.signing import digest64

WINDOW = timedelta(hours=1)
"""One person's views of one video within an hour are one."""
SHORTEST_VIEW = 3_000
"""Milliseconds: who watched less has not viewed it."""
VIEW = """
WITH target AS MATERIALIZED ({target}), may AS MATERIALIZED (SELECT {allowed} AS allowed),
done AS (
    INSERT INTO video_views (video_id, viewer_key, window_start, watched)
    SELECT target.id, %(key)s, %(window)s, %(watched)s FROM target, may
    WHERE allowed AND %(watched)s IS NOT NULL
    ON CONFLICT DO NOTHING RETURNING id
)
SELECT allowed, EXISTS (SELECT FROM target) AS found, EXISTS (SELECT FROM done) AS changed FROM may
"""


class Viewed(Record, frozen=True, kw_only=True):
    """The answer of the statement."""

    allowed: bool
    found: bool
    changed: bool


def record_view(
    video_id: int, viewer_id: Viewer = None, *, visitor: str = "", watched: int
) -> Changed:
    """Count a view of `watched` milliseconds, one for each viewer and hour: 1 statement.

    A viewer who is not signed in is told from others by `visitor`, a token of theirs, of which
    only a keyed digest is stored. A view under three seconds is none. Raises InvalidInput,
    Forbidden for an account that is not active, NotFound for a video that is absent or not
    visible.
    """
    long_enough = whole_number(watched, "watched", limits.VIEW) >= SHORTEST_VIEW
    sight, viewer = sight_of(viewer_id)
    moment = datetime.now(UTC)
    answer = _view(sight).first(
        video_id=video_id,
        viewer=viewer,
        actor=viewer,
        key=_visitor(visitor) if viewer is None else viewer,
        window=moment - (moment - datetime.min.replace(tzinfo=UTC)) % WINDOW,
        watched=watched if long_enough else None,
    )
    return Changed(changed=require(answer, "video").changed)


def _visitor(token: object) -> int:
    """Below zero, where no person's id is."""
    text = texts.text(token, field="visitor", most=limits.VISITOR, least=1)
    return -1 - (digest64(text, settings.SECRET_KEY.encode(), b"video views") >> 1)


@write(Viewed)
def _view(sight: Sight) -> Command:
    target = visible(Video.objects.filter(pk=Param("video_id")), sight)
    acting = "EXISTS ({actor})" if sight is Sight.PERSON else "true"
    return Command(
        VIEW.replace("{allowed}", acting),
        [Param("key"), Param("watched"), Param("window", MOMENT)],
        target=target.values("id"),
        actor=ACTOR,
    )
