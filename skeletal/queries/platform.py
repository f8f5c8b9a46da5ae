"""Figures over the whole platform, from maintained totals."""

from msgspec.structs import asdict

from skeletal.db.prepared import handwritten
from skeletal.errors import NotFound
from skeletal.queries.clock import now
from skeletal.records.platform import OutboxState, PlatformStatistics, PlatformStats
from skeletal.rules import limits

EXACT = ", ".join(
    f"(t.{name}_count + coalesce(sum(d.delta) FILTER (WHERE d.counter = '{name}_count'), 0))"
    f"::bigint AS {name}"
    for name in PlatformStats.__struct_fields__
)
_totals = handwritten(
    PlatformStats,
    f"""
    SELECT {EXACT}
    FROM platform_totals t
    LEFT JOIN counter_deltas d ON d.object_type = 'platform' AND d.object_id = t.id
    GROUP BY t.id
    """,  # noqa: S608 - built of the record's own fields
    name="platform.totals",
)

MOST_COUNTED = 100_000
_outbox = handwritten(
    OutboxState,
    f"""
    SELECT count(*) FILTER (WHERE attempts < {limits.EVENT_ATTEMPTS}) AS open,
           coalesce(extract(epoch FROM statement_timestamp() - min(created_at) FILTER (
               WHERE attempts < {limits.EVENT_ATTEMPTS}
           )), 0)::bigint AS oldest_seconds,
           count(*) FILTER (WHERE attempts >= {limits.EVENT_ATTEMPTS}) AS given_up
    FROM (
        SELECT attempts, created_at FROM outbox_events WHERE done_at IS NULL
        ORDER BY id LIMIT {MOST_COUNTED}
    ) waiting
    """,  # noqa: S608 - numbers of ours
    name="platform.outbox",
)


def get_platform_stats() -> PlatformStats:
    """Totals of users, live posts, live videos, follows and transactions, exact at this moment.

    One statement: the row of totals and the differences not yet folded into it. Raises NotFound
    where that row is missing.
    """
    totals = _totals().first()
    if totals is None:
        raise NotFound("the row of platform totals is missing; run `manage.py init`")
    return totals


def get_statistics() -> PlatformStatistics:
    """The same, with the time of this answer."""
    return PlatformStatistics(**asdict(get_platform_stats()), timestamp=now())


def get_outbox_state() -> OutboxState:
    """How many events wait, how long the oldest has, and how many are given up: 1 statement.

    Of more than 100,000 that are not done only the oldest are counted.
    """
    state = _outbox().first()
    assert state is not None  # noqa: S101 - an aggregate always gives one row
    return state
