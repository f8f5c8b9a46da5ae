"""What a person is told about, grouped."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

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
    """A group by its newest notification; what is shown comes of the newest that is seen."""

    id: Id
    kind: str
    subject_type: str
    group_key: str
    shown_subject_id: Id
    shown_read_at: Moment | None
    shown_created_at: Moment
    caused_by: list[Id]


def list_notifications(
    user_id: int, cursor: str | None = None, limit: int = 20
) -> Page[NotificationRecord]:
    """List what a person is told about, newest first, what belongs together as one: 2 statements.

    One where there is nothing. Left out is what was caused by people who are not visible to them
    or whom they mute, also when that came later. A group moves to the top with what is new in it.
    The cost is that of the groups shown and of at most 100 rows in each, whatever a group holds;
    only newest rows by people who are not seen are looked at until one who is seen comes.
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
        subject_id=head.shown_subject_id,
        group_key=head.group_key,
        actors=[people[one] for one in first if one in people],
        count=len(head.caused_by),
        read=head.shown_read_at is not None,
        created_at=head.shown_created_at,
    )


@read(Head, key="id")
def _heads(sight: Sight, continued: bool, size: int) -> QuerySet[Notification]:
    """A group stands where its newest row does, seen or not: marked rows are walked, one a group.

    A mark that a newer row did not take away yet costs one probe of an index and shows nothing.
    The rows that are seen are then looked at for the groups of the page alone. A join in place of
    the subquery would read everything that the person was ever told.
    """
    rows = Notification.objects.filter(user_id=VIEWER)
    newer = rows.filter(group_key=OuterRef("group_key"), pk__gt=OuterRef("pk"))
    alone = Q(IsNull(Subquery(newer.order_by("pk").values("pk")[:1]), True))
    seen = visible(
        rows.filter(group_key=OuterRef("group_key")), Sight.PERSON, at="actor", rule=AUTHOR
    ).order_by("-pk")
    newest = {
        f"shown_{name}": Subquery(seen.values(name)[:1])
        for name in ("subject_id", "created_at", "read_at")
    }
    caused_by = ArraySubquery(seen.values("actor_id")[:MOST_COUNTED])
    some = Q(IsNull(Subquery(seen.values("pk")[:1]), False))
    heads = rows.filter(alone, some, is_newest=True).annotate(caused_by=caused_by, **newest)
    return newest_first(heads, continued, size)
