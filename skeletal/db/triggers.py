"""Counting triggers: a statement on a source table appends its differences to a log."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.db import models

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
    `counter_deltas`. Of a `dated` one the differences also say in which hour the rows were made, so
    that a row which goes takes along just what it brought.
    """

    target: str
    key: str
    counter: str
    where: str = "true"
    dated: bool = False

    def differences(self, event: str) -> str:
        """SELECT of one row per changed object: type, id, counter, difference; dated, its hour."""
        hour, dated = (", hour", ", daira_hour(id) AS hour") if self.dated else ("", "")
        rows = " UNION ALL ".join(
            f"SELECT {self.key}::bigint AS object_id{dated}, {source} "
            f"WHERE {self.key} IS NOT NULL AND ({self.where})"
            for source in SOURCES[event]
        )
        return (
            f"SELECT '{self.target}', object_id, '{self.counter}', sum(n){hour} "
            f"FROM ({rows}) AS changed GROUP BY object_id{hour} HAVING sum(n) <> 0"
        )

    def standing(self, table: str, span: str) -> str:
        """SELECT of the object's id for each row of `table` that counts towards one in a range.

        `span` is the condition that the id `{}` lies in the range.
        """
        return (
            f"SELECT {self.key}::bigint AS object_id FROM {table} "
            f"WHERE {span.format(self.key)} AND ({self.where})"
        )


class CountingTrigger(pgtrigger.Trigger):
    """The trigger of one event; it remembers its tallies, so that they can be verified."""

    def __init__(self, event: str, tallies: tuple[Tally, ...]) -> None:
        self.event, self.tallies = event, tallies
        operation, referencing = EVENTS[event]
        appended = [_differences(tallies, event, dated) for dated in (False, True)]
        super().__init__(
            name=f"count_{event}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=referencing,
            func=f"{' '.join(filter(None, appended))} RETURN NULL;",
        )


def counted_by(
    *tallies: Tally, mutable: bool = False, events: tuple[str, ...] = ("insert", "delete")
) -> list[pgtrigger.Trigger]:
    """Statement triggers that keep the tallies of one source table, and refuse its TRUNCATE.

    `mutable` says that an UPDATE can change what counts (deletion mark, status, parent). What was
    counted once and for all, and is deleted when it is old, counts on "insert" alone.
    """
    events = (*events, "update") if mutable else events
    return [*(CountingTrigger(event, tallies) for event in events), no_truncate()]


def no_truncate() -> pgtrigger.Trigger:
    """TRUNCATE fires no DELETE trigger: what was counted would stay counted."""
    return pgtrigger.Trigger(
        name="no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=(
            "RAISE EXCEPTION USING ERRCODE = 'restrict_violation', "
            "MESSAGE = TG_TABLE_NAME || ' is counted and cannot be truncated'; RETURN NULL;"
        ),
    )


def tallies_of(model: type[models.Model]) -> "Iterator[tuple[Tally, bool]]":
    """Each tally of a source table, and whether a row that goes takes its count along."""
    triggers = getattr(model._meta, "triggers", [])
    counting = {t.event: t.tallies for t in triggers if isinstance(t, CountingTrigger)}
    for tally in counting.get("insert", ()):
        yield tally, "delete" in counting


def _differences(tallies: Iterable[Tally], event: str, dated: bool) -> str:
    """INSERT of the differences of those tallies that are dated, or of those that are not."""
    selects = " UNION ALL ".join(t.differences(event) for t in tallies if t.dated is dated)
    columns = "object_type, object_id, counter, delta" + (", hour" if dated else "")
    return f"INSERT INTO counter_deltas ({columns}) {selects};" if selects else ""
