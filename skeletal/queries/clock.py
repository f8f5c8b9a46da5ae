"""The time as answers tell it."""

from datetime import UTC, datetime


def now() -> str:
    """This second in UTC, ISO 8601 with a Z."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
