"""Messages: sent once, changed and taken back by who sent them."""

from collections.abc import Sequence
from typing import Any

from skeletal.actions.acting import ACTOR, require
from skeletal.actions.events import Fact
from skeletal.actions.social.facts import MESSAGE_DELETED, MESSAGE_EDITED, MESSAGE_SENT
from skeletal.db.prepared import TEXT, TEXTS, Command, Param, write
from skeletal.db.transactions import execute_transaction
from skeletal.errors import Conflict, InvalidInput
from skeletal.models import ConversationMember, User
from skeletal.queries.visibility import Sight, visible
from skeletal.records import Made, Record
from skeletal.records.social import Changed
from skeletal.rules import contacts, limits, texts

OWN = [Param("actor"), Param("message")]


class Sent(Record, frozen=True, kw_only=True):
    """The answer of the statement; `same` says whether an earlier message is the one sent now."""

    allowed: bool
    found: bool
    id: int | None
    fresh: bool
    same: bool


class Answered(Record, frozen=True, kw_only=True):
    """The answer of the other statements."""

    allowed: bool
    found: bool
    changed: bool


def send_message(
    sender_id: int,
    conversation_id: int,
    body: str,
    client_nonce: str,
    media_urls: Sequence[str] = (),
) -> Made:
    """Say something in a conversation that one takes part in; return the message's id: 1 statement.

    Repeatable: a nonce, a text of 1 to 36 characters, makes one message. Sent again with the same
    words it gives the first answer, also after the sender has left; with others it is Conflict.
    Of a message that was changed since, the first words are kept nowhere, nor a digest from which
    short ones could be guessed: conversation and files are compared then, the words are not. One
    who had left a direct conversation is back in it.

    Raises Forbidden for an account that is not active; NotFound for a conversation that one takes
    no part in, and for a direct one whose other is not visible or on either side of a block;
    InvalidInput for no text and no file, or too much.
    """
    values: dict[str, Any] = {
        "actor": sender_id,
        "viewer": sender_id,
        "conversation": conversation_id,
        "body": texts.text(body, field="body", most=limits.MESSAGE),
        "media_urls": _urls(media_urls),
        "nonce": texts.text(client_nonce, field="client_nonce", most=limits.NONCE, least=1),
    }
    if not values["media_urls"]:
        texts.text(body, field="body", most=limits.MESSAGE, least=1)
    sent = require(_send().first(**values), "conversation")
    if not sent.same:
        raise Conflict("this nonce stands for another message", field="client_nonce")
    assert sent.id is not None  # noqa: S101 - it was found or made
    return Made(id=sent.id, repeated=not sent.fresh)


def edit_message(sender_id: int, message_id: int, body: str) -> Changed:
    """Change the words of one's own message: 1 statement. Repeatable.

    Raises NotFound for a message that is absent, taken back or another's, and where one takes
    part no more; Forbidden and InvalidInput.
    """
    words = texts.text(body, field="body", most=limits.MESSAGE, least=1)
    answer = _edit().first(actor=sender_id, message=message_id, body=words)
    return Changed(changed=require(answer, "message").changed)


def delete_message(sender_id: int, message_id: int) -> Changed:
    """Take one's own message back, for everybody: 2 statements. Repeatable.

    The first holds the conversation, so that its last message is one that stands. Raises NotFound
    for a message that is absent or another's, and Forbidden.
    """
    values = {"actor": sender_id, "message": message_id}

    def write_it() -> Answered | None:
        _hold().first(**values)
        return _delete().first(**values)

    return Changed(changed=require(execute_transaction(write_it), "message").changed)


def _urls(given: Sequence[str]) -> list[str]:
    if not isinstance(given, list | tuple) or len(given) > limits.MEDIA_PER_MESSAGE:
        most = limits.MEDIA_PER_MESSAGE
        raise InvalidInput(f"a list of at most {most} addresses", field="media_urls")
    return [contacts.url(one, field="media_urls") for one in given]


def _told(fact: Fact) -> str:
    return fact.row(
        "done d",
        of="d.id",
        actor="%(actor)s",
        message_id="d.id",
        conversation_id="d.conversation_id",
        sender_id="%(actor)s",
    )


@write(Sent)
def _send() -> Command:
    """An earlier message is looked for first; of two sent at once the second waits for the first.

    The pair of a direct conversation is looked at anew behind its lock, as a follow does.
    """
    others = ConversationMember.objects.filter(conversation_id=Param("conversation"))
    seen = visible(User.objects.exclude(pk=Param("actor")), Sight.PERSON)
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), earlier AS MATERIALIZED (
            SELECT id, conversation_id, body, media_urls, edited_at FROM messages
            WHERE sender_id = %(actor)s AND client_nonce = %(nonce)s
        ), place AS MATERIALIZED (
            SELECT c.id, c.kind = 'direct' AS direct
            FROM actor, conversation_members m JOIN conversations c ON c.id = m.conversation_id
            WHERE c.id = %(conversation)s AND m.user_id = actor.id
            AND (m.left_at IS NULL OR c.kind = 'direct') AND NOT EXISTS (SELECT FROM earlier)
        ), other AS MATERIALIZED (
            SELECT seen.id FROM ({seen}) seen, place WHERE place.direct
        ), pair AS MATERIALIZED (
            SELECT place.id FROM place LEFT JOIN other ON true
            WHERE CASE WHEN NOT place.direct THEN true WHEN other.id IS NULL THEN false
                       ELSE NOT daira_pair_is_blocked(%(actor)s, other.id) END
        ), written AS (
            INSERT INTO messages AS m (conversation_id, sender_id, body, media_urls, client_nonce)
            SELECT pair.id, %(actor)s, %(body)s, %(media_urls)s, %(nonce)s FROM pair
            ON CONFLICT (sender_id, client_nonce) DO UPDATE SET client_nonce = m.client_nonce
            RETURNING m.id, conversation_id, body, media_urls, edited_at, m.xmax = 0 AS fresh
        ), done AS MATERIALIZED (SELECT id, conversation_id FROM written WHERE fresh),
        topped AS (
            UPDATE conversations c
            SET last_message_id = greatest(coalesce(last_message_id, 0), d.id)
            FROM done d WHERE c.id = d.conversation_id RETURNING c.id, c.kind
        ), moved AS (
            UPDATE conversation_members m SET
                last_activity_at = now(),
                left_at = CASE WHEN topped.kind = 'direct' THEN NULL ELSE m.left_at END,
                last_read_message_id = CASE WHEN m.user_id = %(actor)s
                    THEN greatest(coalesce(m.last_read_message_id, 0), d.id)
                    ELSE m.last_read_message_id END
            FROM topped, done d WHERE m.conversation_id = topped.id
        ), told AS ({told}), answer AS (
            SELECT id, conversation_id, body, media_urls, edited_at, false AS fresh FROM earlier
            UNION ALL
            SELECT id, conversation_id, body, media_urls, edited_at, fresh FROM written
        )
        SELECT EXISTS (SELECT FROM actor) AS allowed, answer.id IS NOT NULL AS found, answer.id,
               coalesce(fresh, false) AS fresh,
               coalesce(conversation_id = %(conversation)s
                        AND media_urls::text[] = %(media_urls)s
                        AND (edited_at IS NOT NULL OR body = %(body)s), false) AS same
        FROM (SELECT) one LEFT JOIN answer ON true
        """,
        [
            Param("conversation"),
            Param("body", TEXT),
            Param("media_urls", TEXTS),
            Param("nonce", TEXT),
        ],
        actor=ACTOR,
        seen=seen.filter(pk__in=others.values("user_id")).values("id"),
        told=_told(MESSAGE_SENT),
    )


@write(Answered)
def _edit() -> Command:
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), target AS MATERIALIZED (
            SELECT m.id, m.body FROM actor, messages m JOIN conversation_members c
            ON c.conversation_id = m.conversation_id AND c.user_id = m.sender_id
            WHERE m.id = %(message)s AND m.sender_id = actor.id
            AND m.deleted_at IS NULL AND c.left_at IS NULL
        ), done AS (
            UPDATE messages m SET body = %(body)s, edited_at = now() FROM target
            WHERE m.id = target.id AND target.body <> %(body)s AND m.deleted_at IS NULL
            RETURNING m.id, m.conversation_id
        ), told AS ({told})
        SELECT EXISTS (SELECT FROM actor) AS allowed, EXISTS (SELECT FROM target) AS found,
               EXISTS (SELECT FROM done) AS changed
        """,
        [*OWN, Param("body", TEXT)],
        actor=ACTOR,
        told=_told(MESSAGE_EDITED),
    )


@write(int)
def _hold() -> Command:
    return Command(
        """
        SELECT c.id FROM messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.id = %(message)s AND m.sender_id = %(actor)s FOR NO KEY UPDATE OF c
        """,
        OWN,
    )


@write(Answered)
def _delete() -> Command:
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), target AS MATERIALIZED (
            SELECT m.id FROM actor, messages m
            WHERE m.id = %(message)s AND m.sender_id = actor.id
        ), done AS (
            UPDATE messages m SET deleted_at = now() FROM target
            WHERE m.id = target.id AND m.deleted_at IS NULL RETURNING m.id, m.conversation_id
        ), topped AS (
            UPDATE conversations c SET last_message_id = (
                SELECT m.id FROM messages m WHERE m.conversation_id = d.conversation_id
                AND m.id <> d.id AND m.deleted_at IS NULL ORDER BY m.id DESC LIMIT 1
            )
            FROM done d WHERE c.id = d.conversation_id AND c.last_message_id = d.id
        ), told AS ({told})
        SELECT EXISTS (SELECT FROM actor) AS allowed, EXISTS (SELECT FROM target) AS found,
               EXISTS (SELECT FROM done) AS changed
        """,
        OWN,
        actor=ACTOR,
        told=_told(MESSAGE_DELETED),
    )
