"""What a case of a write is, and what the hand-written ones share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from skeletal.management.bench.floor import Cursor, Rows
from skeletal.management.bench.parts import (
    ACTIVE,
    AUDIENCE,
    LIVE,
    PUBLIC,
    UNBLOCKED,
    UNMUTED,
    VIDEO_AUDIENCE,
)
from skeletal.management.bench.report import Limit
from skeletal.management.bench.subjects import Ask, Subjects
from skeletal.models import User


class Way(NamedTuple):
    """How a contender does a thing, and undoes it with what doing it gave.

    `do(ask)`, `undo(ask, made)`; by hand both take the cursor first. What has no undo is taken
    away between the rounds.
    """

    do: Callable[..., Any]
    undo: Callable[..., Any] | None = None

    def call(self, ask: Ask) -> None:
        """The two, one after the other: what is timed."""
        made = self.do(ask)
        if self.undo is not None:
            self.undo(ask, made)


WITH_COMMIT = Limit("time", 1.5)


def _nothing(ask: Ask) -> bool:
    return False


@dataclass(frozen=True)
class WriteCase:
    """A write and its undoing, three ways, and how many statements ours send.

    `prepare` makes what the write needs, once for each ask. What `stands` already is left alone.
    `once` says that the same ask again would change nothing: a round has as many as it has calls.
    """

    name: str
    statements: int
    asks: Callable[[Subjects, int], Ask]
    ours: Way
    floor: Way
    ordinary: Way
    stands: Callable[[Ask], bool] = _nothing
    prepare: Callable[[Ask], Ask] = lambda ask: ask
    once: bool = False
    limit: Limit = WITH_COMMIT
    target_ms: float = 100


def _of_viewer(sql: str) -> str:
    return sql.replace("%s", "%(viewer)s")


ME = f"EXISTS (SELECT FROM users u WHERE u.id = %(viewer)s AND {ACTIVE})"
BY = f"JOIN users u ON u.id = x.author_id AND {ACTIVE}"
NOT_BLOCKED = _of_viewer(UNBLOCKED)
HEARD = _of_viewer(f"{LIVE} AND {UNBLOCKED} AND {UNMUTED}")
SEEN = f"{HEARD} AND {_of_viewer(AUDIENCE)}"
SEEN_BY_ALL = f"{HEARD} AND {_of_viewer(PUBLIC)}"
SEEN_VIDEO = f"{HEARD} AND {_of_viewer(VIDEO_AUDIENCE)}"
NAMED = f"""
ARRAY(SELECT u.id FROM users u WHERE u.username = ANY(%(people)s::text[]) AND {ACTIVE}
      AND {NOT_BLOCKED} ORDER BY u.id)
"""


def by_hand(sql: str) -> Callable[[Cursor, Mapping[str, Any]], Rows]:
    """A call that sends `sql` prepared, with values by name."""

    def call(cursor: Cursor, values: Mapping[str, Any]) -> Rows:
        rows: Rows = cursor.execute(sql, values, prepare=True).fetchall()
        return rows

    return call


def tell(name: str, aggregate: str, of: str, source: str, **payload: str) -> str:
    """SQL of the outbox row for each row of `source`, by the viewer; values are SQL."""
    pairs = ", ".join(f"'{field}', {value}" for field, value in payload.items())
    return f"""
    INSERT INTO outbox_events (name, version, aggregate_type, aggregate_id, actor_id, payload)
    SELECT '{name}', 1, '{aggregate}', {of}, %(viewer)s, jsonb_build_object({pairs}) FROM {source}
    """


def actor(ask: Ask) -> User:
    """Who acts, as ordinary code looks for them."""
    return User.objects.get(pk=ask.viewer, status="active", deleted_at=None)


def a_post(from_: Subjects, viewer: int) -> Ask:
    return Ask(viewer, from_.chance.choice(from_.posts))


def somebody(from_: Subjects, viewer: int) -> Ask:
    return Ask(viewer, from_.chance.choice([one for one in from_.people if one != viewer]))


def naming(from_: Subjects, *, tags: int, people: int) -> str:
    """A text that names known hashtags and people."""
    words = [f"#{tag}" for tag in from_.chance.sample(from_.tags, tags)]
    words += [f"@{name}" for name in from_.chance.sample(from_.names, people)]
    return " ".join(["Some words about", *words])
