"""Facts for others: one row in the outbox, in the transaction that makes the fact true.

A fact's payload holds ids, words of ours and numbers, never what a person wrote or is called.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skeletal.models import OutboxEvent

KINDS: dict[str, dict[str, Any]] = {
    "id": {"type": "string", "pattern": "^[0-9]+$"},
    "id?": {"type": ["string", "null"], "pattern": "^[0-9]+$"},
    "ids": {"type": "array", "items": {"type": "string", "pattern": "^[0-9]+$"}},
    "word": {"type": "string", "pattern": "^[a-z_]+$"},
    "number": {"type": "integer"},
}
"""What a field of a payload may hold, as JSON Schema."""

ROW = """
INSERT INTO outbox_events (name, version, aggregate_type, aggregate_id, actor_id, payload)
SELECT '{fact.name}', {fact.version}, '{fact.aggregate}', {of}, {actor}, jsonb_build_object({pairs})
FROM {source} RETURNING id
"""


@dataclass(frozen=True)
class Fact:
    """What can be told: its name, the kind of thing it is about, and the fields of its payload."""

    name: str
    aggregate: str
    sentence: str
    fields: Mapping[str, str]
    version: int = 1

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the payload."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"{self.name} v{self.version}",
            "description": self.sentence,
            "type": "object",
            "properties": {name: KINDS[kind] for name, kind in self.fields.items()},
            "required": list(self.fields),
            "additionalProperties": False,
        }

    def row(self, source: str, *, of: str, actor: str, **values: str) -> str:
        """SQL that writes one row for each row of `source` (a FROM clause); all values are SQL.

        `of` is the id of the thing that the fact is about.
        """
        self._require(values)
        pairs = ", ".join(f"'{name}', {self._as_json(name, values[name])}" for name in self.fields)
        return ROW.format(fact=self, of=of, actor=actor, pairs=pairs, source=source)

    def tell(self, *, of: int, actor: int | None, **values: Any) -> None:
        """Write one row, in the transaction that the caller has open: 1 statement."""
        self._require(values)
        OutboxEvent.objects.create(
            name=self.name,
            version=self.version,
            aggregate_type=self.aggregate,
            aggregate_id=of,
            actor_id=actor,
            payload={name: self._plain(name, values[name]) for name in self.fields},
        )

    def _require(self, values: Mapping[str, Any]) -> None:
        if values.keys() != self.fields.keys():
            raise TypeError(f"{self.name} holds {list(self.fields)}, not {list(values)}")

    def _as_json(self, name: str, sql: str) -> str:
        kind = self.fields[name]
        if kind == "ids":
            return f"to_jsonb(({sql})::text[])"
        return f"({sql})::text" if kind in ("id", "id?", "word") else sql

    def _plain(self, name: str, value: Any) -> Any:
        if value is None:
            return None
        kind = self.fields[name]
        if kind == "ids":
            return [str(one) for one in value]
        return str(value) if kind in ("id", "id?") else value


FACTS: dict[str, Fact] = {}
"""Every fact by name: `docs/events.md` shows them, `jobs` maps them to actions."""


def fact(name: str, aggregate: str, sentence: str, **fields: str) -> Fact:
    """Declare a fact; its fields are named by the keys of KINDS."""
    made = FACTS[name] = Fact(name, aggregate, sentence, fields)
    return made
