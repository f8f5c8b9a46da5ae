"""Cards of people, as lists show them; the row is the truth, and a change voids the copy."""

from collections.abc import Callable, Iterable, Mapping

from skeletal.cache.tier import Tier
from skeletal.records.users import UserCard

_tier = Tier("profiles", "profile", UserCard)


def set_user_profile(user_id: int, profile: UserCard) -> bool:
    """Write a card, whoever is loading it; whether Redis took it."""
    return _tier.set(user_id, profile)


def get_user_profile(user_id: int) -> UserCard | None:
    """Return the copy of a card, None where there is none: one round trip."""
    return _tier.get(user_id)


def load_profiles(
    user_ids: Iterable[int], load: Callable[[list[int]], Mapping[int, UserCard]]
) -> dict[int, UserCard]:
    """Return cards by id in the order asked, of those found: one round trip for what is there.

    `load` reads the rows of the others.
    """

    def rows(names: list[str]) -> dict[str, UserCard]:
        return {str(pk): card for pk, card in load([int(name) for name in names]).items()}

    return {int(name): card for name, card in _tier.fetch(user_ids, rows).items()}


def invalidate_profile(user_id: int) -> bool:
    """Take a copy away, after the commit of what changed; whether Redis heard it."""
    return _tier.void(user_id)


def invalidate_profiles(user_ids: Iterable[int]) -> bool:
    """The same for many people: one round trip."""
    return _tier.void(*user_ids)
