"""Rows on their way: a thread makes and encodes them while this one feeds COPY statements."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, Queue
from typing import Any

from skeletal.management.seeding.encoding import Encoder

BUFFERS = 256
BUFFER_BYTES = 256 * 1024
"""What may lie between the two threads: 256 buffers of about 256 KiB, 64 MiB."""


@dataclass(frozen=True)
class Chunk:
    """Encoded rows of one table."""

    encoder: Encoder
    rows: int
    data: bytes


class Abandoned(Exception):
    """The reader of the stream has given up: the maker of rows must stop."""


class Stream:
    """A bounded queue of encoded rows."""

    def __init__(self) -> None:
        self._queue: Queue[Chunk | BaseException | None] = Queue(BUFFERS)
        self._abandoned = False
        self._encoder: Encoder | None = None
        self._pending: list[bytes] = []
        self._rows = self._bytes = 0

    def add(self, encoder: Encoder, rows: int, **columns: Iterable[Any]) -> None:
        """Encode `rows` rows of `columns` and pass them on in buffers of about BUFFER_BYTES."""
        if rows == 0:
            return
        if encoder is not self._encoder or self._bytes >= BUFFER_BYTES:
            self._flush()
            self._encoder = encoder
        data = encoder.encode(columns)
        self._pending.append(data)
        self._rows += rows
        self._bytes += len(data)

    def _flush(self) -> None:
        if self._encoder and self._rows:
            self._put(Chunk(self._encoder, self._rows, b"".join(self._pending)))
        self._pending = []
        self._rows = self._bytes = 0

    def _put(self, item: Chunk | BaseException | None) -> None:
        if self._abandoned:
            raise Abandoned
        self._queue.put(item)

    def run(self, make: Callable[["Stream"], None]) -> None:
        """Make all rows and close the stream; a failure travels to the reader."""
        try:
            make(self)
            self._flush()
            self._put(None)
        except Abandoned:
            pass
        except BaseException as error:
            self._queue.put(error)

    def __iter__(self) -> Iterator[Chunk]:
        while (item := self._queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def abandon(self) -> None:
        """Make the maker's next buffer raise Abandoned, and make room for it."""
        self._abandoned = True
        while True:
            try:
                self._queue.get_nowait()
            except Empty:
                return


@contextmanager
def produced(make: Callable[[Stream], None]) -> Iterator[Stream]:
    """Run `make` in a thread that ends with this block, however it ends."""
    stream = Stream()
    thread = threading.Thread(target=stream.run, args=(make,), name="seed rows", daemon=True)
    thread.start()
    try:
        yield stream
    finally:
        while thread.is_alive():
            stream.abandon()
            thread.join(0.05)
