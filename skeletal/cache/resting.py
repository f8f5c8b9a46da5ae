"""What need not be asked of Redis for a while, as this process remembers."""

import time


class Rests:
    """Names that rest, each until a moment of its own; when there are `most` all are forgotten."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._until: dict[object, float] = {}

    def rest(self, name: object, seconds: float) -> None:
        """Let a name rest from now on."""
        if len(self._until) >= self._most:
            self._until.clear()
        self._until[name] = time.monotonic() + seconds

    def __contains__(self, name: object) -> bool:
        """Whether it still rests."""
        until = self._until.get(name)
        return until is not None and until > time.monotonic()

    def clear(self) -> None:
        """Let nothing rest."""
        self._until.clear()
