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
