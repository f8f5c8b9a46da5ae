"""What a person is told about."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from skeletal.db.prepared import BIGINTS, TEXT, Command, Param, write
from skeletal.errors import InvalidInput
from skeletal.models import Comment, KeywordFilter, Message, Mute, Post, User, Video
from skeletal.queries.visibility import Sight, visible
from skeletal.rules import filters

UNEXPIRED = Q(expires_at=None) | Q(expires_at__gt=Now())
TEXTS: "dict[str, tuple[Any, str]]" = {
    "post": (Post.objects, "content"),
    "comment": (Comment.objects, "content"),
    "message": (Message.objects, "body"),
}
"""Where the words stand that somebody wrote to others."""
PAST = 10
"""Rows of a group that are looked at for the mark: so many may be told of one group at once."""
WORDED = ("comment", "mention", "message")
"""Kinds that are about such words; of the others the subject is the receiver's own."""


def notify(
    kind: str,
    *,
    receiver_ids: Iterable[int],
    actor_id: int,
    subject_type: str,
    subject_id: int,
    group_key: str,
) -> int:
    """Tell people what somebody did; return how many are told now: 1 statement.

    One more where it is about words, and a third where one of the people filters words: a filter
    that hides in notifications keeps them from those. Not told are: oneself, what is told
    already, an actor who is not visible to the receiver or whom they mute in any scope, a subject
    that they do not see, and a kind that their preferences set to false. Repeatable.
    """
    receivers = sorted(set(receiver_ids) - {actor_id})
    if receivers and kind in WORDED:
        receivers = _unless_filtered(receivers, subject_type, subject_id)
    if not receivers:
        return 0
    told = _notify(subject_type).all(
        receivers=receivers,
        actor=actor_id,
        kind=kind,
        subject=subject_id,
        group_key=group_key,
    )
    return len(told)


def mark_notifications_read(user_id: int, up_to_id: int) -> int:
    """Mark all notifications up to an id as read; return how many were not: 1 statement."""
    if isinstance(up_to_id, bool) or not isinstance(up_to_id, int) or not 0 < up_to_id < 1 << 63:
        raise InvalidInput("up_to_id is no id", field="up_to_id")
    return _mark_read().first(user=user_id, up_to=up_to_id) or 0


def _unless_filtered(receivers: list[int], subject_type: str, subject_id: int) -> list[int]:
    hiding = list(
        KeywordFilter.objects.filter(
            UNEXPIRED,
            user_id__in=receivers,
            action="hide",
            contexts__contains=["notifications"],
        )
    )
    if not hiding:
        return receivers
    rows, column = TEXTS[subject_type]
    text = rows.filter(pk=subject_id).values_list(column, flat=True).first() or ""
    met = {one.user_id for one in filters.matching(hiding, text)}
    return [one for one in receivers if one not in met]


def _seen_comment() -> "QuerySet[Comment]":
    """Seen is a comment only where its post or its video is."""
    below = OuterRef(OuterRef("pk"))
    posts = visible(Post.objects.filter(pk=OuterRef("post_id")), Sight.PERSON, viewer=below)
    videos = visible(Video.objects.filter(pk=OuterRef("video_id")), Sight.PERSON, viewer=below)
    comments = Comment.objects.filter(Q(Exists(posts)) | Q(Exists(videos)), pk=Param("subject"))
    return visible(comments, Sight.PERSON, viewer=OuterRef("pk"))


def _seen(model: Any) -> "Callable[[], QuerySet[Any]]":
    rows = model.objects.filter(pk=Param("subject"))
    return lambda: visible(rows, Sight.PERSON, viewer=OuterRef("pk"))


SUBJECTS: "dict[str, Callable[[], QuerySet[Any]]]" = {
    "user": lambda: User.objects.filter(pk=Param("subject")),
    "post": _seen(Post),
    "video": _seen(Video),
    "comment": _seen_comment,
    "message": lambda: Message.objects.filter(pk=Param("subject"), deleted_at=None),
}
"""The subject, if the receiver (`pk` outside) sees it. Of a message whoever names the receivers
knows that they take part."""


@write(int)
def _mark_read() -> Command:
    return Command(
        """
        WITH done AS (
            UPDATE notifications SET read_at = now()
            WHERE user_id = %(user)s AND id <= %(up_to)s AND read_at IS NULL RETURNING 1
        )
        SELECT count(*) FROM done
        """,
        [Param("user"), Param("up_to")],
    )


@write(int)
def _notify(subject_type: str) -> Command:
    """What was newest in the group until now loses the mark.

    Of two at once neither sees the other's row, and none waits: the next one takes both marks.
    """
    actor = User.objects.filter(pk=Param("actor"))
    muted = Mute.objects.filter(UNEXPIRED, muter=OuterRef("pk"), muted=Param("actor"))
    receivers = User.objects.filter(
        Exists(visible(actor, Sight.PERSON, viewer=OuterRef("pk"))),
        ~Exists(muted),
        Exists(SUBJECTS[subject_type]()),
        pk__any=Param("receivers", BIGINTS),
        status="active",
        deleted_at=None,
    )
    return Command(
        f"""
        WITH told AS (
            INSERT INTO notifications
                (user_id, actor_id, kind, subject_type, subject_id, group_key)
            SELECT receiver.id, %(actor)s, %(kind)s, '{subject_type}', %(subject)s, %(group_key)s
            FROM ({{receivers}}) receiver
            WHERE NOT EXISTS (
                SELECT FROM user_settings WHERE user_id = receiver.id
                AND notification_preferences @> jsonb_build_object(%(kind)s, false)
            )
            ORDER BY receiver.id ON CONFLICT DO NOTHING RETURNING id, user_id
        ), past AS MATERIALIZED (
            SELECT n.id FROM told, LATERAL (
                SELECT id FROM notifications
                WHERE user_id = told.user_id AND group_key = %(group_key)s AND id < told.id
                ORDER BY id DESC LIMIT {PAST}
            ) recent JOIN notifications n ON n.id = recent.id
            WHERE n.is_newest FOR NO KEY UPDATE OF n SKIP LOCKED
        ), unmarked AS (
            UPDATE notifications n SET is_newest = false FROM past WHERE n.id = past.id
        )
        SELECT id FROM told
        """,  # noqa: S608 - one of SUBJECTS
        [*(Param(name, TEXT) for name in ("kind", "group_key")), Param("subject")],
        receivers=receivers.values("id"),
    )
