"""Actors that run one at a time, each until its next step: threads that hand on one baton.

An actor is ordinary code on a connection of its own. It stops before and after each call of Redis
and before each statement; there another may go on, or it may die, as a killed process does.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import connection, connections


class Death(BaseException):
    """The process of an actor was killed here."""


class Stage:
    """The actors, and the one that is at its turn."""

    def __init__(self, size: int) -> None:
        self.here = threading.local()
        self.actors = [Actor(self) for _ in range(size)]

    def step(self) -> None:
        """Called by an actor: hand on the baton, and go on when it comes back."""
        actor = getattr(self.here, "actor", None)
        if actor is not None:
            actor.pause()

    def free(self) -> "list[Actor]":
        return [actor for actor in self.actors if actor.play is None]

    def busy(self) -> "list[Actor]":
        return [actor for actor in self.actors if actor.play is not None]

    def close(self) -> None:
        for actor in self.actors:
            actor.end()


class Actor:
    """One thread with one connection; `play` is what it is in the middle of."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._go, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self._dies = self._over = False
        self.play: Callable[[], object] | None = None
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def begin(self, play: Callable[[], object]) -> None:
        """Give it something to do; it does not begin before its first turn."""
        self.play = play

    def turn(self) -> None:
        """Let it run to its next step, or to its end."""
        self._go.release()
        self._stopped.acquire()
        if self.error is not None:
            raise self.error

    def die(self) -> None:
        """Kill it where it stands; what it has not committed is undone."""
        self._dies = True
        self.turn()

    def end(self) -> None:
        """Let the thread end."""
        if self.play is not None:
            self.die()
        self._over = True
        self._go.release()
        self._thread.join()

    def pause(self) -> None:
        if self._dies:  # on its way out it does nothing more
            raise Death
        self._stopped.release()
        self._go.acquire()
        if self._dies:
            raise Death

    def _live(self) -> None:
        self._stage.here.actor = self
        while True:
            self._go.acquire()
            if self._over:
                break
            self._perform()
            self._stopped.release()
        connections.close_all()

    def _perform(self) -> None:
        try:
            if not self._dies and self.play is not None:
                with connection.execute_wrapper(self._before):
                    self.play()
        except Death:
            with suppress(Exception):
                connection.close()
        except BaseException as error:
            self.error = error
            connection.close()
        finally:
            self.play, self._dies = None, False

    def _before(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.pause()
        return execute(sql, params, many, context)
