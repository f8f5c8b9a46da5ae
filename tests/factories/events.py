"""Facts in the outbox, and keys of writes that may be sent twice."""

from typing import Any

from skeletal import models as m
from tests.factories.base import make, number
from tests.factories.users import make_user


def make_event(**overrides: Any) -> m.OutboxEvent:
    return make(
        m.OutboxEvent,
        overrides,
        name="user.muted",
        aggregate_type="user",
        aggregate_id=number,
        payload={"muter_id": "1", "muted_id": "2"},
    )


def make_idempotency_key(**overrides: Any) -> m.IdempotencyKey:
    return make(
        m.IdempotencyKey,
        overrides,
        user=make_user,
        key=lambda: f"key{number()}",
        digest=b"0123456789abcdef",
        answer_id=number,
    )
