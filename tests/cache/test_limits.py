"""Sliding windows, answer by answer against another implementation."""

from random import Random
from time import sleep
from typing import Any
from unittest.mock import Mock

import pytest
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from skeletal.cache import limits
from skeletal.cache.server import Script
from skeletal.errors import InvalidInput
from tests.cache.test_tier import raw


def check(limit: int = 3, window: float = 60, user: object = 1, endpoint: str = "post") -> Any:
    return limits.check_rate_limit(user, endpoint, limit, window)


@pytest.fixture(autouse=True)
def empty(own: object) -> None:
    """Nobody has called anything yet."""


def test_so_many_are_let_through_and_the_next_is_told_when() -> None:
    assert [check().remaining for _ in range(3)] == [2, 1, 0]
    refused = check()
    assert not refused.allowed
    assert 59_000 < refused.retry_after_ms <= 60_000


def test_people_and_endpoints_are_counted_apart() -> None:
    assert [check(1).allowed for _ in range(2)] == [True, False]
    assert check(1, user=2).allowed
    assert check(1, endpoint="like").allowed


def test_the_window_slides() -> None:
    assert check(2, 1.6).allowed
    sleep(0.8)
    assert check(2, 1.6).allowed
    refused = check(2, 1.6)
    assert not refused.allowed
    sleep(refused.retry_after_ms / 1000 + 0.01)
    assert check(2, 1.6).allowed  # the first has left, the second has not
    assert not check(2, 1.6).allowed


def test_a_window_is_never_longer_than_its_limit_and_ends() -> None:
    for _ in range(50):
        check(5)
    [length, life] = raw(
        limits._tier,
        lambda key: ("LLEN", key("window:post:1")),
        lambda key: ("PTTL", key("window:post:1")),
    )
    assert length == 5
    assert 59_000 < life <= 60_000


def test_a_lower_limit_holds_at_once() -> None:
    for _ in range(10):
        check(10)
    lower = check(4)
    assert not lower.allowed
    assert 59_000 < lower.retry_after_ms <= 60_000


@pytest.mark.parametrize(
    ("limit", "window"),
    [
        (0, 1),
        (-1, 1),
        (10_001, 1),
        (1, 0),
        (1, -1),
        (1, 86_401),
        (1, 1e400),
        ("3", 1),
        (2.5, 1),
        (True, 1),
        (1, "5"),
    ],
)
def test_what_is_no_limit_is_refused(limit: Any, window: Any) -> None:
    with pytest.raises(InvalidInput):
        check(limit, window)


AT = """
local of_server = redis.call
local redis = {call = function(name, ...)
    if name == 'TIME' then return {0, ARGV[3]} end
    return of_server(name, ...)
end}
"""


def test_a_call_counts_to_the_very_end_of_its_window() -> None:
    """In microseconds of a clock that stands where it is set."""
    told = Script(AT + Script.sources[limits.HIT.digest])
    window, answers = 10**9, []
    for moment in (0, 10**9, 10**9 + 1):
        hit = lambda key, moment=moment: told.call([key("edge")], 1, window, moment)  # noqa: E731
        answers.append(raw(limits._tier, hit)[0][:3])
    assert answers == [[1, 0, 0], [0, 0, 1], [1, 0, 0]]


def test_so_it_does_while_redis_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter((0.0, 60.0, 60.001))
    clock = Mock(monotonic=lambda: next(moments))
    monkeypatch.setattr("skeletal.cache.limits.time", clock)
    told = [limits._check_here("edge", 1, 60) for _ in range(3)]
    assert [one.allowed for one in told] == [True, False, True]
    assert told[1].retry_after_ms == 1


def test_ten_thousand_random_calls_are_answered_as_another_library_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ours tells the moment by which it judged; the other judges by the same.

    It is told microseconds for seconds: as fractions they would be rounded at a window's edge. Its
    thread that tidies up can lose a hit of the moment, so it is not started.
    """
    monkeypatch.setattr("threading.Timer", Mock())
    now = 0.0
    monkeypatch.setattr("limits.storage.memory.time.time", lambda: now)
    theirs = MovingWindowRateLimiter(MemoryStorage())
    rng, wrong = Random(5), []
    kinds = {"a": 1, "b": 5, "c": 40, "d": 400}
    for number in range(10_000):
        name, limit = rng.choice(list(kinds.items()))

        def hit(key: Any, name: str = name, limit: int = limit) -> Any:
            return limits.HIT.call([key(name)], limit, 1_000_000)

        [answer] = raw(limits._tier, hit)
        now = float(answer[3])
        if theirs.hit(RateLimitItemPerSecond(limit, 1_000_000), name) != bool(answer[0]):
            wrong.append((number, name, answer))
    assert wrong == []


def test_calls_are_counted_without_a_limit() -> None:
    assert [limits.increment_counter("post", 1) for _ in range(3)] == [1, 2, 3]
    assert limits.increment_counter("post", 2) == 1
