"""Random histories of feeds: every page by a window must be the page of plain SQL.

Small windows over few people, so that everything meets everything. Publishers hold ids back,
workers push, markers prove, readers read and rebuild, people follow, block and mute, authors change
their mode; the server is flushed, loses keys, goes away and comes back as an older copy of itself;
any actor may die between any two steps.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import permutations
from typing import Any
from unittest.mock import patch

from django.db import IntegrityError, OperationalError, connection, transaction

from skeletal.actions import feeds as actions
from skeletal.cache import feeds, server
from skeletal.cache.server import Away
from skeletal.models import (
    Block,
    CircleMember,
    FeedPending,
    Follow,
    Mute,
    Post,
    User,
)
from skeletal.queries import feed, pages, windows
from tests.factories import make_circle, make_user
from tests.feeds.stage import Stage

PEOPLE, ACTORS, LIMIT = 4, 6, 3
SMALL: tuple[tuple[Any, str, Any], ...] = (
    (feeds, "KEPT", 8),
    (feeds, "LONGEST", 10),
    (actions, "REOPENED", 11),
    (actions, "CHUNK", 2),
    (actions, "CHUNKS", 2),
    (actions, "BACKLOG", 25),
    (windows, "SPARE", 2),
    (pages, "SIZES", (LIMIT, 20, 50, 100)),
)
"""Sizes at which every bound is met often."""
CALLS = ("begin", "fill", "push", "read", "mark", "invalidate_feed")
LOST = (IntegrityError, OperationalError, Away)
"""What may happen to an actor that others are in the way of."""

EVEN: dict[str, float] = {
    "publish": 10, "remove": 3, "restore": 3, "follow": 5, "unfollow": 2, "block": 0.3,
    "unblock": 1, "mute": 1, "unmute": 1, "circle": 1, "audience": 1, "suspend": 0.5,
    "pull": 0.5, "push_again": 1, "review": 1, "work": 12, "mark": 8, "read": 60,
    "flush": 0.1, "lose_window": 0.6, "lose_mark": 0.1, "outage": 0.1, "save": 0.3,
    "go_back": 0.15, "die": 1.5,
}  # fmt: skip
MIXES: dict[str, dict[str, float]] = {
    "even": EVEN,
    "modes": EVEN | {"pull": 4, "push_again": 4, "review": 5},
    "faults": EVEN | {"flush": 0.5, "lose_window": 3, "lose_mark": 0.4, "outage": 0.5, "die": 5},
    "copies": EVEN | {"save": 2, "go_back": 1.5, "work": 18},
    "graph": EVEN | {"follow": 12, "unfollow": 10, "suspend": 2, "restore": 8, "remove": 8},
}
"""How often each thing happens, beside the others."""


class Wrong(AssertionError):
    """A page that was not that of plain SQL."""


class Simulator:
    """One history: `seed` decides what is tried, the database what comes of it."""

    def __init__(self, seed: int, mix: str) -> None:
        self.chance = random.Random(seed)
        self.mix = MIXES[mix]
        self.told: Counter[str] = Counter()
        self.run_id = "run"
        self.away = 0
        self.copy: dict[bytes, tuple[bytes, int]] = {}
        self.people = [make_user().pk for _ in range(PEOPLE)]
        self.circles = {pk: make_circle(owner_id=pk).pk for pk in self.people}
        for pair in permutations(self.people, 2):
            Follow.objects.create(follower_id=pair[0], followee_id=pair[1])
        self.stage = Stage(ACTORS)

    def run(self, steps: int) -> int:
        """Take so many steps; raise Wrong at the first page that is wrong."""
        names, weights = list(self.mix), list(self.mix.values())
        with small(self):
            try:
                for step in range(steps):
                    try:
                        self._step(names, weights)
                    except Wrong as error:
                        raise Wrong(f"step {step}: {error}") from None
            finally:
                self.stage.close()
        return steps

    def _step(self, names: list[str], weights: list[float]) -> None:
        self.away = max(0, self.away - 1)
        free = self.stage.free()
        if free and (self.chance.random() < 0.3 or len(free) == ACTORS):
            [name] = self.chance.choices(names, weights)
            self.told[name] += 1
            if name in INSTANT:
                INSTANT[name](self)
            else:
                self.chance.choice(free).begin(self._lasting(PLAYS[name]))
        elif busy := self.stage.busy():
            self.chance.choice(busy).turn()

    def _lasting(self, play: "Callable[[Simulator], object]") -> Callable[[], object]:
        def performed() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '20ms'")
            with suppress(*LOST):
                play(self)

        return performed

    # What people do ---------------------------------------------------------------------------
    def anybody(self) -> int:
        return self.chance.choice(self.people)

    def two(self) -> list[int]:
        return self.chance.sample(self.people, 2)

    def in_doubt(self, write: Callable[[], object]) -> None:
        """Write, wait, and take it back now and then."""
        with transaction.atomic():
            write()
            self.stage.step()
            self.stage.step()
            if self.chance.random() < 0.15:
                transaction.set_rollback(True)

    def publish(self) -> None:
        """Ids are drawn long before the commit."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT daira_id()")
            pk = cursor.fetchone()[0]
        self.stage.step()
        author, kind = self.anybody(), self.chance.choice(["public"] * 4 + ["followers", "circle"])
        circle = self.circles[author] if kind == "circle" else None
        post = Post(pk=pk, author_id=author, content="", visibility=kind, circle_id=circle)
        self.in_doubt(lambda: post.save(force_insert=True))

    def some_post(self, **which: Any) -> "Post | None":
        rows = list(Post.objects.filter(**which).order_by("-pk")[:12])
        return self.chance.choice(rows) if rows else None

    def remove(self) -> None:
        if post := self.some_post(deleted_at=None, status="published"):
            gone = self.chance.choice([{"status": "hidden"}, {"deleted_at": "2026-01-01T00:00Z"}])
            self.in_doubt(lambda: Post.objects.filter(pk=post.pk).update(**gone))

    def restore(self) -> None:
        hidden: dict[str, Any] = {"status": "hidden"}
        if post := self.some_post(**self.chance.choice([hidden, {"deleted_at__isnull": False}])):
            rows = Post.objects.filter(pk=post.pk)
            self.in_doubt(lambda: rows.update(deleted_at=None, status="published"))

    def follow(self) -> None:
        one, other = self.two()
        self.in_doubt(lambda: Follow.objects.create(follower_id=one, followee_id=other))

    def unfollow(self) -> None:
        one, other = self.two()
        rows = Follow.objects.filter(follower_id=one, followee_id=other)
        self.in_doubt(rows.delete)

    def block(self) -> None:
        one, other = self.two()
        with transaction.atomic():
            both = Follow.objects.filter(follower_id__in=[one, other])
            both.filter(followee_id__in=[one, other]).delete()
            Block.objects.create(blocker_id=one, blocked_id=other)
            self.stage.step()

    def unblock(self) -> None:
        Block.objects.all().delete()

    def mute(self) -> None:
        one, other = self.two()
        self.in_doubt(lambda: Mute.objects.create(muter_id=one, muted_id=other))

    def unmute(self) -> None:
        Mute.objects.all().delete()

    def circle(self) -> None:
        one, other = self.two()
        rows = CircleMember.objects.filter(circle_id=self.circles[one], member_id=other)
        if not rows.delete()[0]:
            CircleMember.objects.create(circle_id=self.circles[one], member_id=other)

    def audience(self) -> None:
        if post := self.some_post(circle=None):
            kind = self.chance.choice(["public", "followers", "private"])
            self.in_doubt(lambda: Post.objects.filter(pk=post.pk).update(visibility=kind))

    def suspend(self) -> None:
        rows = User.objects.filter(pk=self.anybody())
        self.in_doubt(lambda: rows.update(status=self.chance.choice(["suspended", "active"])))
        User.objects.filter(pk__in=self.people[:2]).update(status="active")

    # What the house does ----------------------------------------------------------------------
    def pull(self) -> None:
        with transaction.atomic():
            actions.pull(self.anybody())
            self.stage.step()

    def push_again(self) -> None:
        with transaction.atomic():
            actions.push_again(self.anybody())
            self.stage.step()

    def review(self) -> None:
        actions.review_authors()

    def work(self) -> None:
        rows = list(FeedPending.objects.filter(done=False).values_list("pk", flat=True))
        if rows:
            pk = self.chance.choice(rows)
            while not actions.fan_out(pk):
                self.stage.step()

    def mark(self) -> None:
        actions.advance_mark()

    def read(self) -> None:
        """Both pages come of one snapshot, that of the statement that judges."""
        reader, after = self.anybody(), None
        if self.chance.random() < 0.4 and (post := self.some_post()):
            after = post.pk
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            window, found = windows.judge(reader, after, LIMIT, LIMIT)
            if found is not None:
                plain = feed._plain(reader, after, LIMIT, LIMIT)
                self.told["pages"] += 1
                shown, right = [[row.id for row in rows] for rows, _ in (found, plain)]
                if shown != right or found[1] != plain[1]:
                    raise Wrong(f"{window.status} gave {shown}, plain SQL {right}")
        self.told[window.status] += 1
        windows.mend(reader, window)

    # What befalls the server ------------------------------------------------------------------
    def flush(self) -> None:
        self._redis(("FLUSHALL",))

    def lose_window(self) -> None:
        self._redis(*[("DEL", key) for key in self._keys() if not key.endswith(b":mark")][:1])

    def lose_mark(self) -> None:
        self._redis(*(("DEL", key) for key in self._keys() if key.endswith(b":mark")))

    def outage(self) -> None:
        self.away = self.chance.randrange(5, 60)

    def save(self) -> None:
        keys = self._keys()
        dumps = self._redis(*(("DUMP", key) for key in keys))
        self.copy = {key: dump for key, dump in zip(keys, dumps, strict=True) if dump}

    def go_back(self) -> None:
        """The server starts anew from an older copy of its memory."""
        self.run_id = f"run{self.chance.random()}"[:12]
        server.close()
        self._redis(("FLUSHALL",))
        self._redis(*(("RESTORE", key, 3_600_000, dump) for key, dump in self.copy.items()))

    def die(self) -> None:
        if busy := self.stage.busy():
            self.chance.choice(busy).die()

    def _keys(self) -> list[bytes]:
        [keys] = self._redis(("KEYS", "*feed:*"))
        keys = [key for key in keys if not key.endswith(b":asked")]
        self.chance.shuffle(keys)
        return keys

    def _redis(self, *commands: tuple[Any, ...]) -> list[Any]:
        away, self.away = self.away, 0
        try:
            return feeds._tier.send(lambda key: commands) if commands else []
        finally:
            self.away = away


INSTANT: dict[str, Callable[[Simulator], None]] = {
    name: getattr(Simulator, name)
    for name in ("flush", "lose_window", "lose_mark", "outage", "save", "go_back", "die")
}
PLAYS: dict[str, Callable[[Simulator], None]] = {
    name: getattr(Simulator, name) for name in EVEN if name not in INSTANT
}


@contextmanager
def small(simulator: Simulator) -> Iterator[None]:
    """Small windows; each call of Redis is a step, and fails while the server is away."""
    put: list[tuple[Any, str, Any]] = [
        *SMALL,
        *((feeds, name, _stepping(simulator, name)) for name in CALLS),
        (server, "_run_of", lambda info: simulator.run_id),
        (feeds._tier, "send_in_run", _failing(simulator)),
        (feeds.RESTS, "rest", lambda name, seconds: None),
    ]
    with ExitStack() as stack:
        for place, name, value in put:
            stack.enter_context(patch.object(place, name, value))
        for forget in (_forget_statements, server.close):
            forget()
            stack.callback(forget)
        yield


def _stepping(simulator: Simulator, name: str) -> Callable[..., Any]:
    call = getattr(feeds, name)

    def stepped(*args: Any, **kwargs: Any) -> Any:
        simulator.stage.step()
        answer = call(*args, **kwargs)
        simulator.stage.step()
        return answer

    return stepped


def _failing(simulator: Simulator) -> Callable[..., Any]:
    send = feeds._tier.send_in_run

    def sent(build: Any) -> Any:
        if simulator.away:
            raise Away("the server is away")
        return send(build)

    return sent


def _forget_statements() -> None:
    """Sizes are part of a statement's shape."""
    for one in (windows.judged, windows.candidates, feed._feed):
        one.statements.clear()
