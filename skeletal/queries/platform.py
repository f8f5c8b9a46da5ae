"""Figures over the whole platform, from maintained totals."""

from django.db import connection

from skeletal.errors import NotFound
from skeletal.queries.clock import now
from skeletal.records.platform import PlatformStatistics

FIGURES = ("users", "posts", "videos", "follows", "transactions")
STATISTICS = f"""
    SELECT {
    ", ".join(
        f"t.{name}_count + coalesce(sum(d.delta) FILTER (WHERE d.counter = '{name}_count'), 0)"
        for name in FIGURES
    )
}
    FROM platform_totals t
    LEFT JOIN counter_deltas d ON d.object_type = 'platform' AND d.object_id = t.id
    GROUP BY t.id
"""  # noqa: S608 - built of the constants above


def get_statistics() -> PlatformStatistics:
    """Totals of users, live posts, live videos, follows and transactions, exact at this moment.

    One statement: the row of totals and the differences not yet folded into it.
    """
    with connection.cursor() as cursor:
        cursor.execute(STATISTICS)
        row = cursor.fetchone()
    if row is None:
        raise NotFound("the row of platform totals is missing; run `manage.py init`")
    figures = dict(zip(FIGURES, map(int, row), strict=True))
    return PlatformStatistics(**figures, timestamp=now())
