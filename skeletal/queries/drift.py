"""Where a counter is not what its sources say, and what the log of differences still holds."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from itertools import groupby
from operator import attrgetter

from django.apps import apps
from django.db import connections, transaction

from skeletal import metrics
from skeletal.db import probe
from skeletal.db.ids import moment_of
from skeletal.db.triggers import Tally, tallies_of
from skeletal.errors import Unavailable
from skeletal.models.content.posts import LISTED
from skeletal.queries.counters import TARGETS
from skeletal.records.platform import Backlog, Drift, OpenDifferences

WIDE = 1_000_000
"""Objects compared in one statement that only reads: each source is read once in its order."""
SEEN = 100_000
"""Open differences that a glance counts at most."""

SPAN = "{0} > %(after)s AND {0} <= %(last)s"
NEXT = """
    SELECT max(object_id) FROM (
        SELECT {key} AS object_id FROM {table} WHERE {key} > %(after)s ORDER BY {key} LIMIT %(size)s
    ) AS chosen
"""
COMPARED = """
    WITH opened AS (
        SELECT object_id, sum(delta) AS n FROM counter_deltas
        WHERE object_type = '{kind}' AND counter = '{counter}' AND {open} GROUP BY object_id
    ), standing AS (
        SELECT object_id, count(*) AS n FROM ({sources}) AS source GROUP BY object_id
    ), compared AS (
        SELECT target.{key} AS object_id, coalesce(standing.n, 0) AS counted,
               target.{counter} + coalesce(opened.n, 0)::bigint AS kept
        FROM {table} AS target LEFT JOIN opened ON opened.object_id = target.{key}
        LEFT JOIN standing ON standing.object_id = target.{key} WHERE {these}
    ), drift AS (SELECT * FROM compared WHERE kept {differs} counted){besides}
    SELECT object_id, kept, counted FROM drift ORDER BY object_id
"""
"""Column, open differences and sources in one statement: one snapshot, so no fold is in between."""

MEMORY = "SET LOCAL work_mem = '64MB'"
"""A hash of one range does not go to disk."""
LISTED_WRONGLY = f"""
    SELECT tagged.id, tagged.listed::int, {LISTED.format(row="posts")}::int
    FROM post_hashtags AS tagged JOIN posts ON posts.id = tagged.post_id
    WHERE {SPAN.format("tagged.post_id")} AND tagged.listed <> {LISTED.format(row="posts")}
    ORDER BY tagged.id
"""  # noqa: S608 - constants of ours
OPEN = """
    SELECT object_type, counter, count(*), sum(delta)::bigint, min(id), clock_timestamp()
    FROM counter_deltas GROUP BY object_type, counter ORDER BY object_type, counter
"""
GLANCE = f"""
    SELECT count(*), min(id), clock_timestamp()
    FROM (SELECT id FROM counter_deltas LIMIT {SEEN}) AS seen
"""  # noqa: S608 - a constant of ours

Rows = list[tuple[int, int, int]]
Compare = Callable[[str, dict[str, int]], Rows]


@dataclass(frozen=True)
class Counter:
    """A counter column and what counts towards it: tables with their tallies.

    A `lasting` counter keeps what it counted when the row goes, so its sources say the least that
    it may be.
    """

    kind: str
    name: str
    sources: tuple[tuple[str, Tally], ...]
    lasting: bool = False

    def comparison(self, besides: str = "") -> str:
        """SQL that compares one range; `besides` is a CTE that does something with `drift`."""
        table, key = self._target()
        return COMPARED.format(
            kind=self.kind,
            counter=self.name,
            table=table,
            key=key,
            open=SPAN.format("object_id"),
            these=SPAN.format(f"target.{key}"),
            sources=" UNION ALL ".join(t.standing(name, SPAN) for name, t in self.sources),
            differs="<" if self.lasting else "<>",
            besides=besides,
        )

    def ends(self, using: str, size: int) -> Iterator[dict[str, int]]:
        """The ranges of `size` objects, as the ids before and at their ends: 1 statement each."""
        return _ends(*self._target(), using, size)

    def _target(self) -> tuple[str, str]:
        target = TARGETS[self.kind]._meta
        return target.db_table, str(target.pk.column) if target.pk else "id"


class Listing:
    """What counters of hashtags believe: which rows are listed, compared with their posts.

    A row of `post_hashtags` counts where it is listed; 1 where it is or ought to be, else 0.
    """

    kind, name = "post_hashtag", "listed"

    def comparison(self, besides: str = "") -> str:
        return LISTED_WRONGLY + besides

    def ends(self, using: str, size: int) -> Iterator[dict[str, int]]:
        """The ranges of `size` posts."""
        return _ends("posts", "id", using, size)


LISTING = Listing()


@cache
def counters() -> tuple[Counter, ...]:
    """Every counter, from the declarations that make the counting triggers."""
    found = sorted(
        (
            (tally.target, tally.counter, model._meta.db_table, tally, leaves)
            for model in apps.get_app_config("skeletal").get_models()
            for tally, leaves in tallies_of(model)
        ),
        key=lambda row: row[:3],
    )
    return tuple(
        Counter(kind, name, tuple(row[2:4] for row in rows), not all(row[4] for row in rows))
        for (kind, name), rows in ((key, list(each)) for key, each in groupby(found, _counter))
    )


def list_drift(*, size: int = WIDE, using: str = "default", hands: int = 1) -> Iterator[Drift]:
    """Each object whose counter is not what its sources say, in order of kind, counter and id.

    Before them come the rows of `post_hashtags` that are listed and ought not to be, or the other
    way: the counters of hashtags believe them.

    Column and open differences are compared with the count of the sources: one statement for
    each counter and `size` objects, each of its own snapshot, so that writers and the sweep may
    be at work and no long snapshot holds vacuum back; 1 or 2 s for a million. Counters of what was
    counted once and for all (views) are wrong only where they are below the rows that stand.
    With more than one of `hands` as many kinds at a time are compared, each on a connection of
    its own, so that an open transaction of the caller is not seen.
    """
    these: list[Counter | Listing] = [LISTING, *counters()]
    if hands == 1:
        yield from _drift_of(these, size, using)
        return
    with ThreadPoolExecutor(hands) as pool:
        kinds = [list(alike) for _, alike in groupby(these, attrgetter("kind"))]
        for found in pool.map(partial(_apart, size=size, using=using), kinds):
            yield from found


def compared(
    these: Iterable[Counter | Listing],
    compare: Compare,
    *,
    size: int,
    using: str,
    besides: str = "",
) -> Iterator[Drift]:
    """Walk the objects of each kind in ranges by key; `compare` sends each statement.

    The ranges are found once for all counters of a kind. What is made later is not looked at.
    """
    for _, alike in groupby(these, attrgetter("kind")):
        ends: list[dict[str, int]] | None = None
        for counter in alike:
            ends = list(counter.ends(using, size)) if ends is None else ends
            sql = counter.comparison(besides.format(counter=counter))
            for place in ends:
                for row in compare(sql, place):
                    yield drift_of(counter, row)


def drift_of(counter: Counter | Listing, row: tuple[int, int, int]) -> Drift:
    object_id, kept, counted = row
    return Drift(
        object_type=counter.kind,
        object_id=object_id,
        counter=counter.name,
        kept=kept,
        counted=counted,
    )


def _drift_of(these: Iterable[Counter | Listing], size: int, using: str) -> Iterator[Drift]:
    def compare(sql: str, place: dict[str, int]) -> Rows:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute(MEMORY)
            cursor.execute(sql, place)
            found: Rows = cursor.fetchall()
        return found

    return compared(these, compare, size=size, using=using)


def _apart(these: list[Counter | Listing], size: int, using: str) -> list[Drift]:
    """The same on a connection of its own, which is closed afterwards."""
    try:
        return list(_drift_of(these, size, using))
    finally:
        connections[using].close()


def _ends(table: str, key: str, using: str, size: int) -> Iterator[dict[str, int]]:
    sql, place = NEXT.format(table=table, key=key), {"after": -1, "size": size}
    while True:
        with connections[using].cursor() as cursor:
            cursor.execute(sql, place)
            (last,) = cursor.fetchone()
        if last is None:
            return
        yield {"after": place["after"], "last": last}
        place["after"] = last


def get_backlog(*, using: str = "default") -> Backlog:
    """What the log holds at this moment, by object type and counter: 1 statement, a scan of it."""
    with connections[using].cursor() as cursor:
        cursor.execute(OPEN)
        rows = cursor.fetchall()
    return Backlog(
        open=sum(row[2] for row in rows),
        oldest_seconds=max((_age(row[4], row[5]) for row in rows), default=0.0),
        counters=[
            OpenDifferences(object_type=row[0], counter=row[1], open=row[2], sum=row[3])
            for row in rows
        ],
    )


def observe_backlog() -> None:
    """Record the gauges of the log, past the pool: 1 statement that reads 100,000 rows at most.

    Where the database cannot be asked, the gauges are not a number and the refusal is counted.
    """
    try:
        opened, oldest, moment = probe.row(GLANCE)
    except Unavailable as error:
        metrics.DATABASE_REFUSALS.labels(error.code).inc()
        opened, age = float("nan"), float("nan")
    else:
        age = _age(oldest, moment)
    metrics.COUNTERS_OPEN.set(opened)
    metrics.COUNTERS_OLDEST.set(age)


def _counter(row: tuple[str, str, str, Tally, bool]) -> tuple[str, str]:
    return row[:2]


def _age(oldest: int | None, moment: datetime) -> float:
    if oldest is None:
        return 0.0
    return max(0.0, round((moment - moment_of(oldest)).total_seconds(), 3))
