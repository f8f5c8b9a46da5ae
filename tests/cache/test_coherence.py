"""No reader sees a card older than its own commit, and when all is quiet copies equal their rows.

Readers, writers, the relay of the outbox and whoever takes keys away run in random order from gate
to gate: before and after a load, before and after a commit, before the void, while waiting. Voids
are lost at random, as when the process dies. Each rule that was taken away is seen.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from skeletal.actions import users
from skeletal.actions.users import accounts, copies
from skeletal.cache import profiles, tier
from skeletal.cache.server import Command, Script
from skeletal.cache.tier import Tier, lease
from skeletal.jobs import handlers, run_pending
from skeletal.models import OutboxEvent, UserProfile
from skeletal.queries import users as reads
from skeletal.records import SYSTEM
from skeletal.records.users import UserCard
from tests.cache.stage import Stage
from tests.factories import make_user

PEOPLE, READERS, READS, WRITES = 2, 4, 8, 6
SEEDS, ENOUGH = 12, 60
"""Orders of events: of every run, and to find a rule that was taken away."""
Patch = pytest.MonkeyPatch

pytestmark = pytest.mark.usefixtures("committed_db", "own")


class Incoherent(AssertionError):
    """A copy that should not be."""


class Clock:
    """The tier's view of time: to wait is to let others run."""

    def __init__(self, stage: Stage) -> None:
        self.now, self._stage = 0.0, stage

    def monotonic(self) -> float:
        return self.now

    def perf_counter(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self._stage.gate()


class World:
    """Some people, what of each is committed and known to all, and the actors on them."""

    def __init__(self, seed: int) -> None:
        self.seed, self.stage = seed, Stage(seed)
        self.people = [make_user(display_name="v0").pk for _ in range(PEOPLE)]
        self.known = dict.fromkeys(self.people, 0)
        self.written = dict.fromkeys(self.people, 0)
        self.lost: set[int] = set()

    def gates(self, patch: Patch) -> None:
        """Stop where it matters."""
        load, forget = reads._all_cards, vars(accounts)["forget_card"]
        gate = self.stage.gate

        def load_slowly(ids: list[int]) -> dict[int, UserCard]:
            gate()
            found = load(ids)
            for _ in range(self.stage.random.choice((0, 1, 20))):
                gate()
            return found

        def forget_slowly(user_id: int) -> None:
            gate()
            forget(user_id)
            gate()

        void = profiles.invalidate_profile

        def void_perhaps(user_id: int) -> bool:
            gate()
            if self.stage.random.random() < 0.2:
                self.lost.add(user_id)
                return False
            return void(user_id)

        patch.setattr(reads, "_all_cards", load_slowly)
        patch.setattr(accounts, "forget_card", forget_slowly)
        patch.setattr(copies, "invalidate_profile", void_perhaps)
        patch.setattr(tier, "time", Clock(self.stage))
        patch.setattr(tier, "PATIENCE", self.stage.random.choice((0, 0.1)))

    def read(self) -> None:
        """Nothing older than what everybody could know when it began."""
        wanted = self.stage.random.sample(self.people, self.stage.random.randint(1, PEOPLE))
        floor = {pk: self.known[pk] for pk in wanted}
        for pk, card in reads.get_multiple_users(wanted, SYSTEM).items():
            if version(card) < floor[pk]:
                raise Incoherent(f"seed {self.seed}: {version(card)} after {floor[pk]}")

    def reader(self) -> None:
        for _ in range(READS):
            self.stage.gate()
            self.read()

    def writer(self, pk: int) -> Callable[[], None]:
        def write() -> None:
            for number in range(1, WRITES + 1):
                self.stage.gate()
                self.lost.discard(pk)
                users.update_profile(pk, display_name=f"v{number}")
                if pk not in self.lost:
                    self.known[pk] = number
                if self.stage.random.random() < 0.3:
                    self.read()

        return write

    def relay(self) -> None:
        for _ in range(WRITES):
            self.stage.gate()
            run_pending(2)

    def thief(self) -> None:
        """Leases and values end whenever they like."""
        for _ in range(3 * READS):
            self.stage.gate()
            pk = self.stage.random.choice(self.people)
            kind = self.stage.random.choice((lease, str))
            profiles._tier.send(partial(gone, pk, kind))

    def run(self) -> None:
        parts = {f"reader {n}": self.reader for n in range(READERS)}
        parts |= {f"writer {pk}": self.writer(pk) for pk in self.people}
        self.stage.run(parts | {"relay": self.relay, "thief": self.thief})
        while run_pending().failed:  # a void was lost again: the event waits for its time
            OutboxEvent.objects.update(retry_at=None)
        rows = dict(UserProfile.objects.values_list("user_id", "display_name"))
        copied = {pk: profiles.get_user_profile(pk) for pk in self.people}
        wrong = {pk for pk, card in copied.items() if card and card.display_name != rows[pk]}
        if wrong:
            raise Incoherent(f"seed {self.seed}: copies that are not their rows when all is quiet")


def gone(pk: int, kind: Callable[[str], str], key: Callable[[object], str]) -> list[Command]:
    return [("DEL", kind(key(pk)))]


def version(card: UserCard) -> int:
    return int(card.display_name[1:])


def simulate(seed: int) -> int:
    """Run one order of events; return of how many steps."""
    with pytest.MonkeyPatch.context() as patch:
        world = World(seed)
        world.gates(patch)
        world.run()
    return world.stage.steps


@pytest.mark.parametrize("seed", range(SEEDS))
def test_copies_are_never_older_than_what_is_known(seed: int) -> None:
    assert simulate(seed) > 100


@pytest.mark.slow
def test_four_hundred_orders(record_property: Callable[[str, object], None]) -> None:
    steps = sum(simulate(seed) for seed in range(1000, 1400))
    record_property("shown", f"coherence: 400 orders, {steps:,} steps")


def without_void(patch: Patch) -> None:
    patch.setattr(Tier, "void", lambda self, *names: True)


def without_void_in_the_action(patch: Patch) -> None:
    patch.setattr(accounts, "forget_card", lambda user_id: None)


def with_void_before_the_commit(patch: Patch) -> None:
    patch.setattr(
        accounts, "forget_card", lambda user_id: vars(copies)["invalidate_profile"](user_id)
    )


def without_the_outbox(patch: Patch) -> None:
    patch.setitem(handlers.HANDLERS, "user.changed", ())


def without_the_lease_s_check(patch: Patch) -> None:
    source = Script.sources[tier.FILL.digest]
    checked = "if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end\n"
    assert checked in source
    patch.setattr(tier, "FILL", Script(source.replace(checked, "")))


def with_a_void_that_leaves_leases(patch: Patch) -> None:
    def void(self: Tier[Any], *names: object) -> bool:
        if names:
            self.send(lambda key: [("DEL", *map(key, names))])
        return True

    patch.setattr(Tier, "void", void)


MUTANTS = [
    without_void,
    without_void_in_the_action,
    with_void_before_the_commit,
    without_the_outbox,
    without_the_lease_s_check,
    with_a_void_that_leaves_leases,
]


@pytest.mark.parametrize("break_it", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_rule_that_is_taken_away_is_seen(break_it: Callable[[Patch], None]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        break_it(patch)
        assert any(is_seen(seed) for seed in range(ENOUGH))


def is_seen(seed: int) -> bool:
    try:
        simulate(seed)
    except Incoherent:
        return True
    return False
