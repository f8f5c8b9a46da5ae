"""What a person is told about."""

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from skeletal.db.prepared import TEXT, Command, Param, write
from skeletal.errors import InvalidInput
from skeletal.models import Mute, Notification, User
from skeletal.queries.visibility import VIEWER, Sight, visible

UNEXPIRED = Q(expires_at=None) | Q(expires_at__gt=Now())


def notify(
    kind: str,
    *,
    receiver_id: int,
    actor_id: int,
    subject_type: str,
    subject_id: int,
    group_key: str,
) -> bool:
    """Tell a person what somebody did; return whether they are told now: 1 statement.

    Not told are: oneself, what is told already, an actor who is not visible to the receiver or
    whom they mute in any scope, and a kind that the receiver's preferences set to false.
    """
    row = _notify().first(
        viewer=receiver_id,
        actor=actor_id,
        kind=kind,
        subject_type=subject_type,
        subject_id=subject_id,
        group_key=group_key,
    )
    return row is not None


def mark_notifications_read(user_id: int, up_to_id: int) -> int:
    """Mark all notifications up to an id as read; return how many were not: 1 statement."""
    if isinstance(up_to_id, bool) or not isinstance(up_to_id, int) or not 0 < up_to_id < 1 << 63:
        raise InvalidInput("up_to_id is no id", field="up_to_id")
    unread = Notification.objects.filter(user_id=user_id, pk__lte=up_to_id, read_at=None)
    return unread.update(read_at=Now())


@write(int)
def _notify() -> Command:
    muted = Mute.objects.filter(UNEXPIRED, muter_id=VIEWER, muted_id=OuterRef("pk"))
    actor = visible(User.objects.filter(pk=Param("actor")), Sight.PERSON)
    receiver = User.objects.filter(pk=VIEWER, status="active", deleted_at=None)
    return Command(
        """
        INSERT INTO notifications
            (user_id, actor_id, kind, subject_type, subject_id, group_key)
        SELECT receiver.id, actor.id, %(kind)s, %(subject_type)s, %(subject_id)s, %(group_key)s
        FROM ({receiver}) receiver, ({actor}) actor
        WHERE receiver.id <> actor.id AND NOT EXISTS (
            SELECT FROM user_settings WHERE user_id = receiver.id
            AND notification_preferences @> jsonb_build_object(%(kind)s, false)
        )
        ON CONFLICT DO NOTHING RETURNING id
        """,
        [
            *(Param(name, TEXT) for name in ("kind", "subject_type", "group_key")),
            Param("subject_id"),
        ],
        receiver=receiver.values("id"),
        actor=actor.filter(~Exists(muted)).values("id"),
    )
