"""When what lasts for a time ends."""

from datetime import UTC, datetime, timedelta

from skeletal.rules import limits
from skeletal.rules.values import whole_number


def end_after(seconds: int) -> datetime:
    """Return the time in `seconds` from now (1 to ten years), else raise InvalidInput."""
    shortest, longest = limits.LASTING
    wait = whole_number(seconds, "seconds", longest, shortest)
    return datetime.now(UTC) + timedelta(seconds=wait)


def end_of(seconds: int | None) -> datetime | None:
    """The same; None lasts for ever."""
    return None if seconds is None else end_after(seconds)
