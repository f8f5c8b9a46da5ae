"""What stands in the outbox."""

from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from skeletal.actions.events import FACTS
from skeletal.models import OutboxEvent


def told() -> list[tuple[str, dict[str, Any]]]:
    """Name and payload of every fact since the last call, each as its schema wants it."""
    rows = list(OutboxEvent.objects.order_by("id"))
    for row in rows:
        fact = FACTS[row.name]
        Draft202012Validator(fact.schema).validate(row.payload)
        assert (row.version, row.aggregate_type) == (fact.version, fact.aggregate)
    OutboxEvent.objects.all().delete()
    return [(row.name, row.payload) for row in rows]
