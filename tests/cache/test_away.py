"""A Redis that is stopped, holds still, is full, or came back with an older memory."""

from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

import pytest

from skeletal.cache import analytics, breaker, custom, limits, server
from skeletal.cache.tier import Tier
from skeletal.records.users import UserCard
from tests.cache.conftest import Own
from tests.cache.test_tier import CARD, raw

CARDS: Tier[UserCard] = Tier("profiles", "profile", UserCard)


def load(names: list[str]) -> dict[str, UserCard]:
    return dict.fromkeys(names, CARD)


def seconds_of(calls: int) -> Iterator[float]:
    """How long each of some reads takes; all of them find their rows."""
    for _ in range(calls):
        began = monotonic()
        assert CARDS.fetch([1], load) == {"1": CARD}
        yield monotonic() - began


def until_closed() -> float:
    began = monotonic()
    while server.server_of("profiles").breaker.is_open:
        assert monotonic() - began < 30
        sleep(0.01)
    return monotonic() - began


def test_stopped_every_read_finds_its_row_and_the_breaker_opens(own: Own) -> None:
    CARDS.set(1, CARD)
    own.stop()
    list(seconds_of(breaker.FAILURES))
    assert server.server_of("profiles").breaker.is_open
    assert sorted(seconds_of(50))[25] < 0.005


@pytest.mark.parametrize("socket_seconds", [0.25])
def test_held_still_it_costs_few_time_outs_and_is_soon_back(
    own: Own, socket_seconds: float
) -> None:
    assert CARDS.set(1, CARD)
    own.freeze()
    slow = [one for one in seconds_of(50) if one >= socket_seconds]
    assert len(slow) <= breaker.FAILURES
    own.thaw()
    until_closed()
    assert breaker.PROBE_SECONDS + socket_seconds < 1
    assert CARDS.set(1, CARD)
    assert CARDS.get(1) == CARD


def test_it_is_used_again_after_a_restart(own: Own) -> None:
    CARDS.set(1, CARD)
    own.kill()
    list(seconds_of(breaker.FAILURES))
    own.start()
    until_closed()
    assert CARDS.get(1) is None
    assert CARDS.fetch([1], load) == {"1": CARD}
    assert CARDS.get(1) == CARD


def test_full_it_takes_nothing_and_answers_nothing_wrong(own: Own) -> None:
    CARDS.set(1, CARD)
    raw(CARDS, lambda key: ("CONFIG", "SET", "maxmemory", "1"))
    assert not CARDS.set(2, CARD)
    assert CARDS.fetch([1, 2], load) == {"1": CARD, "2": CARD}
    assert CARDS.void(1)
    assert not server.server_of("profiles").breaker.is_open
    raw(CARDS, lambda key: ("CONFIG", "SET", "maxmemory", "0"))
    assert CARDS.set(2, CARD)


def test_a_limit_is_held_by_each_process_meanwhile(own: Own) -> None:
    own.stop()
    answers = [limits.check_rate_limit(7, "login", 3, 60).allowed for _ in range(5)]
    assert answers == [True] * 3 + [False] * 2


def test_the_others_say_so_in_their_answer(own: Own) -> None:
    own.stop()
    assert not custom.set("a", 1)
    assert custom.get("a") is None
    assert not custom.delete("a")
    assert not custom.exists("a")
    assert analytics.increment_counter("a") == 0
    assert analytics.get_counter("a") == 0
    assert limits.increment_counter("login", 7) == 0


def test_windows_of_an_older_memory_are_still_true(own: Own) -> None:
    def check() -> bool:
        return limits.check_rate_limit(8, "login", 3, 3600).allowed

    assert [check() for _ in range(3)] == [True] * 3
    raw(CARDS, lambda key: ("SAVE",))
    own.kill()
    own.start()
    until_closed()
    assert not check()


def test_a_read_only_server_loses_its_connection(own: Own) -> None:
    before = raw(CARDS, lambda key: ("CLIENT", "ID"))
    raw(CARDS, lambda key: ("REPLICAOF", "127.0.0.1", "1"))
    assert not CARDS.set(2, CARD)
    assert raw(CARDS, lambda key: ("CLIENT", "ID")) != before
    raw(CARDS, lambda key: ("REPLICAOF", "NO", "ONE"))
    assert CARDS.set(2, CARD)


def test_every_failure_is_counted(own: Own) -> None:
    def errors() -> Any:
        return analytics.get_metrics()["tiers"]["profiles"]["errors"]

    before = errors()
    own.stop()
    list(seconds_of(3))
    assert errors() - before >= 3
