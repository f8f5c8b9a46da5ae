"""People as others see them.

In this step every viewer, SYSTEM too, sees what a visitor without an account sees: accounts that
are active. `viewer_id` is taken so that callers need not change when the visibility rule comes.
"""

from collections.abc import Iterable

from skeletal.errors import NotFound
from skeletal.models import User, UserProfile
from skeletal.queries.counters import shown, with_open
from skeletal.records import Page, Viewer
from skeletal.records.users import UserCard, UserWithStats

STATS = ("followers_count", "following_count", "posts_count")


def get_user_with_stats(user_id: int, viewer_id: Viewer = None) -> UserWithStats:
    """Return a person's page with counts exact at this moment: 1 statement.

    Raises NotFound for an account that is absent or not active.
    """
    rows = with_open(User.objects.live().for_list(), "user_profile", STATS)
    user = rows.filter(pk=user_id).first()
    if user is None:
        raise NotFound("no such user")
    return _with_stats(user)


def get_multiple_users(user_ids: Iterable[int], viewer_id: Viewer = None) -> dict[int, UserCard]:
    """Return cards by id, in the order asked, without those that are not visible: 1 statement."""
    wanted = list(dict.fromkeys(user_ids))
    found = {user.pk: card(user) for user in User.objects.live().for_list().filter(pk__in=wanted)}
    return {user_id: found[user_id] for user_id in wanted if user_id in found}


def list_users(
    cursor: str | None = None, limit: int = 20, viewer_id: Viewer = None
) -> Page[UserCard]:
    """List everybody who is active, newest account first: 1 statement.

    Raises InvalidCursor, and InvalidInput for a limit outside 1..100.
    """
    return User.objects.live().for_list().page(cursor=cursor, limit=limit).map(card)


def is_visible_user(user_id: int, viewer_id: Viewer = None) -> bool:
    """Whether the viewer may look at this account: 1 statement."""
    return User.objects.live().filter(pk=user_id).exists()


def card(user: User) -> UserCard:
    """Shape an account that was read with its profile: no statement."""
    return UserCard(
        id=user.pk,
        username=user.username,
        display_name=_profile(user).display_name,
        avatar_url=user.avatar_url,
        verified=user.verified,
    )


def _with_stats(user: User) -> UserWithStats:
    profile = _profile(user)
    return UserWithStats(
        id=user.pk,
        username=user.username,
        display_name=profile.display_name,
        avatar_url=user.avatar_url,
        verified=user.verified,
        bio=profile.bio,
        badges=profile.badges,
        created_at=user.created_at,
        followers_count=shown(profile, "followers_count", opened=user),
        following_count=shown(profile, "following_count", opened=user),
        posts_count=shown(profile, "posts_count", opened=user),
    )


def _profile(user: User) -> UserProfile:
    """The profile; for an account that has none, an empty one under its username."""
    profile: UserProfile | None = getattr(user, "profile", None)
    return profile or UserProfile(display_name=user.username, **dict.fromkeys(STATS, 0))
