"""What is old goes, what is needed stays, and no count falls."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from skeletal.actions.counters import sweep
from skeletal.actions.retention import ENDINGS, prune
from skeletal.db.ids import compose, milliseconds
from skeletal.models import Draft, IdempotencyKey, Notification, OutboxEvent, VideoView
from skeletal.queries.content import get_video_with_stats
from tests.factories import (
    make_draft,
    make_event,
    make_idempotency_key,
    make_notification,
    make_post,
    make_session,
    make_user,
    make_video,
    make_view,
    number,
)
from tests.management.commands import manage

DAYS = {
    "idempotency_keys": 7,
    "published_drafts": 30,
    "done_events": 7,
    "video_views": 90,
    "read_notifications": 180,
    "ended_sessions": 7,
}


def ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def born(days: float) -> dict[str, Any]:
    """The id and time of a row that was made so many days ago."""
    moment = ago(days)
    return {"pk": compose(milliseconds(moment), 0, number()), "created_at": moment}


def published(made: float, ended: float) -> Draft:
    draft = make_draft(state="published", **born(made))
    Draft.objects.filter(pk=draft.pk).update(updated_at=ago(ended))
    return draft


ROWS: dict[str, Callable[[float, float], models.Model]] = {
    "idempotency_keys": lambda made, _: make_idempotency_key(**born(made)),
    "published_drafts": published,
    "done_events": lambda made, ended: make_event(**born(made), done_at=ago(ended)),
    "video_views": lambda made, _: make_view(**born(made)),
    "read_notifications": lambda made, ended: make_notification(**born(made), read_at=ago(ended)),
    "ended_sessions": lambda made, ended: make_session(**born(made), revoked_at=ago(ended)),
}
"""A row of each kind that was made and ended so many days ago."""
EACH = pytest.mark.parametrize("name", ENDINGS)


def test_the_ages_are_settings(settings: Any) -> None:
    assert settings.RETENTION == DAYS
    assert ENDINGS.keys() == DAYS.keys()


@EACH
def test_what_is_older_goes_and_what_is_younger_stays(db: None, name: str) -> None:
    make, days = ROWS[name], DAYS[name]
    old = [make(days + 3, days + 1) for _ in range(5)]
    young = make(days - 1, days - 2)
    assert prune(batch=2) == {**dict.fromkeys(DAYS, 0), name: 5}
    assert [row.pk for row in type(old[0])._default_manager.all()] == [young.pk]
    assert prune(batch=2) == dict.fromkeys(DAYS, 0)


@pytest.mark.parametrize("name", ["published_drafts", "done_events", "read_notifications"])
def test_old_is_what_ended_long_ago(db: None, name: str) -> None:
    row = ROWS[name](DAYS[name] + 3, DAYS[name] - 1)
    assert prune()[name] == 0
    assert type(row)._default_manager.exists()


def test_what_is_not_done_stays(db: None) -> None:
    for state in ("open", "failed"):
        make_draft(state=state, **born(1000))
    make_draft(state="scheduled", scheduled_at=ago(1), **born(1000))
    Draft.objects.update(updated_at=ago(1000))
    make_event(**born(1000))
    make_event(attempts=10, **born(1000))
    make_notification(**born(1000))
    assert prune(batch=1) == dict.fromkeys(DAYS, 0)
    for model, count in ((Draft, 3), (OutboxEvent, 2), (Notification, 1)):
        assert model._default_manager.count() == count


def test_another_age_is_kept(db: None, settings: Any) -> None:
    make_idempotency_key(**born(2))
    assert prune()["idempotency_keys"] == 0
    settings.RETENTION = {**DAYS, "idempotency_keys": 1}
    assert prune()["idempotency_keys"] == 1
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize("swept", [False, True])
def test_views_that_go_stay_counted(db: None, swept: bool) -> None:
    video = make_video()
    for days in (200, 100, 1):
        make_view(video=video, **born(days))
    if swept:
        sweep()
    assert prune()["video_views"] == 2
    assert get_video_with_stats(video.pk).views_count == 3
    sweep()
    video.refresh_from_db()
    assert (video.views_count, VideoView.objects.count()) == (3, 1)


def test_the_newest_of_a_group_that_goes_hands_its_mark_on(db: None) -> None:
    user, post = make_user(), make_post()
    group = {"user": user, "group_key": f"like:post:{post.pk}"}
    unread = make_notification(**group, **born(300))
    make_notification(**group, **born(299), read_at=ago(298))
    Notification.objects.filter(pk=unread.pk).update(is_newest=False)
    assert prune()["read_notifications"] == 1
    assert Notification.objects.get().is_newest


@EACH
def test_a_statement_is_bounded(db: None, name: str) -> None:
    for _ in range(7):
        ROWS[name](1000, 999)
    with CaptureQueriesContext(connection) as sent:
        prune(batch=3)
    walks = [
        query["sql"] for query in sent if f"DELETE FROM {ENDINGS[name].table} " in query["sql"]
    ]
    assert len(walks) == 4
    with CaptureQueriesContext(connection) as sent:
        prune()
    assert len(sent) == len(ENDINGS)


@pytest.mark.usefixtures("committed_db")
def test_the_command_tells_what_went() -> None:
    make_view(**born(100))
    name = str(connection.settings_dict["NAME"])
    assert '"video_views":1' in manage(name, "prune", "--json").stdout
    assert "video_views: 0" in manage(name, "prune").stdout
