"""What a person is told about, grouped."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet

from skeletal.db.prepared import read
from skeletal.models import Notification
from skeletal.queries.pages import newest_first, page_of
from skeletal.queries.users import get_multiple_users
from skeletal.queries.visibility import AUTHOR, VIEWER, Sight, visible
from skeletal.records import Id, Moment, Page, Record
from skeletal.records.social import NotificationRecord
from skeletal.records.users import UserCard

MOST_COUNTED = 100
SHOWN = 3


class Head(Record, frozen=True, kw_only=True):
    """The newest notification of a group, and who caused it and those before it."""

    id: Id
    kind: str
    subject_type: str
    subject_id: Id
    group_key: str
    read_at: Moment | None
    created_at: Moment
    caused_by: list[Id]


def list_notifications(
    user_id: int, cursor: str | None = None, limit: int = 20
) -> Page[NotificationRecord]:
    """List what a person is told about, newest first, what belongs together as one: 2 statements.

    One where there is nothing. Left out is what was caused by people who are not visible to them
    or whom they mute. A group moves to the top with what is new in it. Its cost grows with the
    number of notifications that the groups of a page hold between its first and its last.
    Raises InvalidCursor, and InvalidInput for a limit outside 1..100.
    """
    page = page_of(_heads, Sight.PERSON, cursor, limit, owner=user_id, viewer=user_id)
    wanted = {one for head in page.data for one in head.caused_by[:SHOWN]}
    people = get_multiple_users(sorted(wanted), user_id)
    return page.map(lambda head: _entry(head, people))


def _entry(head: Head, people: dict[int, UserCard]) -> NotificationRecord:
    first = dict.fromkeys(head.caused_by[:SHOWN])
    return NotificationRecord(
        id=head.id,
        kind=head.kind,
        subject_type=head.subject_type,
        subject_id=head.subject_id,
        group_key=head.group_key,
        actors=[people[one] for one in first if one in people],
        count=len(head.caused_by),
        read=head.read_at is not None,
        created_at=head.created_at,
    )


@read(Head, key="id")
def _heads(sight: Sight, continued: bool, size: int) -> QuerySet[Notification]:
    newer = _told(group_key=OuterRef("group_key"), pk__gt=OuterRef("pk"))
    whole = _told(group_key=OuterRef("group_key"), pk__lte=OuterRef("pk")).order_by("-pk")
    rows = _told().filter(~Exists(newer))
    rows = rows.annotate(caused_by=ArraySubquery(whole.values("actor_id")[:MOST_COUNTED]))
    return newest_first(rows, continued, size)


def _told(**more: Any) -> "QuerySet[Notification]":
    """A block or a mute that came later hides what was told before it."""
    rows = Notification.objects.filter(user_id=VIEWER, **more)
    return visible(rows, Sight.PERSON, at="actor", rule=AUTHOR)
