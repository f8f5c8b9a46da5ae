"""Keeps calls away from a server that does not answer, and looks after it meanwhile."""

import threading
import time
from collections.abc import Callable

FAILURES = 5
"""In a row; then the breaker opens."""
PROBE_SECONDS = 0.5
"""Between two looks at a server that is away."""


class Breaker:
    """Closed while a server answers; open after FAILURES failures in a row.

    While it is open no call waits for the server: a thread of its own asks `probe` every half
    second, whatever it takes, and closes it after the first answer. One is asked at a time.
    """

    def __init__(self, probe: Callable[[], bool], told: Callable[[bool], None]) -> None:
        self._probe, self._told = probe, told
        self._failures = 0
        self._open = False
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether calls must do without the server."""
        return self._open

    def succeeded(self) -> None:
        """A call was answered."""
        self._failures = 0

    def failed(self) -> None:
        """A call was not answered."""
        with self._lock:
            self._failures += 1
            if self._open or self._failures < FAILURES:
                return
            self._open = True
            self._told(True)
        try:
            threading.Thread(target=self._watch, name="cache breaker", daemon=True).start()
        except RuntimeError:  # there is no thread to be had: the next failures try again
            self._close()

    def _watch(self) -> None:
        while not self._probe():
            time.sleep(PROBE_SECONDS)
        self._close()

    def _close(self) -> None:
        with self._lock:
            self._failures, self._open = 0, False
            self._told(False)
