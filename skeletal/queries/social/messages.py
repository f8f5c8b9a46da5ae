"""Conversations and messages, for those who take part.

A direct conversation is there only where its other is visible: not across a block, and not while
that account is not active. In a group the messages of such people are left out. A mute hides no
messages: conversations have mutes of their own.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from skeletal.db.keyset import paginate
from skeletal.db.prepared import BIGINTS, Param, read
from skeletal.errors import NotFound
from skeletal.models import ConversationMember, Message
from skeletal.queries.pages import newest_first, page_of
from skeletal.queries.visibility import VIEWER, Sight, visible
from skeletal.records import Id, Page, Record
from skeletal.records.social import ConversationRecord, MessageRecord
from skeletal.records.users import UserCard

RECENT = ("-last_activity_at", "-conversation_id")


class Taker(Record, frozen=True, kw_only=True):
    """A person who takes part in a conversation."""

    conversation_id: Id
    user: UserCard


def list_conversations(
    user_id: int, cursor: str | None = None, limit: int = 20
) -> Page[ConversationRecord]:
    """List the conversations that a person takes part in, last active first: 3 statements.

    One where there are none. Raises InvalidCursor, and InvalidInput for a limit outside 1..100.
    """
    page = paginate(_places(user_id), cursor=cursor, limit=limit, order_by=RECENT)
    ids = [place.conversation_id for place in page.data]
    people: dict[int, list[UserCard]] = defaultdict(list)
    for taker in _takers().all(ids=ids, viewer=user_id) if ids else ():
        people[taker.conversation_id].append(taker.user)
    last = _last_messages(user_id, page.data)
    return page.map(lambda place: _conversation(place, people[place.conversation_id], last))


def list_messages(
    user_id: int, conversation_id: int, cursor: str | None = None, limit: int = 50
) -> Page[MessageRecord]:
    """List a conversation's messages, newest first: 1 statement, 2 where the page is empty.

    Messages that were taken back are left out. Raises NotFound for a conversation that the person
    takes no part in or whose other is not visible to them; InvalidCursor and InvalidInput.
    """
    page = page_of(
        _messages,
        Sight.PERSON,
        cursor,
        limit,
        owner=conversation_id,
        conversation_id=conversation_id,
        viewer=user_id,
    )
    if not page.data and not _taking_part(user_id, conversation_id=conversation_id).exists():
        raise NotFound("no such conversation")
    return page


def get_message_receivers(message_id: int) -> list[int]:
    """Return the ids of whom a message concerns: 1 statement.

    Those who take part, do not mute the conversation now and have not read so far; nobody, once
    the message was taken back.
    """
    return _receivers().all(message_id=message_id)


def _places(user_id: int) -> "QuerySet[ConversationMember]":
    return _taking_part(user_id).select_related("conversation")


def _taking_part(user_id: Any, **more: Any) -> "QuerySet[ConversationMember]":
    others = ConversationMember.objects.filter(conversation=OuterRef("conversation_id"))
    seen = visible(others.exclude(user_id=user_id), Sight.PERSON, at="user", viewer=user_id)
    return ConversationMember.objects.filter(
        Q(conversation__kind="group") | Q(Exists(seen)), user_id=user_id, left_at=None, **more
    )


def _last_messages(user_id: int, places: Iterable[ConversationMember]) -> dict[int, MessageRecord]:
    ids = [last for place in places if (last := place.conversation.last_message_id)]
    found = _by_id().all(ids=ids, viewer=user_id) if ids else []
    return {message.conversation_id: message for message in found}


def _conversation(
    place: ConversationMember, people: list[UserCard], last: dict[int, MessageRecord]
) -> ConversationRecord:
    thread = place.conversation
    return ConversationRecord(
        id=thread.pk,
        kind=thread.kind,
        people=people,
        last_message=last.get(thread.pk),
        last_activity_at=place.last_activity_at,
        last_read_message_id=place.last_read_message_id,
        unread=(thread.last_message_id or 0) > (place.last_read_message_id or 0),
        muted_until=place.muted_until,
    )


def _standing(rows: "QuerySet[Message]") -> "QuerySet[Message]":
    return visible(rows.filter(deleted_at=None), Sight.PERSON, at="sender")


@read(MessageRecord, key="id")
def _messages(sight: Sight, continued: bool, size: int) -> QuerySet[Message]:
    """Whether the viewer takes part is asked once, not once a row."""
    place = _taking_part(VIEWER, conversation_id=Param("conversation_id"))
    rows = Message.objects.filter(Exists(place), conversation_id=Param("conversation_id"))
    return newest_first(_standing(rows), continued, size)


@read(MessageRecord)
def _by_id() -> QuerySet[Message]:
    return _standing(Message.objects.filter(pk__any=Param("ids", BIGINTS)))


@read(Taker)
def _takers() -> QuerySet[ConversationMember]:
    rows = ConversationMember.objects.filter(
        conversation_id__any=Param("ids", BIGINTS), left_at=None
    ).exclude(user_id=VIEWER)
    return visible(rows, Sight.PERSON, at="user").order_by("pk")


@read(int, paths={"": "user_id"})
def _receivers() -> QuerySet[ConversationMember]:
    message = Message.objects.filter(pk=Param("message_id"), deleted_at=None)
    here = message.filter(conversation=OuterRef("conversation_id")).exclude(
        sender=OuterRef("user_id")
    )
    awake = Q(muted_until=None) | Q(muted_until__lte=Now())
    unread = Q(last_read_message_id=None) | Q(last_read_message_id__lt=Param("message_id"))
    rows = ConversationMember.objects.filter(awake, unread, left_at=None)
    return rows.filter(Exists(here), conversation__in=message.values("conversation")).order_by(
        "user_id"
    )
