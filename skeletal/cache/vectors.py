"""What a person is interested in, as float32 numbers of one dimension."""

from array import array
from collections.abc import Callable, Sequence

from django.conf import settings

from skeletal.cache.tier import Tier
from skeletal.errors import InvalidInput

_tier = Tier("vectors", "vector", bytes)


def set_user_vector(user_id: int, embedding: Sequence[float]) -> bool:
    """Keep a vector for 30 days; whether Redis took it.

    Raises InvalidInput for one that has not VECTOR_DIMENSIONS finite numbers.
    """
    return _tier.set(user_id, _packed(embedding))


def get_user_vector(user_id: int) -> list[float] | None:
    """Return a vector; None where there is none, or one of another dimension."""
    return _unpacked(_tier.get(user_id))


def load_user_vector(
    user_id: int, load: Callable[[int], Sequence[float] | None]
) -> list[float] | None:
    """Return a vector, read by `load` where no copy is there: one round trip, else three.

    One of another dimension, from before VECTOR_DIMENSIONS was changed, is none.
    """

    def rows(names: list[str]) -> dict[str, bytes]:
        found = load(user_id)
        fits = found is not None and len(found) == settings.VECTOR_DIMENSIONS
        return {name: _packed(found) for name in names} if found is not None and fits else {}

    copy = _tier.fetch([user_id], rows).get(str(user_id))
    vector = _unpacked(copy)
    if copy is None or vector is not None:
        return vector
    _tier.count("corrupt")
    _tier.void(user_id)
    return _unpacked(rows([str(user_id)]).get(str(user_id)))


def invalidate_vector(user_id: int) -> bool:
    """Take a copy away, after the commit of what changed; whether Redis heard it."""
    return _tier.void(user_id)


def _packed(embedding: Sequence[float]) -> bytes:
    wanted = settings.VECTOR_DIMENSIONS
    if not isinstance(embedding, list | tuple) or len(embedding) != wanted:
        raise InvalidInput(f"a vector is a list of {wanted} numbers", field="embedding")
    try:
        numbers = array("f", embedding)
    except (TypeError, OverflowError) as error:
        raise InvalidInput("a vector holds numbers", field="embedding") from error
    if any(number - number for number in numbers):
        raise InvalidInput("a vector holds finite numbers of 32 bits", field="embedding")
    return numbers.tobytes()


def _unpacked(text: bytes | None) -> list[float] | None:
    if text is None or len(text) != 4 * settings.VECTOR_DIMENSIONS:
        return None
    numbers = array("f")
    numbers.frombytes(text)
    return list(numbers)
