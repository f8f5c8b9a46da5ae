"""Actors that take turns: one at a time, from gate to gate, in an order that a seed decides."""

from collections.abc import Callable, Mapping
from random import Random
from threading import Semaphore, Thread, local

from django.db import connection, connections

LONGEST_TURN = 60
"""Seconds after which a turn is taken for hung."""


class Actor:
    """A thread that goes on when it is told to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.turn = Semaphore(0)
        self.done = False


class Stage:
    """Runs actors; `gate` is where one of them stops and any of them may go on."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.steps = 0
        self._idle = Semaphore(0)
        self._mine = local()
        self._errors: list[BaseException] = []

    def gate(self, *_: object) -> None:
        """Let others run; nothing for a thread that is no actor.

        Who waits outside a transaction keeps no connection: the pool has few.
        """
        actor = getattr(self._mine, "actor", None)
        if actor is None:
            return
        if not connection.in_atomic_block:
            connection.close()
        self._idle.release()
        assert actor.turn.acquire(timeout=LONGEST_TURN), f"{actor.name} waits for ever"

    def run(self, parts: Mapping[str, Callable[[], None]]) -> None:
        """Run every part to its end; raise the first error of any."""
        connections.close_all()
        actors = [Actor(name) for name in parts]
        threads = [Thread(target=self._play, args=(actor, parts[actor.name])) for actor in actors]
        for thread in threads:
            thread.start()
        while waiting := [actor for actor in actors if not actor.done]:
            self.random.choice(waiting).turn.release()
            assert self._idle.acquire(timeout=LONGEST_TURN), "somebody hangs"
            self.steps += 1
        for thread in threads:
            thread.join()
        if self._errors:
            raise self._errors[0]

    def _play(self, actor: Actor, part: Callable[[], None]) -> None:
        self._mine.actor = actor
        actor.turn.acquire(timeout=LONGEST_TURN)
        try:
            part()
        except BaseException as error:
            self._errors.append(error)
        finally:
            connections.close_all()
            actor.done = True
            self._idle.release()
