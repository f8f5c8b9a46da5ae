"""What reads of posts and of videos have in common: the public's rows, and those of late."""

from datetime import UTC, datetime, timedelta

from skeletal.db.ids import compose, milliseconds
from skeletal.errors import InvalidInput
from skeletal.queries.visibility import PUBLIC, Rows, Sight, visible

MOST_DAYS = 30


def public(rows: Rows, sight: Sight) -> Rows:
    return visible(rows.filter(visibility="public"), sight, known=PUBLIC)


def since(days: int) -> int:
    """The smallest id of a row made in the last `days`."""
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"days must be between 1 and {MOST_DAYS}", field="days")
    return compose(milliseconds(datetime.now(UTC) - timedelta(days=days)), 0, 0)
