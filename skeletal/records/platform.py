"""What the platform says of itself."""

from skeletal.records.base import Record


class PlatformStatistics(Record, frozen=True, kw_only=True):
    """Totals over all rows that stand; `timestamp` is ISO 8601 in UTC."""

    users: int
    posts: int
    videos: int
    follows: int
    transactions: int
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
