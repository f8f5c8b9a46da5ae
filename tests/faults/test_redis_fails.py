"""Redis stopped, held still, killed, flushed, full, put back from an old copy: under load.

No call fails, no write is lost, nothing older than the stated bound is read, and an absent server
costs little: five failures, then the breaker is open.
"""

import time
from collections.abc import Callable

import pytest

from skeletal.cache import limits, profiles, sessions
from skeletal.cache.server import server_of
from skeletal.queries import users as reads
from skeletal.records.users import UserCard
from tests.cache.conftest import Own
from tests.cache.test_away import until_closed
from tests.cache.test_tier import raw
from tests.faults.crowd import PEOPLE, Crowd

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed_db")]

BOUND = 5 + 1.5
"""Seconds after the return: an event's pause, a turn of the relay, the breaker's look."""


@pytest.fixture
def socket_seconds() -> float:
    return 0.25


def command(*words: object) -> None:
    raw(profiles._tier, lambda key: words)


def stopped(own: Own) -> None:
    own.stop()
    time.sleep(2)
    own.start()


def killed(own: Own) -> None:
    own.kill()
    own.start()


def held_still(own: Own) -> None:
    own.freeze()
    time.sleep(2)
    own.thaw()


def blinking(own: Own) -> None:
    """Away now and then, never for long: the moment of an invalidation is among them."""
    for _ in range(6):
        own.freeze()
        time.sleep(0.4)
        own.thaw()
        time.sleep(0.4)


def flushed(own: Own) -> None:
    for _ in range(FLUSHES):
        command("FLUSHALL")
        time.sleep(0.1)


def full(own: Own) -> None:
    command("CONFIG", "SET", "maxmemory", "1")
    time.sleep(2)
    command("CONFIG", "SET", "maxmemory", "0")


def replaced_by_an_old_copy(own: Own) -> None:
    command("SAVE")
    time.sleep(1)
    own.kill()
    own.start()


FLUSHES = 20
FAULTS: list[Callable[[Own], None]] = [stopped, killed, flushed, full, replaced_by_an_old_copy]
LOSSY: list[Callable[[Own], None]] = [held_still, blinking]
"""After these the server goes on with what it had and did not hear meanwhile."""


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_nothing_fails_and_nothing_old_is_read(
    own: Own, fault: Callable[[Own], None], record_property: Callable[[str, object], None]
) -> None:
    with Crowd() as crowd:
        time.sleep(1)
        fault(own)
        until_closed()
        time.sleep(2)
    shown(crowd, fault, record_property)
    assert crowd.errors == []
    assert crowd.stale == []
    assert crowd.lost() == {}
    assert min(crowd.known.values()) > 3


@pytest.mark.parametrize("fault", LOSSY, ids=lambda fault: fault.__name__)
def test_what_was_not_heard_is_made_good_within_the_bound(
    own: Own, fault: Callable[[Own], None], record_property: Callable[[str, object], None]
) -> None:
    with Crowd() as crowd:
        time.sleep(1)
        fault(own)
        crowd.quiet.set()
        back = time.monotonic()
        time.sleep(BOUND + 3)
    shown(crowd, fault, record_property)
    late = [moment - back for moment in crowd.stale if moment - back > BOUND]
    assert late == []
    assert crowd.errors == []
    assert crowd.lost() == {}


def shown(
    crowd: Crowd, fault: Callable[[Own], None], record_property: Callable[[str, object], None]
) -> None:
    slowest = ", ".join(f"{name} {took:.2f} s" for name, took in sorted(crowd.slowest.items()))
    text = f"{fault.__name__}: {crowd.calls} calls, {len(crowd.stale)} old, slowest: {slowest}"
    record_property("shown", text)


@pytest.mark.parametrize("socket_seconds", [10])
def test_a_flush_costs_each_name_one_load(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[int] = []
    load = reads._all_cards

    def counted(ids: list[int]) -> dict[int, UserCard]:
        loaded.extend(ids)
        return load(ids)

    monkeypatch.setattr(reads, "_all_cards", counted)
    with Crowd() as crowd:
        time.sleep(0.5)
        flushed(own)
    voids = 2 * sum(crowd.known.values())  # by the action and by the event
    assert len(loaded) <= voids + PEOPLE * (FLUSHES + 1)
    assert crowd.errors == []


@pytest.mark.parametrize("how", ["stop", "freeze"])
def test_five_failures_then_a_call_costs_little_and_it_is_back_in_two_seconds(
    own: Own, how: str
) -> None:
    limits.check_rate_limit(1, "x", 10, 60)
    getattr(own, how)()
    breaker = server_of("limits").breaker
    failures = 0
    while not breaker.is_open:
        limits.check_rate_limit(1, "x", 10, 60)
        failures += 1
    assert failures <= 5
    took = []
    for _ in range(200):
        began = time.monotonic()
        limits.check_rate_limit(1, "x", 10, 60)
        sessions.get_session_token("token")
        took.append(time.monotonic() - began)
    assert sorted(took)[190] <= 2 * 0.005
    own.thaw() if how == "freeze" else own.start()
    assert until_closed() <= 2
    assert limits.check_rate_limit(2, "x", 10, 60).remaining == 9
