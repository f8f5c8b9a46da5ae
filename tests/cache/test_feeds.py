"""Windows of feeds: each function against a plain model of it, and the named methods."""

from bisect import bisect_left
from random import Random
from typing import Any

import pytest

from skeletal.cache import feeds
from skeletal.cache.server import Away
from skeletal.errors import InvalidInput
from tests.cache.conftest import Own
from tests.cache.test_tier import raw

READER = 7
BIG = 2**53
"""Doubles cannot tell the ids above it apart."""


@pytest.fixture(autouse=True)
def marked(own: Own) -> str:
    """There is a mark."""
    made = feeds.mark("", 0, "")
    return f"{made.lineage}:{made.number}"


def elements() -> list[str]:
    [found] = raw(feeds._tier, lambda key: ("LRANGE", feeds._window(key, READER), 0, -1))
    return [one.decode() for one in found]


def life() -> int:
    [found] = raw(feeds._tier, lambda key: ("PTTL", feeds._window(key, READER)))
    return int(found)


def made(ids: list[int], *, complete: bool = True, version: int = 3) -> str:
    """A ready window of these ids; its token."""
    judged = window.header.token if (window := feeds.read(READER)).header else ""
    assert feeds.begin(READER, "t1", judged)
    assert feeds.fill(READER, "t1", version, ids, complete=complete)
    return "t1"


def test_a_window_holds_its_ids_and_then_its_header(marked: str) -> None:
    made([9, 5, 2])
    lineage = marked.partition(":")[0]
    assert elements() == ["9", "5", "2", f"h|r|c|t1|{lineage}|3"]
    window = feeds.read(READER)
    assert (window.status, window.ids, window.ended) == ("ready", [9, 5, 2], True)
    assert window.mark == marked
    assert window.header is not None
    assert (window.header.version, window.header.complete) == (3, True)


def test_a_window_in_the_making_ends_soon_and_a_ready_one_in_an_hour() -> None:
    assert feeds.begin(READER, "t1")
    assert 0 < life() <= feeds.BUILDING_SECONDS * 1000
    feeds.fill(READER, "t1", 1, [], complete=True)
    assert 3_500_000 < life() <= 3_600_000


def test_without_a_mark_nothing_is_begun_or_read() -> None:
    made([3])
    raw(feeds._tier, lambda key: ("DEL", feeds._mark(key)))
    assert feeds.read(READER).status == "unmarked"
    assert not feeds.begin(READER, "t2", "t1")


def test_only_one_makes_a_window() -> None:
    assert feeds.begin(READER, "t1")
    assert not feeds.begin(READER, "t2")
    assert not feeds.begin(READER, "t2", "t1")
    assert feeds.read(READER).status == "building"
    assert not feeds.fill(READER, "t2", 1, [5], complete=True)
    assert feeds.fill(READER, "t1", 1, [5], complete=True)


def test_a_ready_window_is_made_anew_by_who_judged_it_alone() -> None:
    made([5])
    assert not feeds.begin(READER, "t2")
    assert not feeds.begin(READER, "t2", "other")
    assert feeds.begin(READER, "t2", "t1")


def test_a_late_filler_is_refused() -> None:
    assert feeds.begin(READER, "t1")
    feeds.invalidate_feed(READER)
    assert not feeds.fill(READER, "t1", 1, [5], complete=True)
    assert feeds.begin(READER, "t2")
    assert not feeds.fill(READER, "t1", 1, [5], complete=True)


def test_what_is_pushed_in_the_making_is_not_lost() -> None:
    assert feeds.begin(READER, "t1")
    for post in (8, 3, 12):
        feeds.push(post, [READER])
    assert feeds.fill(READER, "t1", 1, [10, 8, 5], complete=False)
    window = feeds.read(READER)
    assert window.ids == [12, 10, 8, 5]  # 3 lies below what the rows tell
    assert window.header is not None
    assert not window.header.complete


def test_ids_are_compared_whole() -> None:
    made([BIG + 3, BIG + 1, 99, 9])
    feeds.push(BIG + 2, [READER])
    feeds.push(100, [READER])
    assert feeds.read(READER).ids == [BIG + 3, BIG + 2, BIG + 1, 100, 99, 9]
    assert feeds.read(READER, BIG + 2).ids == [BIG + 1, 100, 99, 9]


def test_a_new_lineage_voids_all_windows(marked: str) -> None:
    made([5])
    second = feeds.mark("nobody", 4, "another run")
    assert second.lineage != marked.partition(":")[0]
    assert second.number == 5
    assert feeds.read(READER).status == "foreign"
    assert feeds.begin(READER, "t2")


def test_the_mark_goes_on_where_both_remember_it(marked: str) -> None:
    run = feeds.push(1, [READER]).run_id
    lineage = marked.partition(":")[0]
    first = feeds.mark(lineage, 1, run)
    assert (first.lineage, first.number) == (lineage, 2)
    again = feeds.mark(lineage, 1, run)  # the one before died between its two writes
    assert (again.lineage, again.number) == (lineage, 3)
    assert feeds.mark(lineage, 3, run, step=0).number == 3
    assert feeds.mark(lineage, 1, run).lineage != lineage  # two steps ahead
    assert feeds.mark(lineage, 3, "another run").lineage != lineage


def test_a_push_keeps_nobody_s_window_alive_and_makes_none() -> None:
    made([5])
    raw(feeds._tier, lambda key: ("PEXPIRE", feeds._window(key, READER), 1000))
    assert feeds.push(6, [READER, 8]).windows == 1
    assert life() <= 1000
    feeds.read(READER)
    assert life() > 3_500_000
    assert feeds.read(8).status == "absent"


def test_a_thousand_ids_take_at_most_twelve_kilobytes() -> None:
    made([BIG + 7 * n for n in range(1000, 0, -1)])
    [size] = raw(
        feeds._tier, lambda key: ("MEMORY", "USAGE", feeds._window(key, READER), "SAMPLES", 0)
    )
    assert size <= 12 * 1024


class Model:
    """A window as a sorted list, and whether it reaches the beginning."""

    def __init__(self, kept: int, longest: int) -> None:
        self.kept, self.longest = kept, longest
        self.ids: list[int] = []
        self.complete = True

    def push(self, post: int) -> None:
        if post in self.ids or (not self.complete and self.ids and post < self.ids[0]):
            return
        self.ids.insert(bisect_left(self.ids, post), post)
        if len(self.ids) > self.longest:
            self.ids, self.complete = self.ids[-self.kept :], False

    def fill(self, rows: list[int], *, complete: bool) -> None:
        bounds = [] if complete else [min(rows)]
        if not self.complete:
            bounds.append(self.ids[0])
        whole = sorted({*self.ids, *rows})
        self.ids = [one for one in whole if not bounds or one >= max(bounds)]
        self.complete = not bounds
        if len(self.ids) > self.kept:
            self.ids, self.complete = self.ids[-self.kept :], False

    def page(self, cursor: int | None, limit: int) -> list[int]:
        below = [one for one in self.ids if cursor is None or one < cursor]
        return below[::-1][:limit]


@pytest.mark.parametrize("seed", range(6))
def test_random_calls_leave_what_the_model_says(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    rng = Random(seed)
    monkeypatch.setattr(feeds, "KEPT", 8)
    monkeypatch.setattr(feeds, "LONGEST", 11)
    for _ in range(12):
        feeds.invalidate_feed(READER)
        model, low = Model(8, 11), rng.choice((0, BIG))
        assert feeds.begin(READER, "t1")
        for _ in range(rng.randrange(14)):
            push(model, low + rng.randrange(1, 200))
        rows = sorted((low + n for n in rng.sample(range(1, 200), rng.randrange(12))), reverse=True)
        complete = not rows or rng.random() < 0.5
        assert feeds.fill(READER, "t1", 1, rows, complete=complete)
        model.fill(rows, complete=complete)
        compare(model)
        for _ in range(20):
            push(model, low + rng.randrange(1, 200))
            compare(model)
            cursor = rng.choice((None, low + rng.randrange(1, 220)))
            limit = rng.randrange(1, 9)
            found = feeds.read(READER, cursor, limit, rng.randrange(14))
            wanted = model.page(cursor, 100)
            assert found.ids == wanted[:limit]
            assert found.ended == (len(found.ids) == len(wanted))
            if found.ids:
                assert model.ids[::-1][found.place - 1] == found.ids[-1]


def push(model: Model, post: int) -> None:
    model.push(post)
    feeds.push(post, [READER])


def compare(model: Model) -> None:
    window = feeds.read(READER, limit=100)
    assert window.ids == model.ids[::-1]
    assert window.header is not None
    assert window.header.complete == model.complete


def test_the_named_methods_hide_the_header() -> None:
    assert feeds.get_circle_feed(READER) == []
    assert feeds.set_circle_feed(READER, [9, 7, 5])
    assert feeds.get_circle_feed(READER, 0, 2) == [9, 7]
    assert feeds.get_circle_feed(READER, 2, 5) == [5]
    assert feeds.get_circle_feed(READER, 3, 5) == []
    assert feeds.get_circle_feed(READER, 0, 0) == []
    assert feeds.set_circle_feed(READER, range(3000, 0, -1))
    assert len(feeds.get_circle_feed(READER, 0, 5000)) == 1000
    assert feeds.invalidate_feed(READER)
    assert feeds.get_circle_feed(READER) == []
    with pytest.raises(InvalidInput):
        feeds.get_circle_feed(READER, -1, 5)


def test_the_first_window_of_a_server_makes_its_mark() -> None:
    raw(feeds._tier, lambda key: ("DEL", feeds._mark(key)))
    assert feeds.set_circle_feed(READER, [9])
    assert feeds.get_circle_feed(READER) == [9]


def test_away_nothing_stands_and_nothing_fails(own: Own) -> None:
    own.stop()
    assert feeds.read(READER).status == "away"
    assert not feeds.begin(READER, "t1")
    assert not feeds.set_circle_feed(READER, [1])
    assert feeds.get_circle_feed(READER) == []
    assert not feeds.invalidate_feed(READER)
    with pytest.raises(Away):
        feeds.push(1, [READER])


@pytest.mark.parametrize("ids", [[1, 2], [2, 2], [2, 0], [2.5], ["x"], [True], [None]])
def test_what_is_no_window_is_refused(ids: list[Any]) -> None:
    with pytest.raises(InvalidInput):
        feeds.set_circle_feed(READER, ids)


def test_the_newest_few_claim_nothing_of_what_lies_below() -> None:
    feeds.set_circle_feed(READER, [9, 7])
    feeds.push(3, [READER])
    assert feeds.get_circle_feed(READER) == [9, 7]
    feeds.set_circle_feed(READER, [9, 7], complete=True)
    feeds.push(3, [READER])
    assert feeds.get_circle_feed(READER) == [9, 7, 3]


def test_a_window_without_its_reader_s_version_is_nobody_s() -> None:
    feeds.set_circle_feed(READER, [9, 7])
    window = feeds.read(READER)
    assert window.header is not None
    assert window.header.version == feeds.NOBODYS


def test_no_posts_are_no_window_unless_there_are_none() -> None:
    feeds.set_circle_feed(READER, [9])
    assert feeds.set_circle_feed(READER, [])
    assert feeds.read(READER).status == "absent"
    assert feeds.set_circle_feed(READER, [], 1, complete=True)
    assert feeds.read(READER).status == "ready"
    with pytest.raises(InvalidInput):
        feeds.fill(READER, "t", 1, [], complete=False)


def test_what_is_refused_leaves_the_window_that_stands() -> None:
    feeds.set_circle_feed(READER, [9, 7])
    with pytest.raises(InvalidInput):
        feeds.set_circle_feed(READER, [1, 2])
    assert feeds.get_circle_feed(READER) == [9, 7]


FOREIGN: list[tuple[Any, ...]] = [
    ("RPUSH", "x"),
    ("RPUSH", "9", "h|r|c|t"),
    ("RPUSH", "9", "h|r|c|t|l|1|more"),
    ("RPUSH", "9", b"\xff"),
    ("SET", "x"),
    ("SADD", "x"),
]


@pytest.mark.parametrize("made", FOREIGN)
def test_what_is_no_window_is_one_to_be_made(made: tuple[Any, ...]) -> None:
    """It stands in nobody's way: not of its reader, and not of others to whom a post is pushed."""
    command, *parts = made
    raw(feeds._tier, lambda key: (command, feeds._window(key, READER), *parts))
    raw(feeds._tier, lambda key: ("PEXPIRE", feeds._window(key, READER), 60_000))
    feeds.set_circle_feed(READER + 1, [7], 1)
    window = feeds.read(READER)
    assert (window.status, window.ids) in [("foreign", []), ("absent", [])]
    feeds.push(9, [READER, READER + 1])
    assert feeds.get_circle_feed(READER + 1) == [9, 7]
    assert feeds.begin(READER, "t")
    assert feeds.fill(READER, "t", 1, [9, 7], complete=False)
    assert feeds.read(READER).ids == [9, 7]
