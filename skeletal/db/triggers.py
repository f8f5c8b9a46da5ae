"""Counting triggers: a statement on a source table appends its differences to a log."""

from dataclasses import dataclass
from typing import Any

import pgtrigger

_rows: Any = pgtrigger.Referencing  # its own types are missing
EVENTS: dict[str, tuple[Any, Any]] = {
    "insert": (pgtrigger.Insert, _rows(new="new_rows")),
    "delete": (pgtrigger.Delete, _rows(old="old_rows")),
    "update": (pgtrigger.Update, _rows(old="old_rows", new="new_rows")),
}
SOURCES = {
    "insert": ("1 AS n FROM new_rows",),
    "delete": ("-1 AS n FROM old_rows",),
    "update": ("1 AS n FROM new_rows", "-1 AS n FROM old_rows"),
}


@dataclass(frozen=True)
class Tally:
    """Rows where `where` holds count towards `counter` of the `target` whose id is `key`.

    `key` is a column of the source table or a constant; `target` is an object type of
    `counter_deltas`.
    """

    target: str
    key: str
    counter: str
    where: str = "true"

    def differences(self, event: str) -> str:
        """SELECT of one row per changed object: type, id, counter, difference."""
        rows = " UNION ALL ".join(
            f"SELECT {self.key}::bigint AS object_id, {source} "
            f"WHERE {self.key} IS NOT NULL AND ({self.where})"
            for source in SOURCES[event]
        )
        return (
            f"SELECT '{self.target}', object_id, '{self.counter}', sum(n) "
            f"FROM ({rows}) AS changed GROUP BY object_id HAVING sum(n) <> 0"
        )


def counted_by(
    *tallies: Tally, mutable: bool = False, events: tuple[str, ...] = ("insert", "delete")
) -> list[pgtrigger.Trigger]:
    """Statement triggers that keep the tallies of one source table.

    `mutable` says that an UPDATE can change what counts (deletion mark, status, parent). What was
    counted once and for all, and is deleted when it is old, counts on "insert" alone.
    """
    events = (*events, "update") if mutable else events
    return [_counting_trigger(event, tallies) for event in events]


def _counting_trigger(event: str, tallies: tuple[Tally, ...]) -> pgtrigger.Trigger:
    operation, referencing = EVENTS[event]
    selects = " UNION ALL ".join(tally.differences(event) for tally in tallies)
    return pgtrigger.Trigger(
        name=f"count_{event}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=referencing,
        func=(
            "INSERT INTO counter_deltas (object_type, object_id, counter, delta) "
            f"{selects}; RETURN NULL;"
        ),
    )
