"""Keyword filters: what a person does not want to read. Nobody else learns of them."""

from collections.abc import Iterable
from typing import Any

from skeletal.actions.acting import ACTOR, conflicting, require
from skeletal.actions.lasting import end_of
from skeletal.actions.social.making import once_in_turn
from skeletal.db.prepared import MOMENT, TEXT, TEXTS, TRUTH, Command, Param, write
from skeletal.db.transactions import execute_transaction
from skeletal.errors import Conflict, InvalidInput
from skeletal.records import Made, Record
from skeletal.records.social import Changed
from skeletal.rules import filters, texts, words
from skeletal.rules.values import flag, word

MOST_FILTERS = 100
TAKEN = "this phrase is filtered already"
VALUES = [
    Param("actor"),
    *(Param(name, TEXT) for name in ("phrase", "shown", "action")),
    Param("whole_word", TRUTH),
    Param("contexts", TEXTS),
    Param("expires_at", MOMENT),
]


class MadeFilter(Record, frozen=True, kw_only=True):
    """The answer of the statement: `id` is None where nothing was made."""

    allowed: bool
    found: bool
    room: bool
    id: int | None


class Answered(Record, frozen=True, kw_only=True):
    """The answer of the other statement."""

    allowed: bool
    found: bool
    changed: bool


def create_keyword_filter(
    user_id: int,
    phrase: str,
    *,
    contexts: Iterable[str] = filters.CONTEXTS,
    whole_word: bool = True,
    action: str = "hide",
    seconds: int | None = None,
    idempotency_key: str | None = None,
) -> Made:
    """Hide what holds a phrase, or mark it with "warn", in some places: 2 statements.

    2 more with a key. For ever, or for `seconds` from now (1 to ten years). The phrase has at most
    100 characters; spelling does not matter. Raises Forbidden for an account that is not active,
    Conflict where another filter of theirs has the phrase or 100 stand, and for a key that stands
    for another request; InvalidInput.
    """
    values = _values(phrase, contexts, whole_word, action, seconds)

    def work() -> int:
        made = require(_create().first(actor=user_id, most=MOST_FILTERS, **values), "filter")
        if not made.room:
            raise Conflict(f"at most {MOST_FILTERS} filters", field="phrase")
        if made.id is None:
            raise Conflict(TAKEN, field="phrase")
        return made.id

    return once_in_turn(
        user_id, idempotency_key, {"filter": {**values, "expires_at": seconds}}, work
    )


def update_keyword_filter(
    user_id: int,
    filter_id: int,
    phrase: str,
    *,
    contexts: Iterable[str] = filters.CONTEXTS,
    whole_word: bool = True,
    action: str = "hide",
    seconds: int | None = None,
) -> Changed:
    """Set all of a filter anew: 1 statement. Repeatable; `changed` is always true.

    Raises NotFound for a filter that is absent or another's, and what `create_keyword_filter`
    raises.
    """
    values = _values(phrase, contexts, whole_word, action, seconds)
    with conflicting(uq_keyword_filter=("phrase", TAKEN)):
        answer = execute_transaction(
            lambda: _update().first(actor=user_id, filter=filter_id, **values)
        )
    return Changed(changed=require(answer, "filter").changed)


def delete_keyword_filter(user_id: int, filter_id: int) -> Changed:
    """Take a filter away: 1 statement. Repeatable; one that is absent or another's is no error."""
    return Changed(changed=_delete().first(actor=user_id, filter=filter_id) is not None)


def _values(
    phrase: object, contexts: Iterable[str], whole_word: object, action: object, seconds: int | None
) -> dict[str, Any]:
    shown = texts.text(phrase, field="phrase", most=filters.LONGEST_SHOWN, least=1).strip()
    return {
        "shown": shown,
        "phrase": filters.phrase(shown),
        "contexts": _contexts(contexts),
        "whole_word": flag(whole_word, "whole_word"),
        "action": word(action, words.FILTERS, "action"),
        "expires_at": end_of(seconds),
    }


def _contexts(given: object) -> list[str]:
    """Each once, in the order of the rule."""
    plain = isinstance(given, list | tuple | set | frozenset)
    wanted = list(given) if plain else []  # type: ignore[call-overload]
    if not wanted or not all(one in filters.CONTEXTS for one in wanted):
        raise InvalidInput(f"contexts must be of {filters.CONTEXTS}", field="contexts")
    return [one for one in filters.CONTEXTS if one in wanted]


@write(MadeFilter)
def _create() -> Command:
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), room AS MATERIALIZED (
            SELECT FROM keyword_filters WHERE user_id = %(actor)s
            HAVING count(*) < %(most)s
        ), done AS (
            INSERT INTO keyword_filters (
                user_id, phrase, shown, whole_word, contexts, action, expires_at, updated_at
            )
            SELECT actor.id, %(phrase)s, %(shown)s, %(whole_word)s, %(contexts)s, %(action)s,
                   %(expires_at)s, now()
            FROM actor, room ON CONFLICT DO NOTHING RETURNING id
        )
        SELECT EXISTS (SELECT FROM actor) AS allowed, true AS found,
               EXISTS (SELECT FROM room) AS room, (SELECT id FROM done) AS id
        """,
        [*VALUES, Param("most")],
        actor=ACTOR,
    )


@write(Answered)
def _update() -> Command:
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), done AS (
            UPDATE keyword_filters SET
                phrase = %(phrase)s, shown = %(shown)s, whole_word = %(whole_word)s,
                contexts = %(contexts)s, action = %(action)s, expires_at = %(expires_at)s,
                updated_at = now()
            FROM actor WHERE keyword_filters.id = %(filter)s AND user_id = actor.id
            RETURNING keyword_filters.id
        )
        SELECT EXISTS (SELECT FROM actor) AS allowed, EXISTS (SELECT FROM done) AS found,
               true AS changed
        """,
        [*VALUES, Param("filter")],
        actor=ACTOR,
    )


@write(int)
def _delete() -> Command:
    return Command(
        """
        DELETE FROM keyword_filters WHERE id = %(filter)s AND user_id = %(actor)s RETURNING id
        """,
        [Param("actor"), Param("filter")],
    )
