"""People as others see them.

A person who is not active, or is on either side of a block with the viewer, is not there for
them. Numbers of statements are those of each call, whatever the number of rows.
"""

from collections.abc import Iterable

from django.db.models import Case, Q, QuerySet, When
from django.db.models.functions import Collate, Lower

from skeletal.db.prepared import BIGINTS, TEXT, Param, read
from skeletal.errors import NotFound
from skeletal.models import User, UserProfile
from skeletal.queries.batches import in_order, wanted
from skeletal.queries.counters import exact, exactly
from skeletal.queries.pages import newest_first, page_of, size_of
from skeletal.queries.visibility import Sight, sight_of, visible
from skeletal.records import Page, Viewer
from skeletal.records.users import UserCard, UserStats, UserWithStats

STATS = ("followers_count", "following_count", "posts_count")
LONGEST_NAME = 50


def get_user_with_stats(user_id: int, viewer_id: Viewer = None) -> UserWithStats:
    """Return a person's page with counts exact at this moment: 1 statement.

    Raises NotFound for an account that is absent or not visible.
    """
    sight, viewer = sight_of(viewer_id)
    user = _user(sight).first(user_id=user_id, viewer=viewer)
    if user is None:
        raise NotFound("no such user")
    return user


def get_multiple_users(user_ids: Iterable[int], viewer_id: Viewer = None) -> dict[int, UserCard]:
    """Return cards by id, in the order asked, without those that are not visible: 1 statement.

    Raises InvalidInput for more than 1,000 different ids.
    """
    ids = wanted(user_ids)
    sight, viewer = sight_of(viewer_id)
    return in_order(ids, _cards(sight).all(ids=ids, viewer=viewer)) if ids else {}


def get_user_stats(user_id: int) -> UserStats:
    """Return a person's counts exact at this moment, whatever the account's state: 1 statement.

    Raises NotFound for an account that is absent.
    """
    stats = _stats().first(user_id=user_id)
    if stats is None:
        raise NotFound("no such user")
    return stats


def batch_user_stats(user_ids: Iterable[int]) -> dict[int, UserStats]:
    """Return counts by id as of the last sweep, in the order asked, of those found: 1 statement."""
    ids = wanted(user_ids)
    return in_order(ids, _batch_stats().all(ids=ids), "user_id") if ids else {}


def list_users(
    cursor: str | None = None, limit: int = 20, viewer_id: Viewer = None
) -> Page[UserCard]:
    """List everybody who is visible, newest account first: 1 statement.

    Raises InvalidCursor, and InvalidInput for a limit outside 1..100.
    """
    sight, viewer = sight_of(viewer_id)
    return page_of(_people, sight, cursor, limit, viewer=viewer)


def search_users(query: str, limit: int = 20, viewer_id: Viewer = None) -> list[UserCard]:
    """Find people by the beginning of their username or display name: 1 statement.

    Usernames come first, each in alphabetical order; letter case does not matter. An empty query
    finds nobody. Raises InvalidInput for a limit outside 1..100 and a text that no name can hold.
    """
    size = size_of(limit)
    query = query.strip()
    if not query or len(query) > LONGEST_NAME:
        return []
    sight, viewer = sight_of(viewer_id)
    return _named(sight, size).all(query=query, viewer=viewer)[:limit]


def is_visible_user(user_id: int, viewer_id: Viewer = None) -> bool:
    """Whether the viewer may look at this account: 1 statement."""
    sight, viewer = sight_of(viewer_id)
    return _visible_user(sight).first(user_id=user_id, viewer=viewer) is not None


@read(UserWithStats, paths=exactly(STATS))
def _user(sight: Sight) -> QuerySet[User]:
    rows = visible(User.objects.filter(pk=Param("user_id")), sight)
    return exact(rows, "user_profile", STATS, at="profile__")


@read(UserCard)
def _cards(sight: Sight) -> QuerySet[User]:
    return visible(User.objects.filter(pk__any=Param("ids", BIGINTS)), sight)


@read(UserStats, paths=exactly(STATS))
def _stats() -> QuerySet[UserProfile]:
    return exact(UserProfile.objects.filter(pk=Param("user_id")), "user_profile", STATS)


@read(UserStats)
def _batch_stats() -> QuerySet[UserProfile]:
    return UserProfile.objects.filter(pk__any=Param("ids", BIGINTS))


@read(UserCard, key="id")
def _people(sight: Sight, continued: bool, size: int) -> QuerySet[User]:
    return newest_first(visible(User.objects.all(), sight), continued, size)


@read(int, paths={"": "pk"})
def _visible_user(sight: Sight) -> QuerySet[User]:
    return visible(User.objects.filter(pk=Param("user_id")), sight)


@read(UserCard, plan="generic")
def _named(sight: Sight, size: int) -> QuerySet[User]:
    """Each list of names is cut where its index ends the page; then both become one."""
    begins = Q(name__begins=Lower(Param("query", TEXT)))
    named = User.objects.annotate(name=Collate("username", "C"))
    profiles = UserProfile.objects.annotate(name=_shown("display_name")).filter(begins)
    usernames = visible(named.filter(begins), sight).order_by("name")[:size]
    displayed = visible(profiles, sight, at="user").order_by("name", "pk")[:size]
    found = named.filter(pk__in=usernames.values("pk").union(displayed.values("pk")))
    matched = Case(When(begins, then="name"), default=_shown("profile__display_name"))
    return found.order_by(Case(When(begins, then=0), default=1), matched, "pk")[:size]


def _shown(path: str) -> Collate:
    """A display name as its index holds it. Python's `lower` differs from PostgreSQL's (Σ, İ)."""
    return Collate(Lower(path), "C")
