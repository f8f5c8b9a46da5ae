"""What the platform says of itself."""

from skeletal.records.base import Count, Record


class PlatformStats(Record, frozen=True, kw_only=True):
    """Totals over all rows that stand; posts and videos are those that are live."""

    users: Count
    posts: Count
    videos: Count
    follows: Count
    transactions: Count


class PlatformStatistics(PlatformStats, frozen=True, kw_only=True):
    """The totals and when they were read; `timestamp` is ISO 8601 in UTC."""

    timestamp: str


class OutboxState(Record, frozen=True, kw_only=True):
    """Events that are not done: on their way, the age of the oldest in seconds, and given up."""

    open: Count
    oldest_seconds: Count
    given_up: Count


class HealthReport(Record, frozen=True, kw_only=True):
    """`status` is healthy or unhealthy; `database` names the server and its round trip."""

    status: str
    database: str
    timestamp: str


class Readiness(Record, frozen=True, kw_only=True):
    """`status` is ready, degraded (Redis away), schema_behind, schema_ahead or unavailable."""

    status: str
    detail: str
    timestamp: str


class Drift(Record, frozen=True, kw_only=True):
    """A counter that is wrong: `kept` with its open differences, `counted` from its sources."""

    object_type: str
    object_id: int
    counter: str
    kept: int
    counted: int


class OpenDifferences(Record, frozen=True, kw_only=True):
    """How many differences of one counter are not folded yet, and what they come to."""

    object_type: str
    counter: str
    open: int
    sum: int


class Backlog(Record, frozen=True, kw_only=True):
    """The log of differences: how many are open, the age of the oldest, and each counter's."""

    open: int
    oldest_seconds: float
    counters: list[OpenDifferences]
