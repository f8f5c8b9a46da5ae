"""A tier of named values with an end: read in one round trip, filled by one reader at a time.

A value in Redis is one byte, which tells a row from the knowledge that there is none, and the
record in MessagePack. Its name lives under the epoch of the server, so that whatever an older
copy of its memory holds is never read again.

A miss hands a lease to one reader, who loads and fills; the others look again for a while. `void`
takes value and lease away together, after the commit of what changed: a filler who read the old
row no longer holds the lease, and is refused.
"""

import random
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar

import msgspec
from django.conf import settings

from skeletal import metrics
from skeletal.cache.server import Away, Command, Refused, Script, server_of
from skeletal.cache.server import close as close
from skeletal.errors import InvalidInput

V = TypeVar("V")
KeyOf = Callable[[object], str]
"""Makes the key of a name."""
JITTER = 0.1
"""A time to live is drawn within so much of it, so that names that were filled together do not
end together."""
LEASE_SECONDS = 3.0
ABSENT_SECONDS = 30
"""How long it is remembered that there is no such row."""
FIRST_WAIT, LONGEST_WAIT, PATIENCE = 0.005, 0.25, 1.0
"""Seconds between two looks of a reader who waits for another's fill, twice as long each time,
and in all: a crowd that looks too often keeps the one filler from the processor."""
NOTHING, SOMETHING = b"0", b"1"
LARGEST = 1 << 20
"""Bytes of a value."""

TAKE = Script("""
local value = redis.call('GET', KEYS[1])
if value then return value end
return redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0
""")
FILL = Script("""
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[2])
return 1
""")


class Tier(Generic[V]):
    """Values of one type under names of one kind."""

    def __init__(self, name: str, word: str, form: type[V], *, lasting: bool = False) -> None:
        """Keys begin with `word`. `lasting` values stay true when the server starts anew."""
        self.name, self.word = name, word
        self._lasting = lasting
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(form).decode

    @property
    def seconds(self) -> int:
        """How long a value lives that is not given a time of its own."""
        return int(settings.CACHE_SECONDS[self.name])

    def get_many(self, names: Iterable[object]) -> dict[str, V]:
        """Return what is there, by name: one round trip. Nothing where Redis is away."""
        wanted = list(dict.fromkeys(map(str, names)))
        if not wanted:
            return {}
        try:
            [found] = self.send(lambda key: [("MGET", *map(key, wanted))])
        except (Away, Refused):
            found = [None] * len(wanted)
        read = self._looked_up(dict(zip(wanted, found, strict=True)))
        return {name: value for name, value in read.items() if value is not None}

    def get(self, name: object) -> V | None:
        """Return one value, or None: one round trip."""
        return self.get_many([name]).get(str(name))

    def set(
        self, name: object, value: V, seconds: float | None = None, *, most: int = LARGEST
    ) -> bool:
        """Write a value and end its lease; whether it was written: one round trip.

        Raises InvalidInput for one above `most` bytes or of a kind that has no encoding.
        """
        try:
            text = SOMETHING + self._encode(value)
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            raise InvalidInput(f"this cannot be kept: {error}", field="value") from error
        if len(text) > most:
            raise InvalidInput(f"a value has at most {most} bytes", field="value")
        life = int(seconds * 1000) or 1 if seconds else _milliseconds(self.seconds)
        try:
            self.send(lambda key: [("DEL", lease(key(name))), ("SET", key(name), text, "PX", life)])
        except (Away, Refused):
            return False
        self.count("write")
        return True

    def void(self, *names: object) -> bool:
        """Take values and their leases away; whether the server heard it: one round trip."""
        if not names:
            return True
        try:
            self.send(lambda key: [("DEL", *(k for n in names for k in (key(n), lease(key(n)))))])
        except (Away, Refused):
            return False
        self.count("delete", len(names))
        return True

    def exists(self, name: object) -> bool:
        """Whether a value is there: one round trip."""
        try:
            [found] = self.send(lambda key: [("EXISTS", key(name))])
        except (Away, Refused):
            return False
        return bool(found)

    def fetch(
        self, names: Iterable[object], load: Callable[[list[str]], Mapping[str, V]]
    ) -> dict[str, V]:
        """Return values by name, loaded where they are missing; names of no row are left out.

        One round trip where all are there, three where not. `load` is called with the names that
        are missing, as a rule once: what another reader is loading is waited for, up to a second.
        Where Redis is away all are loaded.
        """
        wanted = list(dict.fromkeys(map(str, names)))
        if not wanted:
            return {}
        try:
            [found] = self.send(lambda key: [("MGET", *map(key, wanted))])
        except (Away, Refused):
            return dict(load(wanted))
        known = self._looked_up(dict(zip(wanted, found, strict=True)))
        missing = [name for name in wanted if name not in known]
        if missing:
            known |= self._load(missing, load)
        return {n: value for n in wanted if (value := known.get(n)) is not None}

    def send(self, build: Callable[[KeyOf], Iterable[Command]]) -> list[Any]:
        """Send commands made with the builder of keys: one round trip, counted and timed."""
        return self.send_in_run(lambda key, run: build(key))[0]

    def send_in_run(
        self, build: Callable[[KeyOf, str], Iterable[Command]]
    ) -> tuple[list[Any], str]:
        """The same, with the run of the server that answers, which is told to `build` as well."""
        began, run = time.perf_counter(), ""

        def commands(epoch: str) -> Iterable[Command]:
            nonlocal run
            run = epoch
            return build(self._key_of(epoch), epoch)

        try:
            return server_of(self.name).send(commands), run
        except (Away, Refused):
            self.count("error")
            raise
        finally:
            metrics.CACHE_CALLS.labels(self.name).inc()
            metrics.CACHE_SECONDS.labels(self.name).inc(time.perf_counter() - began)

    def _load(
        self, missing: list[str], load: Callable[[list[str]], Mapping[str, V]]
    ) -> dict[str, V | None]:
        """Load what nobody else loads, wait for the rest, and load that too where it fails."""
        token, wait, ends = secrets.token_hex(8), FIRST_WAIT, time.monotonic() + PATIENCE
        known: dict[str, V | None] = {}
        waiting = missing
        while waiting:
            try:
                granted, there = self._take(waiting, token)
            except (Away, Refused):
                break
            known |= there
            if granted:
                known |= self._fill(granted, token, self._loaded(granted, load))
            waiting = [name for name in waiting if name not in known]
            if time.monotonic() > ends:
                break
            if waiting:
                time.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
                wait = min(2 * wait, LONGEST_WAIT)
        rest = load(waiting) if waiting else {}
        return known | {name: rest.get(name) for name in waiting}

    def _loaded(
        self, names: list[str], load: Callable[[list[str]], Mapping[str, V]]
    ) -> Mapping[str, V]:
        try:
            return load(names)
        except BaseException:
            self.void(*names)  # nobody shall wait for what does not come
            raise

    def _take(self, names: Sequence[str], token: str) -> tuple[list[str], dict[str, V | None]]:
        """Ask for the leases: the names that were handed out, and what is there meanwhile."""
        life = int(LEASE_SECONDS * 1000)
        answers = self.send(
            lambda key: [TAKE.call([key(n), lease(key(n))], token, life) for n in names]
        )
        found = dict(zip(names, answers, strict=True))
        granted = [name for name, answer in found.items() if answer == 1]
        there = {name: answer for name, answer in found.items() if isinstance(answer, bytes)}
        known = self._read(there)
        self.void(*(there.keys() - known.keys()))  # what cannot be read stands in the way
        return granted, known

    def _fill(self, names: Sequence[str], token: str, rows: Mapping[str, V]) -> dict[str, V | None]:
        """Write what was loaded under the lease, where it still stands; return it by name."""
        filled: dict[str, V | None] = {name: rows.get(name) for name in names}
        with suppress(Away, Refused):  # counted by `send`; the rows are right all the same
            written = self.send(
                lambda key: [
                    FILL.call([key(name), lease(key(name))], token, *self._written(value))
                    for name, value in filled.items()
                ]
            )
            self.count("write", sum(written))
        return filled

    def _written(self, value: V | None) -> tuple[bytes, int]:
        """The text of a value and its milliseconds."""
        if value is None:
            return NOTHING, _milliseconds(ABSENT_SECONDS)
        return SOMETHING + self._encode(value), _milliseconds(self.seconds)

    def _key_of(self, epoch: str) -> KeyOf:
        start = f"{settings.CACHE_PREFIX}:{'' if self._lasting else epoch}:{self.word}"
        return lambda name: f"{start}:{{{name}}}"

    def _looked_up(self, found: Mapping[str, bytes | None]) -> dict[str, V | None]:
        """The same, counted as hits and misses."""
        known = self._read(found)
        self.count("hit", len(known))
        self.count("miss", len(found) - len(known))
        return known

    def _read(self, found: Mapping[str, bytes | None]) -> dict[str, V | None]:
        """Values by name, None for no row; what cannot be read is left out and counted."""
        known: dict[str, V | None] = {}
        corrupt = 0
        for name, text in found.items():
            if text is None:
                continue
            try:
                known[name] = None if text == NOTHING else self._value(text)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                corrupt += 1
        self.count("corrupt", corrupt)
        return known

    def _value(self, text: bytes) -> V:
        if not text.startswith(SOMETHING):
            raise ValueError("not a value of ours")
        return self._decode(memoryview(text)[1:])

    def count(self, event: str, amount: int = 1) -> None:
        """Add to what this tier tells of itself."""
        if amount:
            metrics.CACHE_EVENTS.labels(self.name, event).inc(amount)


def lease(key: str) -> str:
    """The key of a value's lease: of the same slot in a cluster."""
    return f"{key}:lease"


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000 * random.uniform(1 - JITTER, 1 + JITTER)))  # noqa: S311


def round_trip_ms() -> float:
    """Milliseconds of one PING of the default server; raises Unavailable where it is away."""
    started = time.perf_counter()
    server_of("default").send(lambda epoch: [("PING",)])
    return (time.perf_counter() - started) * 1000
