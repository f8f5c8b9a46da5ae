"""Conversations: opened, read up to a message, muted, left."""

from collections.abc import Iterable
from typing import Any

from skeletal.actions.acting import ACTOR, require
from skeletal.actions.lasting import end_after
from skeletal.actions.repeating import once
from skeletal.actions.social.facts import CONVERSATION_LEFT, CONVERSATION_OPENED
from skeletal.db.prepared import BIGINTS, MOMENT, Command, Param, write
from skeletal.errors import InvalidInput, NotFound
from skeletal.models import User
from skeletal.queries.visibility import Sight, visible
from skeletal.records import Made, Record
from skeletal.records.social import Changed
from skeletal.rules import limits

MOST_OTHERS = limits.OTHERS_PER_CONVERSATION
OWN = [Param("actor"), Param("conversation")]
DIRECT_KEY = "least(%(actor)s, %(other)s) || ':' || greatest(%(actor)s, %(other)s)"


class Opened(Record, frozen=True, kw_only=True):
    """The answer of the statement."""

    allowed: bool
    found: bool
    id: int | None
    made: bool


class Touched(Record, frozen=True, kw_only=True):
    """The answer of statements on one's own place in a conversation."""

    found: bool
    changed: bool


def open_conversation(
    user_id: int, other_ids: Iterable[int], *, idempotency_key: str | None = None
) -> Made:
    """Begin a conversation with the people named, and return its id.

    With one other it is the direct conversation of the two, of which there is one: 1 statement;
    repeatable, and it brings back one who had left. With 2 to 49 it is a new group: 1 statement
    within BEGIN and COMMIT, 2 more with a key, which makes it repeatable. Raises Forbidden for an
    account that is not active, NotFound unless the one who opens it sees all of them, InvalidInput
    for oneself and other numbers, Conflict for a key that stands for another group.
    """
    others = _others(user_id, other_ids)
    values: dict[str, Any] = {
        "actor": user_id,
        "viewer": user_id,
        "others": others,
        "count": len(others),
    }
    if len(others) == 1:
        opened = require(_open("direct").first(**values, other=others[0]), "user")
        assert opened.id is not None  # noqa: S101 - it was found or made
        return Made(id=opened.id, repeated=not opened.made)
    return once(user_id, idempotency_key, values, lambda: _open_group(values))


def mark_conversation_read(user_id: int, conversation_id: int, message_id: int) -> Changed:
    """Have read up to a message, never back: 1 statement. Repeatable.

    An id behind the last message means the last one. Raises NotFound for a conversation that one
    takes no part in.
    """
    answer = _mark().first(actor=user_id, conversation=conversation_id, message=message_id)
    return _touched(answer)


def mute_conversation(user_id: int, conversation_id: int, *, seconds: int | None = None) -> Changed:
    """Be told of its messages no more, for ten years or `seconds` from now: 1 statement.

    A further call sets the time anew. Raises InvalidInput for a time that is longer, and NotFound.
    """
    return _touched(
        _mute().first(
            actor=user_id,
            conversation=conversation_id,
            until=end_after(limits.LASTING[1] if seconds is None else seconds),
        )
    )


def unmute_conversation(user_id: int, conversation_id: int) -> Changed:
    """Be told of its messages again: 1 statement. Repeatable; raises NotFound."""
    return _touched(_mute().first(actor=user_id, conversation=conversation_id, until=None))


def leave_conversation(user_id: int, conversation_id: int) -> Changed:
    """Take part no more: 1 statement. Repeatable.

    A direct one comes back with the next message. Raises NotFound for one that they never took
    part in.
    """
    return _touched(_leave().first(actor=user_id, conversation=conversation_id))


def _others(user_id: int, other_ids: Iterable[int]) -> list[int]:
    given = list(other_ids) if isinstance(other_ids, Iterable) else [None]
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in given):
        raise InvalidInput("ids are whole numbers", field="other_ids")
    others = list(dict.fromkeys(given))
    if not 1 <= len(others) <= MOST_OTHERS:
        raise InvalidInput(f"name 1 to {MOST_OTHERS} others", field="other_ids")
    if user_id in others:
        raise InvalidInput("nobody is their own other", field="other_ids")
    return others


def _open_group(values: dict[str, Any]) -> int:
    opened = require(_open("group").first(**values), "user")
    assert opened.id is not None  # noqa: S101 - it was made
    return opened.id


def _touched(answer: Touched | None) -> Changed:
    if answer is None or not answer.found:
        raise NotFound("no such conversation")
    return Changed(changed=answer.changed)


@write(Opened)
def _open(kind: str) -> Command:
    """Of two who open a direct one at once, the second waits and gets the first one's.

    Only a direct one can be there; a group has no key, and NULL equals nothing.
    """
    told = CONVERSATION_OPENED.row(
        "made WHERE fresh",
        of="made.id",
        actor="%(actor)s",
        conversation_id="made.id",
        user_id="%(actor)s",
        kind=f"'{kind}'",
    )
    seen = visible(User.objects.filter(pk__any=Param("others", BIGINTS)), Sight.PERSON)
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), seen AS MATERIALIZED ({seen}),
        wanted AS MATERIALIZED (
            SELECT actor.id FROM actor
            WHERE (SELECT count(*) FROM seen) = %(count)s
        ), standing AS MATERIALIZED (
            SELECT c.id FROM conversations c, wanted WHERE c.direct_key = {direct_key}
        ), made AS (
            INSERT INTO conversations AS c (kind, direct_key)
            SELECT '{kind}', {direct_key} FROM wanted
            WHERE NOT EXISTS (SELECT FROM standing)
            ON CONFLICT (direct_key) DO UPDATE SET kind = c.kind
            RETURNING c.id, c.xmax = 0 AS fresh
        ), placed AS (
            INSERT INTO conversation_members AS m (conversation_id, user_id, last_activity_at)
            SELECT made.id, person.id, now()
            FROM made, (SELECT id FROM wanted UNION ALL SELECT id FROM seen) person
            WHERE made.fresh
        ), back AS (
            UPDATE conversation_members m SET left_at = NULL FROM standing
            WHERE conversation_id = standing.id AND user_id = %(actor)s AND left_at IS NOT NULL
        ), told AS ({told})
        SELECT EXISTS (SELECT FROM actor) AS allowed, EXISTS (SELECT FROM wanted) AS found,
               coalesce((SELECT id FROM standing), (SELECT id FROM made)) AS id,
               coalesce((SELECT fresh FROM made), false) AS made
        """,
        [Param("actor"), Param("count"), *([Param("other")] if kind == "direct" else [])],
        actor=ACTOR,
        seen=seen.values("id"),
        kind=kind,
        direct_key=DIRECT_KEY if kind == "direct" else "NULL",
        told=told,
    )


@write(Touched)
def _mark() -> Command:
    return Command(
        """
        WITH place AS MATERIALIZED (
            SELECT m.id, least(%(message)s, coalesce(c.last_message_id, 0)) AS wanted
            FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id
            WHERE m.conversation_id = %(conversation)s AND m.user_id = %(actor)s
            AND m.left_at IS NULL
        ), done AS (
            UPDATE conversation_members m SET last_read_message_id = place.wanted FROM place
            WHERE m.id = place.id AND place.wanted > coalesce(m.last_read_message_id, 0)
            RETURNING 1
        )
        SELECT EXISTS (SELECT FROM place) AS found, EXISTS (SELECT FROM done) AS changed
        """,
        [*OWN, Param("message")],
    )


@write(Touched)
def _mute() -> Command:
    return Command(
        """
        WITH place AS MATERIALIZED (
            SELECT id FROM conversation_members
            WHERE conversation_id = %(conversation)s AND user_id = %(actor)s AND left_at IS NULL
        ), done AS (
            UPDATE conversation_members m SET muted_until = %(until)s FROM place
            WHERE m.id = place.id AND m.muted_until IS DISTINCT FROM %(until)s RETURNING 1
        )
        SELECT EXISTS (SELECT FROM place) AS found, EXISTS (SELECT FROM done) AS changed
        """,
        [*OWN, Param("until", MOMENT)],
    )


@write(Touched)
def _leave() -> Command:
    told = CONVERSATION_LEFT.row(
        "done",
        of="%(conversation)s",
        actor="%(actor)s",
        conversation_id="%(conversation)s",
        user_id="%(actor)s",
    )
    return Command(
        """
        WITH place AS MATERIALIZED (
            SELECT id FROM conversation_members
            WHERE conversation_id = %(conversation)s AND user_id = %(actor)s
        ), done AS (
            UPDATE conversation_members m SET left_at = now() FROM place
            WHERE m.id = place.id AND left_at IS NULL RETURNING 1
        ), told AS ({told})
        SELECT EXISTS (SELECT FROM place) AS found, EXISTS (SELECT FROM done) AS changed
        """,
        OWN,
        told=told,
    )
