"""Writes that a client may send again: the same key gives the first answer."""

import json
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from django.db import IntegrityError

from skeletal.db.transactions import execute_transaction
from skeletal.errors import Conflict
from skeletal.models import IdempotencyKey
from skeletal.records import Made
from skeletal.rules import texts
from skeletal.rules.ids import whole_id

LONGEST_KEY = 64


def once(user_id: int, key: str | None, arguments: dict[str, Any], work: Callable[[], int]) -> Made:
    """Run `work` in a transaction and return the id that it made; with a key at most once.

    Without a key: BEGIN and COMMIT around it. With one two statements more; of many calls at once
    one works and the others wait for its answer. Raises Conflict for a key that stands for other
    arguments, InvalidInput for one that is no text of 1 to 64 characters.
    """
    if key is None:
        return Made(id=execute_transaction(work), repeated=False)
    texts.text(key, field="idempotency_key", most=LONGEST_KEY, least=1)
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
    IdempotencyKey.objects.create(user_id=user_id, key=key, digest=digest, answer_id=made)
    return Made(id=made, repeated=False)


def _found(user_id: int, key: str, digest: bytes) -> Made | None:
    row = IdempotencyKey.objects.filter(user_id=user_id, key=key).first()
    if row is None:
        return None
    if bytes(row.digest) != digest:
        raise Conflict("this key stands for another request", field="idempotency_key")
    return Made(id=row.answer_id, repeated=True)


def _digest(arguments: dict[str, Any]) -> bytes:
    text = json.dumps(arguments, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=16).digest()
