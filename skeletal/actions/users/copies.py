"""What the tiers forget of people: at once after the commit, and again by the fact's row.

The first is quick and may be lost: with Redis away, or with the process. The second is run from
the outbox until Redis has heard it.
"""

from collections.abc import Iterable
from functools import partial

from django.db import transaction

from skeletal.cache.profiles import invalidate_profile
from skeletal.cache.sessions import invalidate_digests
from skeletal.cache.vectors import invalidate_vector
from skeletal.errors import Unavailable
from skeletal.models import UserSession


def forget_card(user_id: int) -> None:
    """Take the copy of a card away once this is committed."""
    transaction.on_commit(partial(invalidate_profile, user_id))


def forget_sessions(digests: Iterable[str]) -> None:
    """The same for access tokens."""
    transaction.on_commit(partial(invalidate_digests, list(digests)))


def forget_vector(user_id: int) -> None:
    """The same for a vector."""
    transaction.on_commit(partial(invalidate_vector, user_id))


def void_card(user_id: int) -> None:
    """Take the copy of a card away, or raise Unavailable."""
    _require(invalidate_profile(user_id))


def void_vector(user_id: int) -> None:
    """The same for a vector."""
    _require(invalidate_vector(user_id))


def void_sessions(session_ids: Iterable[int]) -> None:
    """Take the copies of sign-ins away, or raise Unavailable: 1 statement."""
    rows = UserSession.objects.filter(pk__in=list(session_ids))
    _require(invalidate_digests(rows.values_list("access_digest", flat=True)))


def _require(heard: bool) -> None:
    if not heard:
        raise Unavailable("Redis did not hear what to forget")
