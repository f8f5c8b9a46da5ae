"""How warm a thing is: what an event weighs, and how fast that fades."""

from collections.abc import Mapping

HALF_LIFE = 24
"""Hours after which an event weighs half."""
ETERNITY = 1000 * HALF_LIFE
"""Hours beyond which, back or ahead, time changes a weight no more: 2 ** 1000 is still a float."""
DATED_DAYS = 14
"""An event of an older row is counted and warms nothing."""
COLD_DAYS = 10
"""What weighs less than one event of weight 1 so long ago is cold: it does not trend."""
RANKED_DAYS = 30
"""Posts are ranked by likes for as long, warm or not."""
WEIGHTS: Mapping[str, Mapping[str, int]] = {
    "post": {"likes_count": 1, "comments_count": 2, "reposts_count": 3},
    "video": {"views_count": 1, "likes_count": 2, "comments_count": 3},
    "hashtag": {"posts_count": 1},
}
"""What one event of a counter weighs, by kind of object."""


def coldest(hour: int) -> float:
    """The score below which nothing trends, at an hour since 2010."""
    return hour / HALF_LIFE - COLD_DAYS * 24 / HALF_LIFE
