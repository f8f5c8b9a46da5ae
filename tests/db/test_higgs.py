"""A real week of a social network by pages: 563,069 events, most at the same second as another."""

import lzma
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from skeletal.db.loading import keyset_paginate
from tests.conftest import owner
from tests.db.walking import walk

pytestmark = pytest.mark.slow

EVENTS, HOT_PERSON, HOT_EVENTS = 563_069, 88, 35_988
ORDERS = [("-epoch_seconds",), ("-epoch_seconds", "id")]
CREATE = """
CREATE TABLE higgs_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor int NOT NULL, target int NOT NULL, epoch_seconds int NOT NULL, action text NOT NULL
);
GRANT SELECT ON higgs_events TO PUBLIC"""
INDEX = """
CREATE INDEX ON higgs_events (epoch_seconds DESC, id DESC);
CREATE INDEX ON higgs_events (target, epoch_seconds DESC, id DESC);
CREATE INDEX ON higgs_events (target, epoch_seconds DESC, id)"""
COPY = "COPY higgs_events (actor, target, epoch_seconds, action) FROM STDIN (FORMAT csv, HEADER)"
TIED = """
SELECT target FROM (
    SELECT DISTINCT target FROM higgs_events GROUP BY target, epoch_seconds HAVING count(*) > 1
) AS tied ORDER BY hashint4(target) LIMIT 400"""


class HiggsEvent(models.Model):
    """A person acted towards another. The table stands for this module's tests only."""

    target = models.IntegerField()
    epoch_seconds = models.IntegerField()

    class Meta:
        app_label = "tests"
        db_table = "higgs_events"
        managed = False

    def __str__(self) -> str:
        return f"{self.target} at {self.epoch_seconds}"


@pytest.fixture(scope="module")
def events(data: Path) -> Iterator["models.QuerySet[HiggsEvent]"]:
    """All events, loaded as they stand in the file."""
    with owner() as link:
        link.execute("DROP TABLE IF EXISTS higgs_events")
        link.execute(CREATE)
        with (
            lzma.open(data / "events" / "higgs-activity.csv.xz") as file,
            link.cursor().copy(COPY) as copy,
        ):
            while block := file.read(1 << 20):
                copy.write(block)
        link.execute(INDEX)
        link.execute("VACUUM ANALYZE higgs_events")
    yield HiggsEvent._default_manager.all()
    with owner() as link:
        link.execute("DROP TABLE higgs_events")


def touched(sql: str) -> int:
    """Pages of shared memory that a statement touches, found there or read into it."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
        plan = cursor.fetchone()[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def newest_first(events: "models.QuerySet[HiggsEvent]", last: str = "-id") -> list[Any]:
    """The ids of events as Python sorts them."""
    found = sorted(events, key=attrgetter("id"), reverse=last == "-id")
    return [event.pk for event in sorted(found, key=lambda event: -event.epoch_seconds)]


def test_all_events_are_seen_once_and_depth_costs_nothing(
    db: None, events: "models.QuerySet[HiggsEvent]"
) -> None:
    """Page 5,000 touches hardly more of the database than page 1 (by OFFSET 5,000 times it)."""
    seen: list[int] = []
    cost: dict[int, int] = {}
    cursor, number = None, 0
    while number == 0 or cursor is not None:
        number += 1
        with CaptureQueriesContext(connection) as captured:
            page = keyset_paginate(events, cursor, 100, ORDERS[0])
        assert len(captured) == 1
        if number in (1, 5000):
            cost[number] = touched(captured.captured_queries[0]["sql"])
        seen += [event.pk for event in page.data]
        cursor = page.next_cursor
    assert (len(seen), number) == (EVENTS, 5631)
    assert seen == newest_first(events)
    print(f"buffers touched by page: {cost}")  # noqa: T201 - shown by -s and on failure
    assert cost[5000] <= 1.5 * cost[1]


@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_a_hot_person_has_all_events_once(
    db: None, events: "models.QuerySet[HiggsEvent]", order: tuple[str, ...], backward: bool
) -> None:
    theirs = events.filter(target=HOT_PERSON)
    seen = walk(theirs, order, 100, backward=backward)
    assert len(seen) == HOT_EVENTS
    assert seen == newest_first(theirs, (*order, "-id")[1])


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_each_person_with_ties_has_all_events_once(
    db: None, events: "models.QuerySet[HiggsEvent]", order: tuple[str, ...]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TIED)
        people = [target for (target,) in cursor.fetchall()]
    assert len(people) == 400
    for target in people:
        theirs = events.filter(target=target)
        expected = newest_first(theirs, (*order, "-id")[1])
        assert walk(theirs, order, 3 if len(expected) < 300 else 50) == expected
