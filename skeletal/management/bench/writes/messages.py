"""Messages of a direct conversation: sent and taken back."""

from dataclasses import replace
from itertools import count
from secrets import token_hex
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from skeletal.actions import social
from skeletal.actions.events import Fact
from skeletal.actions.social.facts import MESSAGE_DELETED, MESSAGE_SENT
from skeletal.management.bench.floor import Cursor
from skeletal.management.bench.ordinary import seen
from skeletal.management.bench.parts import ACTIVE
from skeletal.management.bench.subjects import Ask
from skeletal.management.bench.writes.case import (
    ME,
    Way,
    WriteCase,
    actor,
    by_hand,
    somebody,
    tell,
)
from skeletal.models import Conversation, ConversationMember, Message, User

BODY = "A few words between two people."
RUN, NUMBERS = token_hex(6), count()
TOLD = {
    "message_id": "d.id::text",
    "conversation_id": "d.conversation_id::text",
    "sender_id": "%(viewer)s::text",
}
SEND = by_hand(
    f"""
    WITH earlier AS MATERIALIZED (
      SELECT id, conversation_id, body, media_urls, edited_at FROM messages
      WHERE sender_id = %(viewer)s AND client_nonce = %(nonce)s),
    place AS MATERIALIZED (
      SELECT c.id, c.kind, o.user_id AS other
      FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id
      LEFT JOIN conversation_members o
        ON c.kind = 'direct' AND o.conversation_id = c.id AND o.user_id <> %(viewer)s
      WHERE m.conversation_id = %(conversation)s AND m.user_id = %(viewer)s AND {ME}
        AND (m.left_at IS NULL OR c.kind = 'direct') AND NOT EXISTS (SELECT FROM earlier)),
    pair AS MATERIALIZED (
      SELECT place.id FROM place LEFT JOIN users u ON u.id = place.other AND {ACTIVE}
      WHERE CASE WHEN place.kind <> 'direct' THEN true WHEN u.id IS NULL THEN false
                 ELSE NOT daira_pair_is_blocked(%(viewer)s, u.id) END),
    written AS (
      INSERT INTO messages AS m (conversation_id, sender_id, body, media_urls, client_nonce)
      SELECT id, %(viewer)s, %(body)s, '{{}}', %(nonce)s FROM pair
      ON CONFLICT (sender_id, client_nonce) DO UPDATE SET client_nonce = m.client_nonce
      RETURNING m.id, conversation_id, body, media_urls, edited_at, m.xmax = 0 AS fresh),
    d AS MATERIALIZED (SELECT id, conversation_id FROM written WHERE fresh),
    topped AS (
      UPDATE conversations c SET last_message_id = greatest(coalesce(last_message_id, 0), d.id)
      FROM d WHERE c.id = d.conversation_id RETURNING c.id, c.kind),
    moved AS (
      UPDATE conversation_members m
      SET last_activity_at = now(),
          left_at = CASE WHEN topped.kind = 'direct' THEN NULL ELSE m.left_at END,
          last_read_message_id = CASE WHEN m.user_id = %(viewer)s
            THEN greatest(coalesce(m.last_read_message_id, 0), d.id)
            ELSE m.last_read_message_id END
      FROM topped, d WHERE m.conversation_id = topped.id),
    told AS ({tell("message.sent", "message", "d.id", "d", **TOLD)})
    SELECT id, fresh, conversation_id = %(conversation)s
                      AND (edited_at IS NOT NULL OR body = %(body)s AND media_urls = '{{}}')
    FROM (SELECT *, false AS fresh FROM earlier UNION ALL SELECT * FROM written) answer
    """
)
HOLD = by_hand(
    """
    SELECT c.id FROM messages m JOIN conversations c ON c.id = m.conversation_id
    WHERE m.id = %(message)s AND m.sender_id = %(viewer)s FOR NO KEY UPDATE OF c
    """
)
TAKE_BACK = by_hand(
    f"""
    WITH d AS (
      UPDATE messages SET deleted_at = now()
      WHERE id = %(message)s AND sender_id = %(viewer)s AND deleted_at IS NULL AND {ME}
      RETURNING id, conversation_id),
    topped AS (
      UPDATE conversations c SET last_message_id = (
        SELECT m.id FROM messages m WHERE m.conversation_id = d.conversation_id
        AND m.id <> d.id AND m.deleted_at IS NULL ORDER BY m.id DESC LIMIT 1)
      FROM d WHERE c.id = d.conversation_id AND c.last_message_id = d.id),
    told AS ({tell("message.deleted", "message", "d.id", "d", **TOLD)})
    SELECT {ME}, EXISTS (SELECT FROM d), EXISTS (
      SELECT FROM messages WHERE id = %(message)s AND sender_id = %(viewer)s)
    """
)


def _know_each_other(ask: Ask) -> bool:
    key = f"{min(ask.viewer, ask.one)}:{max(ask.viewer, ask.one)}"
    return Conversation.objects.filter(direct_key=key).exists()


def _opened(ask: Ask) -> Ask:
    """A conversation of the two in which something was said."""
    opened = social.open_conversation(ask.viewer, [ask.one]).id
    social.send_message(ask.viewer, opened, BODY, _nonce())
    return replace(ask, other=opened)


def _nonce() -> str:
    return f"{RUN} {next(NUMBERS)}"


def _by_hand(cursor: Cursor, ask: Ask) -> Any:
    values = {"viewer": ask.viewer, "conversation": ask.other, "body": BODY, "nonce": _nonce()}
    [(message, _, same)] = SEND(cursor, values)
    if not same:
        raise LookupError("this nonce stands for another message")
    return message


def _by_hand_take_back(cursor: Cursor, ask: Ask, message: int) -> None:
    values = {"viewer": ask.viewer, "message": message}
    with cursor.connection.transaction():
        HOLD(cursor, values)
        TAKE_BACK(cursor, values)


@transaction.atomic
def _ordinary(ask: Ask) -> Message:
    user = actor(ask)
    place = ConversationMember.objects.select_related("conversation").get(
        conversation_id=ask.other, user=user
    )
    members = ConversationMember.objects.filter(conversation=place.conversation)
    seen(User.objects.filter(pk__in=members.exclude(user=user).values("user")), ask).get()
    message, made = Message.objects.get_or_create(
        sender=user,
        client_nonce=_nonce(),
        defaults={"conversation": place.conversation, "body": BODY},
    )
    if made:
        Conversation.objects.filter(pk=ask.other).update(last_message_id=message.pk)
        members.update(last_activity_at=timezone.now(), left_at=None)
        members.filter(user=user).update(last_read_message_id=message.pk)
        _tell(MESSAGE_SENT, message)
    return message


@transaction.atomic
def _ordinary_take_back(ask: Ask, made: Message) -> None:
    user = actor(ask)
    conversation = Conversation.objects.select_for_update(no_key=True).get(pk=ask.other)
    message = Message.objects.get(pk=made.pk, sender=user, deleted_at=None)
    message.deleted_at = timezone.now()
    message.save(update_fields=["deleted_at"])
    if conversation.last_message_id == message.pk:
        standing = Message.objects.filter(conversation=conversation, deleted_at=None)
        conversation.last_message_id = standing.aggregate(last=Max("id"))["last"]
        conversation.save(update_fields=["last_message_id"])
    _tell(MESSAGE_DELETED, message)


def _tell(fact: Fact, message: Message) -> None:
    fact.tell(
        of=message.pk,
        actor=message.sender_id,
        message_id=message.pk,
        conversation_id=message.conversation_id,
        sender_id=message.sender_id,
    )


SEND_MESSAGE = WriteCase(
    "send_message, delete_message",
    3,
    somebody,
    ours=Way(
        lambda ask: social.send_message(ask.viewer, ask.other, BODY, _nonce()).id,
        lambda ask, message: social.delete_message(ask.viewer, message),
    ),
    floor=Way(_by_hand, _by_hand_take_back),
    ordinary=Way(_ordinary, _ordinary_take_back),
    stands=_know_each_other,
    prepare=_opened,
)
