"""Chance that is the same in every run: power laws, and pairs that come once."""

from collections.abc import Callable
from random import Random

SOFTENING = 10.0
"""Zipf–Mandelbrot: ranks count from 10, so the first of 100,000 takes a quarter per cent."""


class PowerLaw:
    """Ranks from 0 with a density that falls like rank to the power of -`shape` (0 ≤ shape < 1)."""

    def __init__(self, shape: float) -> None:
        self._power = 1 / (1 - shape)

    def chooser(self, rng: Random, size: int) -> Callable[[], int]:
        """Return a function that draws a rank below `size` (at least 1): 0.2 µs a draw."""
        power, random = self._power, rng.random
        low = SOFTENING ** (1 / power)
        width = (size + SOFTENING - 0.001) ** (1 / power) - low
        return lambda: int((low + width * random()) ** power - SOFTENING)


# Zipf shapes of Facebook's social graph, as LinkBench states them (FBWorkload.properties).
READS = PowerLaw(0.8)
"""How often a person or a thing is looked at: `read_shape`."""
WRITES = PowerLaw(0.741)
"""How often a person acts: `write_shape`."""
NODE_READS = PowerLaw(0.625)
"""How often a single object is opened: `node_read_shape`."""
VIRAL_SHARE = 0.06
"""The share of reactions that goes to things that are known to everybody, old or new."""


class Sieve:
    """Lets each pair of small numbers through at most once, in one byte for each slot.

    Like a Bloom filter with one hash it may also refuse a new pair (one in eight when full),
    never pass one twice: right for drawing, wrong for data that must not be lost.
    """

    def __init__(self, expected: int) -> None:
        bits = max(16, (expected * 8).bit_length())
        self._seen = bytearray(1 << bits)
        self._mask = (1 << bits) - 1

    def passes(self, first: int, second: int) -> bool:
        """Whether the pair is new; from now on it is not."""
        slot = first * 2654435761 + second * 40503 * 97 & self._mask
        if self._seen[slot]:
            return False
        self._seen[slot] = 1
        return True


def uniform(rng: Random, size: int) -> Callable[[], int]:
    """Return a function that draws a number below `size`, each equally often."""
    random = rng.random
    return lambda: int(random() * size)


def recent(rng: Random, size: int, whole: int) -> Callable[[], int]:
    """Return a function that draws one of the first `size` of `whole` things in order of time.

    Half fall on the newest eighth; VIRAL_SHARE on a hundredth that stays the same all along.
    """
    random = rng.random
    spacing = max(1, min(size, whole // 100))
    famous = (size - 1) // spacing + 1
    chosen = READS.chooser(rng, famous)

    def draw() -> int:
        if random() < VIRAL_SHARE:
            return chosen() * spacing
        return size - 1 - int(size * random() ** 3)

    return draw
