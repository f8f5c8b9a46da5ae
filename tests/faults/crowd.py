"""A crowd that reads, writes, signs in and out while something happens to Redis."""

import time
from collections.abc import Callable
from threading import Event, Lock, Thread

from django.db import connections

from skeletal.actions import users
from skeletal.cache import limits
from skeletal.errors import Unauthenticated
from skeletal.jobs import run_pending
from skeletal.models import UserProfile
from skeletal.queries.users import get_multiple_users, get_session
from skeletal.records import SYSTEM
from tests.factories import make_user

PEOPLE, READERS = 5, 2


class Crowd:
    """Two readers, one writer, one who signs in and out, the relay of the outbox.

    `errors` are what no call may raise, `stale` the moments of answers older than what was known
    when they were asked for, `slowest` the longest call of each kind.
    """

    def __init__(self) -> None:
        self.people = [make_user(display_name="v0").pk for _ in range(PEOPLE)]
        self.known = dict.fromkeys(self.people, 0)
        self.errors: list[BaseException] = []
        self.stale: list[float] = []
        self.slowest: dict[str, float] = {}
        self.calls = 0
        self.quiet = Event()
        """Once it is set nobody writes: no later void makes good what was lost."""
        self._over, self._lock = Event(), Lock()
        self._threads = [
            *(Thread(target=self._play, args=("read", self._read)) for _ in range(READERS)),
            Thread(target=self._play, args=("write", self._write)),
            Thread(target=self._play, args=("relay", self._relay)),
        ]

    def __enter__(self) -> "Crowd":
        connections.close_all()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _play(self, name: str, part: Callable[[], None]) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            try:
                part()
            except Exception as error:
                self.errors.append(error)
            took = time.monotonic() - began
            with self._lock:
                self.calls += 1
                self.slowest[name] = max(self.slowest.get(name, 0), took)
        connections.close_all()

    def _read(self) -> None:
        floor, began = dict(self.known), time.monotonic()
        for pk, card in get_multiple_users(self.people, SYSTEM).items():
            if int(card.display_name[1:]) < floor[pk]:
                self.stale.append(began)
        for card in get_multiple_users(self.people, self.people[0]).values():
            assert int(card.display_name[1:]) >= floor[card.id], "this one is read from rows"
        limits.check_rate_limit(self.people[0], "read", 10_000, 1)

    def _write(self) -> None:
        for pk in self.people:
            if self.quiet.is_set():
                time.sleep(0.01)
                return
            number = self.known[pk] + 1
            assert users.update_profile(pk, display_name=f"v{number}").changed
            self.known[pk] = number
            self._sign_in_and_out(pk)
            time.sleep(0.01)

    def _sign_in_and_out(self, pk: int) -> None:
        made = users.open_session(pk, "web")
        assert get_session(made.access_token).user_id == pk
        assert get_session(made.access_token).user_id == pk
        users.close_session(pk, made.session_id)
        began = time.monotonic()
        try:
            get_session(made.access_token)
        except Unauthenticated:
            return
        self.stale.append(began)

    def _relay(self) -> None:
        run_pending()
        time.sleep(0.1)

    def lost(self) -> dict[int, str]:
        """What is written otherwise than the writer was told."""
        rows = dict(UserProfile.objects.values_list("user_id", "display_name"))
        return {pk: rows[pk] for pk in self.people if rows[pk] != f"v{self.known[pk]}"}
