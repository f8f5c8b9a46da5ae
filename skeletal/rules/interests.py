"""What somebody is interested in, told from what they liked: the mean of it, newer things first."""

from collections.abc import Sequence
from math import exp, isfinite, log, sqrt

from skeletal.errors import InvalidInput

HALF_LIFE = 30.0
"""Days after which a like counts half."""
LIKES = 200
"""The newest ones are asked; the 200th of one who likes daily counts a hundredth."""

MOST_NUMBERS = 4096
LARGEST = 1e38
"""What float32 holds, about."""


def embedding(value: object, *, field: str, size: int | None = None) -> list[float]:
    """Return `size` numbers that point somewhere, or any number of them up to 4096.

    Raises InvalidInput for what is no list of finite numbers of float32, and for nothing but zeros.
    """
    if not isinstance(value, list | tuple) or len(value) not in _sizes(size):
        raise InvalidInput(f"a list of {size or f'1 to {MOST_NUMBERS}'} numbers", field=field)
    plain = all(isinstance(one, int | float) and not isinstance(one, bool) for one in value)
    if not plain or not all(-LARGEST <= one <= LARGEST for one in value) or not any(value):
        raise InvalidInput("finite numbers of 32 bits that are not all 0", field=field)
    return [float(one) for one in value]


def _sizes(size: int | None) -> range:
    return range(size, size + 1) if size else range(1, MOST_NUMBERS + 1)


def decayed_mean(liked: Sequence[tuple[float, Sequence[float]]], size: int) -> list[float] | None:
    """Return the mean of vectors by their age in days, of length 1; None where there is none.

    Each is brought to length 1 first: a loud video says no more than a quiet one. Those that have
    not `size` finite numbers, or none above zero, are left out. As all ages grow alike, it need not
    be made anew before the next like.
    """
    total = [0.0] * size
    youngest = min((age for age, _ in liked), default=0.0)
    for age, vector in liked:
        unit = normal(vector) if len(vector) == size else None
        if unit is not None:
            weight = exp(-log(2) * (age - youngest) / HALF_LIFE)
            total = [have + weight * more for have, more in zip(total, unit, strict=True)]
    return normal(total)


def normal(vector: Sequence[float]) -> list[float] | None:
    """Return the same direction at length 1; None for zeros and for what is not finite."""
    largest = max((abs(number) for number in vector), default=0.0)
    if not (largest > 0 and all(isfinite(number) for number in vector)):
        return None
    scaled = [number / largest for number in vector]
    length = sqrt(sum(number * number for number in scaled))
    return [number / length for number in scaled]
