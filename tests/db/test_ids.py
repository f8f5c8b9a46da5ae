"""Ids: distinct and rising from many connections, in any clock, and given back by every write."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from django.core import serializers
from django.db import connection
from django.utils import timezone

from skeletal import models as m
from skeletal.db import ids
from tests import factories as f
from tests.conftest import owner

CONNECTIONS, EACH, AT_ONCE = 8, 12_500, 250
DRAW = "SELECT daira_id() FROM generate_series(1, %s)"


def draw(count: int, *, at_once: int = AT_ONCE, node: int = 0) -> list[int]:
    """Take ids on a connection of our own, in the order in which they were made."""
    with owner() as link:
        link.execute("SELECT set_config('daira.node', %s, false)", [str(node)])
        return [row[0] for _ in range(count // at_once) for row in link.execute(DRAW, [at_once])]


def one(statement: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


@pytest.fixture
def clock_gone_back(db: None) -> Iterator[int]:
    """The last id came from a day that is still to come; gives that day's millisecond."""
    before = one("SELECT last_value FROM daira_id_clock")
    ahead = ids.milliseconds(timezone.now() + timedelta(days=400))
    step_round = one("SELECT last_value >> 12 FROM daira_id_sequence")
    one("SELECT setval('daira_id_clock', %s)", ahead << 22 | step_round)
    yield ahead
    one("SELECT setval('daira_id_clock', %s)", before)


def test_many_connections_make_distinct_and_rising_ids() -> None:
    """Every id is new; each connection's rise, but for one millisecond in a known race.

    A session that read the clock's mark and was put to sleep may set the mark back; where the
    sequence wrapped in that very millisecond, the next id stands a millisecond lower.
    """
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        drawn = list(threads.map(draw, [EACH] * CONNECTIONS))
    assert len({number for made in drawn for number in made}) == CONNECTIONS * EACH
    falls = [first - later for made in drawn for first, later in pairwise(made) if later < first]
    assert len(falls) <= CONNECTIONS
    assert all(fall >> ids.SHIFT <= 1 for fall in falls)


def test_an_id_tells_time_node_and_sequence(db: None) -> None:
    draw(1, at_once=1)
    before = one("SELECT clock_timestamp()") - timedelta(milliseconds=1)
    step = one("SELECT last_value FROM daira_id_sequence")
    [made] = draw(1, at_once=1, node=37)
    after = one("SELECT clock_timestamp()")
    assert before <= ids.moment_of(made) <= after
    assert made >> ids.SEQUENCE_BITS & ids.MAX_NODE == 37
    assert made & ids.SEQUENCE_MASK == (step + 1) & ids.SEQUENCE_MASK
    assert made == ids.compose(made >> ids.SHIFT, 37, step + 1)
    assert 0 < made < 2**63


@pytest.mark.parametrize(("given", "node"), [(0, 0), (1, 1), (1023, 1023), (1024, 0), (1025, 1)])
def test_a_node_stays_in_its_ten_bits(db: None, given: int, node: int) -> None:
    one("SELECT set_config('daira.node', %s, true)", str(given))
    for made in (one("SELECT daira_id()"), one("SELECT daira_id(now())")):
        assert made >> ids.SEQUENCE_BITS & ids.MAX_NODE == node
        assert abs(ids.moment_of(made) - timezone.now()) < timedelta(minutes=1)


@pytest.mark.parametrize("value", [1, 4095, 4096, 123_456_789])
def test_parts_put_together_come_apart(value: int) -> None:
    made = ids.compose(value, 5, value)
    assert made >> ids.SHIFT == value
    assert made & ids.SEQUENCE_MASK == value & ids.SEQUENCE_MASK
    assert ids.milliseconds(ids.moment_of(made)) == value


def test_ids_rise_over_many_rounds_of_the_sequence(db: None) -> None:
    made = draw(4096 * 12, at_once=4096)
    assert made == sorted(set(made))


def test_ids_go_on_above_when_the_clock_went_back(clock_gone_back: int) -> None:
    made = draw(4096 * 4, at_once=4096)
    assert made == sorted(set(made))
    first, last = made[0] >> ids.SHIFT, made[-1] >> ids.SHIFT
    assert clock_gone_back <= first
    assert first + 3 <= last <= first + 5, "one millisecond for each round of 4096"


def test_many_connections_stay_apart_when_the_clock_went_back(clock_gone_back: int) -> None:
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        drawn = list(threads.map(draw, [4000] * CONNECTIONS))
    assert all(made == sorted(made) for made in drawn)
    assert len({number for made in drawn for number in made}) == CONNECTIONS * 4000
    assert min(map(min, drawn)) >> ids.SHIFT >= clock_gone_back


def test_the_clock_is_followed_again_once_it_caught_up(db: None) -> None:
    assert abs(ids.moment_of(one("SELECT daira_id()")) - timezone.now()) < timedelta(seconds=60)


MOMENTS = [
    datetime(2010, 1, 1, tzinfo=UTC),
    datetime(2016, 2, 29, 23, 59, 59, 999_000, tzinfo=UTC),
    datetime(2024, 5, 6, 7, 8, 9, 123_000, tzinfo=UTC),
    datetime(2070, 1, 1, tzinfo=UTC),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_the_second_form_carries_its_time(db: None, moment: datetime) -> None:
    made = [one("SELECT daira_id(%s)", moment) for _ in range(3)]
    assert {ids.moment_of(number) for number in made} == {moment}
    assert len(set(made)) == 3


def get_or_create() -> m.Hashtag:
    return m.Hashtag.objects.get_or_create(name="tag", defaults={"display_name": "Tag"})[0]


def update_or_create() -> m.Hashtag:
    return m.Hashtag.objects.update_or_create(name="tag", defaults={"display_name": "Tag"})[0]


def upsert() -> m.Hashtag:
    [row] = m.Hashtag.objects.bulk_create(
        [m.Hashtag(name="tag", display_name="Tag")],
        update_conflicts=True,
        update_fields=["display_name"],
        unique_fields=["name"],
    )
    return row


def deserialized() -> m.Hashtag:
    fields = {"name": "tag", "display_name": "Tag", "updated_at": timezone.now()}
    [found] = serializers.deserialize("python", [{"model": "skeletal.hashtag", "fields": fields}])
    found.save()
    return m.Hashtag.objects.get(pk=found.object.pk)


MADE: dict[str, Callable[[], m.Hashtag]] = {
    "create": lambda: m.Hashtag.objects.create(name="tag"),
    "save": lambda: f.make_hashtag(name="tag"),
    "bulk_create": lambda: m.Hashtag.objects.bulk_create([m.Hashtag(name="tag")])[0],
    "get_or_create": get_or_create,
    "update_or_create": update_or_create,
    "upsert": upsert,
    "loaddata": deserialized,
}


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_every_write_gives_the_key_back(db: None, make: Callable[[], m.Hashtag]) -> None:
    row = make()
    assert row.pk == m.Hashtag.objects.get(name="tag").pk
    assert abs(ids.moment_of(row.pk) - timezone.now()) < timedelta(minutes=1)


@pytest.mark.parametrize("again", [get_or_create, update_or_create, upsert])
def test_a_second_write_gives_the_first_key_back(db: None, again: Callable[[], m.Hashtag]) -> None:
    assert again().pk == again().pk
    assert m.Hashtag.objects.count() == 1


def test_many_rows_of_one_statement_get_their_keys_in_order(db: None) -> None:
    made = m.Hashtag.objects.bulk_create(m.Hashtag(name=f"t{n:04}") for n in range(500))
    stored = dict(m.Hashtag.objects.values_list("name", "pk"))
    assert {row.name: row.pk for row in made} == stored
    assert [row.pk for row in made] == sorted(stored.values())


def test_a_given_key_is_kept(db: None) -> None:
    assert f.make_hashtag(id=7).pk == 7
    assert m.Hashtag.objects.get(pk=7)


def test_ids_survive_a_rollback(db: None, owner_connection: "psycopg.Connection[Any]") -> None:
    with owner_connection.transaction(force_rollback=True):
        [lost] = owner_connection.execute("SELECT daira_id()").fetchone() or (0,)
    assert one("SELECT daira_id()") > lost
