"""A tier: values by name, one filler for a missing one, and nothing of another run or shape."""

import gc
from collections import Counter
from collections.abc import Callable, Mapping
from threading import Event, Thread
from typing import Any

import pytest
from msgspec import structs
from redis.exceptions import ResponseError

from skeletal import metrics
from skeletal.cache import server, tier
from skeletal.cache.breaker import FAILURES
from skeletal.cache.tier import Tier, lease
from skeletal.errors import InvalidInput, Unavailable
from skeletal.records.users import UserCard
from tests.actions.crowds import at_once
from tests.cache.conftest import Own

CARD = UserCard(id=2**62, username="nour", display_name="نور", avatar_url="", verified=True)
pytestmark = pytest.mark.usefixtures("own")


@pytest.fixture
def cards() -> Tier[UserCard]:
    return Tier("profiles", "profile", UserCard)


def nothing(names: list[str]) -> dict[str, UserCard]:
    return {}


def raw(tier_: Tier[Any], *commands: Callable[[Callable[[object], str]], tuple[Any, ...]]) -> Any:
    """Send commands made with the tier's builder of keys."""
    return tier_.send(lambda key: [command(key) for command in commands])


def events(tier_: Tier[Any]) -> Counter[str]:
    """What the tier has counted in this process so far."""
    return Counter({k: int(v) for k, v in metrics.cache_sums().get(tier_.name, {}).items()})


def test_a_value_comes_back_as_it_was(cards: Tier[UserCard]) -> None:
    assert cards.get(7) is None
    assert cards.set(7, CARD)
    assert cards.get(7) == CARD
    assert cards.get_many([8, 7, 7]) == {"7": CARD}
    assert cards.exists(7)
    assert cards.void(7)
    assert not cards.exists(7)


def test_every_name_ends_and_not_all_at_once(cards: Tier[UserCard]) -> None:
    for name in range(50):
        cards.set(name, CARD)
    lives = raw(cards, *[lambda key, n=n: ("PTTL", key(n)) for n in range(50)])
    whole = cards.seconds * 1000
    assert all(0.89 * whole < life <= 1.1 * whole for life in lives)
    assert len(set(lives)) > 25


def test_what_is_missing_is_loaded_once_and_kept(cards: Tier[UserCard]) -> None:
    asked: list[list[str]] = []

    def load(names: list[str]) -> dict[str, UserCard]:
        asked.append(names)
        return {name: CARD for name in names if name != "9"}

    cards.set(1, CARD)
    assert list(cards.fetch([3, 1, 9, 3], load)) == ["3", "1"]
    assert list(cards.fetch([3, 1, 9], load)) == ["3", "1"]
    assert asked == [["3", "9"]]


def test_that_there_is_none_is_known_for_half_a_minute(cards: Tier[UserCard]) -> None:
    assert cards.fetch([4], nothing) == {}
    assert cards.get(4) is None
    [life] = raw(cards, lambda key: ("PTTL", key(4)))
    assert 26_000 < life <= 33_000
    cards.void(4)
    assert cards.fetch([4], lambda names: {"4": CARD}) == {"4": CARD}


def test_a_whole_list_is_one_round_trip(cards: Tier[UserCard]) -> None:
    for name in range(100):
        cards.set(name, CARD)
    before = events(cards)
    assert len(cards.fetch(range(100), nothing)) == 100
    assert events(cards) - before == {"calls": 1, "hit": 100}


def test_a_cold_list_is_three(cards: Tier[UserCard]) -> None:
    before = events(cards)
    cards.fetch(range(100), lambda names: dict.fromkeys(names, CARD))
    assert events(cards) - before == {"calls": 3, "miss": 100, "write": 100}


@pytest.mark.parametrize(
    "text", [b"", b"0x", b"1", b"1\x91", b"\x80\x04K\x01.", b"1\x01", b"2" + b"\xc0"]
)
def test_what_cannot_be_read_is_a_counted_miss(cards: Tier[UserCard], text: bytes) -> None:
    raw(cards, lambda key: ("SET", key(5), text))
    before = events(cards)
    assert cards.get(5) is None
    assert events(cards) - before == {"calls": 1, "miss": 1, "corrupt": 1}
    assert cards.fetch([5], lambda names: {"5": CARD}) == {"5": CARD}


def test_a_key_of_another_kind_is_no_error(cards: Tier[UserCard]) -> None:
    raw(cards, lambda key: ("RPUSH", key(5), "x"))
    assert cards.get(5) is None
    assert cards.fetch([5], lambda names: {"5": CARD}) == {"5": CARD}
    cards.void(5)
    assert cards.set(5, CARD)


@pytest.mark.parametrize("value", [object(), 2**70, "x" * (tier.LARGEST + 1)])
def test_what_has_no_encoding_or_is_too_large_is_refused(value: Any) -> None:
    anything: Tier[Any] = Tier("custom", "custom", object)
    with pytest.raises(InvalidInput):
        anything.set("a", value)
    assert not anything.exists("a")


class Loader:
    """Loads one card and waits in the middle until it is told to go on."""

    def __init__(self, *, held: bool = False) -> None:
        self.calls = 0
        self.began, self.go = Event(), Event()
        if not held:
            self.go.set()

    def __call__(self, names: list[str]) -> Mapping[str, UserCard]:
        self.calls += 1
        self.began.set()
        self.go.wait(5)
        return dict.fromkeys(names, CARD)


def test_five_hundred_readers_of_a_cold_name_are_one_query(
    cards: Tier[UserCard], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However slow the machine: who waits is not out of patience before the threads have run."""
    monkeypatch.setattr(tier, "PATIENCE", 30)
    monkeypatch.setattr(tier, "LEASE_SECONDS", 30)
    loader = Loader()
    found = at_once([lambda: cards.fetch([1], loader)] * 500)
    assert found == [{"1": CARD}] * 500
    assert loader.calls == 1


def test_a_filler_who_read_before_a_change_fills_nothing(cards: Tier[UserCard]) -> None:
    """The refill that brings an old row back: it read, the row changed, it writes."""
    loader = Loader(held=True)
    slow = Thread(target=cards.fetch, args=([1], loader))
    slow.start()
    assert loader.began.wait(5)
    cards.void(1)
    loader.go.set()
    slow.join()
    assert cards.get(1) is None


def test_after_a_change_the_next_reader_loads_at_once(cards: Tier[UserCard]) -> None:
    loader, fresh = Loader(held=True), Loader()
    slow = Thread(target=cards.fetch, args=([1], loader))
    slow.start()
    assert loader.began.wait(5)
    cards.void(1)
    assert cards.fetch([1], fresh) == {"1": CARD}
    assert fresh.calls == 1
    loader.go.set()
    slow.join()
    assert cards.get(1) == CARD


def test_what_was_set_is_not_overwritten_by_who_read_before(cards: Tier[UserCard]) -> None:
    loader, new = Loader(held=True), structs.replace(CARD, display_name="new")
    slow = Thread(target=cards.fetch, args=([1], loader))
    slow.start()
    assert loader.began.wait(5)
    cards.set(1, new)
    loader.go.set()
    slow.join()
    assert cards.get(1) == new


def test_nobody_waits_for_who_could_not_load(cards: Tier[UserCard]) -> None:
    def fail(names: list[str]) -> dict[str, UserCard]:
        raise Unavailable("away")

    with pytest.raises(Unavailable):
        cards.fetch([1], fail)
    [held] = raw(cards, lambda key: ("EXISTS", lease(key(1))))
    assert held == 0


@pytest.mark.parametrize("command", [("SET", None, "x"), ("GET", True), ("GET", "\ud800")])
def test_what_redis_cannot_hold_is_no_failure_of_its(
    cards: Tier[UserCard], command: tuple[Any, ...]
) -> None:
    for _ in range(FAILURES + 1):
        with pytest.raises(InvalidInput):
            raw(cards, lambda key: command)
    assert not server.server_of("profiles").breaker.is_open


def test_a_connection_that_does_not_tell_its_run_is_not_used(
    cards: Tier[UserCard], monkeypatch: pytest.MonkeyPatch
) -> None:
    cards.set(1, CARD)
    raw(cards, lambda key: ("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no"))
    monkeypatch.setattr(server, "_run_of", lambda info: (_ for _ in ()).throw(ResponseError("no")))
    assert cards.get(1) is None
    assert cards.get(1) is None
    monkeypatch.undo()
    assert cards.get(1) == CARD


def test_who_waits_for_a_filler_that_died_loads_alone(
    cards: Tier[UserCard], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tier, "PATIENCE", 0.1)
    raw(cards, lambda key: ("SET", lease(key(1)), "dead", "PX", 60_000))
    loader = Loader()
    assert cards.fetch([1], loader) == {"1": CARD}
    assert loader.calls == 1
    assert cards.get(1) is None  # the lease is another's: nothing was filled


def test_a_lease_ends(cards: Tier[UserCard], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tier, "PATIENCE", 30)
    raw(cards, lambda key: ("SET", lease(key(1)), "dead", "PX", 50))
    assert cards.fetch([1], Loader()) == {"1": CARD}
    assert cards.get(1) == CARD


def test_nothing_of_an_older_run_is_read(cards: Tier[UserCard], own: Own) -> None:
    cards.set(1, CARD)
    raw(cards, lambda key: ("SAVE",))
    own.kill()
    own.start()
    [size] = raw(cards, lambda key: ("DBSIZE",))
    assert size == 1
    assert cards.get(1) is None
    assert cards.fetch([1], nothing) == {}


def test_a_connection_that_outlives_who_made_it_learns_the_next_run(
    cards: Tier[UserCard], own: Own
) -> None:
    """As after a pool of the same address was used by another."""
    cards.set(1, CARD)
    raw(cards, lambda key: ("SAVE",))
    server._servers.clear()
    gc.collect()
    own.kill()
    own.start()
    assert cards.get(1) is None


def test_a_server_that_lost_its_scripts_is_told_them_again(cards: Tier[UserCard]) -> None:
    raw(cards, lambda key: ("SCRIPT", "FLUSH"))
    assert cards.fetch([1], Loader()) == {"1": CARD}
    assert cards.get(1) == CARD


def test_a_tier_may_have_a_server_of_its_own(cards: Tier[UserCard], settings: Any) -> None:
    settings.CACHES = {**settings.CACHES, "vectors": settings.CACHES["default"]}
    assert server.server_of("vectors") is not server.server_of("profiles")
    assert server.server_of("custom") is server.server_of("profiles")
