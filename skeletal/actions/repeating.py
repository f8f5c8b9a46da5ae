"""Writes that a client may send again: the same key gives the first answer."""

import json
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from django.db import IntegrityError
from django.db.models import BinaryField

from skeletal.db.prepared import TEXT, Command, Param, write
from skeletal.db.transactions import execute_transaction
from skeletal.errors import KeyReused
from skeletal.records import Id, Made, Record
from skeletal.rules import limits, texts
from skeletal.rules.ids import whole_id

DIGEST: "BinaryField[Any, Any]" = BinaryField()


def once(user_id: int, key: str | None, arguments: dict[str, Any], work: Callable[[], int]) -> Made:
    """Run `work` in a transaction and return the id that it made; with a key at most once.

    Without a key: BEGIN and COMMIT around it. With one two statements more; of many calls at once
    one works and the others wait for its answer. Raises KeyReused for a key that stands for other
    arguments, InvalidInput for one that is no text of 1 to 64 characters.
    """
    if key is None:
        return Made(id=execute_transaction(work), repeated=False)
    texts.text(key, field="idempotency_key", most=limits.KEY, least=1)
    whole_id(user_id, "user_id")
    digest = _digest(arguments)
    try:
        return execute_transaction(lambda: _first(user_id, key, digest, work))
    except IntegrityError:
        answer = _found(user_id, key, digest)
        if answer is None:
            raise
        return answer


def _first(user_id: int, key: str, digest: bytes, work: Callable[[], int]) -> Made:
    answer = _found(user_id, key, digest)
    if answer is not None:
        return answer
    made = work()
    _keep().first(user_id=user_id, key=key, digest=digest, answer_id=made)
    return Made(id=made, repeated=False)


def _found(user_id: int, key: str, digest: bytes) -> Made | None:
    answer = _look().first(user_id=user_id, key=key, digest=digest)
    if answer is None:
        return None
    if not answer.same:
        raise KeyReused("this key stands for another request", field="idempotency_key")
    return Made(id=answer.answer_id, repeated=True)


def _digest(arguments: dict[str, Any]) -> bytes:
    text = json.dumps(arguments, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=16).digest()


class Answer(Record, frozen=True, kw_only=True):
    """What a key stands for, and whether for these arguments."""

    answer_id: Id
    same: bool


@write(Answer)
def _look() -> Command:
    return Command(
        """
        SELECT answer_id, digest = %(digest)s AS same FROM idempotency_keys
        WHERE user_id = %(user_id)s AND key = %(key)s
        """,
        [Param("user_id"), Param("key", TEXT), Param("digest", DIGEST)],
    )


@write(int)
def _keep() -> Command:
    return Command(
        """
        INSERT INTO idempotency_keys (user_id, key, digest, answer_id)
        VALUES (%(user_id)s, %(key)s, %(digest)s, %(answer_id)s) RETURNING id
        """,
        [Param("user_id"), Param("key", TEXT), Param("digest", DIGEST), Param("answer_id")],
    )
