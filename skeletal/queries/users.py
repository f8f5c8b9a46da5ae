"""People as others see them.

A person who is not active, or is on either side of a block with the viewer, is not there for
them. Numbers of statements are those of each call, whatever the number of rows.
"""

from collections.abc import Iterable

from django.db.models import Case, F, Q, QuerySet, Subquery, When
from django.db.models.functions import Least, Now

from skeletal.cache.profiles import load_profiles
from skeletal.cache.sessions import load_session
from skeletal.cache.vectors import load_user_vector
from skeletal.db import searching as search
from skeletal.db.likeness import likeness
from skeletal.db.prepared import BIGINTS, TEXT, Param, read
from skeletal.errors import InvalidInput, NotFound, Unauthenticated
from skeletal.models import User, UserProfile, UserSession, UserVector
from skeletal.queries.batches import in_order, may_copy, wanted
from skeletal.queries.counters import exact, exactly
from skeletal.queries.pages import newest_first, page_of, size_of
from skeletal.queries.visibility import Sight, sight_of, visible
from skeletal.records import Page, Viewer
from skeletal.records.users import (
    JudgedSession,
    SessionTicket,
    UserCard,
    UserStats,
    UserWithStats,
)
from skeletal.rules import searching
from skeletal.rules.folding import fold

STATS = ("followers_count", "following_count", "posts_count")
LONGEST_NAME = 50
MOST_NEAR = 50


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

    For SYSTEM, whose answer nothing has to judge, from the tier: none where all are there. Raises
    InvalidInput for more than 1,000 different ids.
    """
    ids = wanted(user_ids)
    sight, viewer = sight_of(viewer_id)
    if sight is Sight.SYSTEM and may_copy() and all(type(pk) is int for pk in ids):
        return load_profiles(ids, _all_cards)
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
    """Find people by name, as it is typed or misspelt: 1 statement, 2 where few are found.

    First whose username begins so, that very name before others, then whose display name does,
    each in alphabetical order of what is compared: the folded names. Then, of at most 50 people
    by each of their names, those all of whose words are there with at most one letter amiss, the
    most alike first. A query that folds to nothing finds nobody. Raises InvalidInput for a limit
    outside 1..100 and a text that no name can hold.
    """
    size = size_of(limit)
    if not isinstance(query, str):
        raise InvalidInput("this must be a text", field="query")
    query = query.strip()
    name = fold(query).strip() if len(query) <= LONGEST_NAME else ""
    if not name:
        return []
    sight, viewer = sight_of(viewer_id)
    found = _named(sight, size).all(query=name, viewer=viewer)[:limit]
    wanted = searching.misspelt(name) if len(found) < limit else ""
    if not wanted:
        return found
    near = _near(sight).all(wanted=wanted, viewer=viewer)
    near.sort(key=lambda card: (-_likeness(card, name), card.id))
    return list({card.id: card for card in (*found, *near)}.values())[:limit]


def _likeness(card: UserCard, name: str) -> float:
    names = (card.username, card.display_name)
    return max(searching.likeness(fold(shown), name) for shown in names)


def is_visible_user(user_id: int, viewer_id: Viewer = None) -> bool:
    """Whether the viewer may look at this account: 1 statement."""
    sight, viewer = sight_of(viewer_id)
    return _visible_user(sight).first(user_id=user_id, viewer=viewer) is not None


def get_interest(user_id: int) -> list[float] | None:
    """Return a person's vector, None where there is none: from the tier, else 1 statement."""
    if may_copy():
        return load_user_vector(user_id, _vector_of)
    return _vector_of(user_id)


def list_similar_users(user_id: int, limit: int = 20) -> list[UserCard]:
    """List the people whose vectors are nearest to a person's, of those whom they see.

    1 statement, which asks every vector. The nearest first, none that points the other way, and
    nobody for who has no vector. Raises InvalidInput for a limit outside 1..100.
    """
    return _similar(size_of(limit)).all(user_id=user_id, viewer=user_id)[:limit]


def get_session(token: str) -> SessionTicket:
    """Return whom an access token lets in: 1 statement, none where its row spoke within a minute.

    A sign-in that was taken back, and an account that was suspended, are seen at once; within a
    minute where Redis could not be told. Raises Unauthenticated for every other token.
    """
    ticket = load_session(token, _judge, rows_only=not may_copy())
    if ticket is None:
        raise Unauthenticated("sign in again")
    return ticket


def _all_cards(ids: list[int]) -> dict[int, UserCard]:
    return in_order(ids, _cards(Sight.SYSTEM).all(ids=ids, viewer=None))


def _vector_of(user_id: int) -> list[float] | None:
    return UserVector.objects.filter(pk=user_id).values_list("embedding", flat=True).first()


def _judge(digest: str) -> JudgedSession | None:
    return _session().first(digest=digest)


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
    begins = Q(name__begins=Param("query", TEXT))
    named = User.objects.annotate(name=search.name("username"))
    profiles = UserProfile.objects.annotate(name=search.name("display_name")).filter(begins)
    usernames = visible(named.filter(begins), sight).order_by("name", "pk")[:size]
    displayed = visible(profiles, sight, at="user").order_by("name", "pk")[:size]
    found = named.filter(pk__in=usernames.values("pk").union(displayed.values("pk")))
    matched = Case(When(begins, then="name"), default=search.name("profile__display_name"))
    return found.order_by(Case(When(begins, then=0), default=1), matched, "pk")[:size]


@read(UserCard, plan="generic")
def _near(sight: Sight) -> QuerySet[User]:
    """Some of those near by each name, whom an index finds in no order."""
    near = Q(near__matches=Param("wanted", TEXT))
    users = User.objects.annotate(near=search.near("username")).filter(near)
    profiles = UserProfile.objects.annotate(near=search.near("display_name")).filter(near)
    usernames = visible(users, sight)[:MOST_NEAR]
    displayed = visible(profiles, sight, at="user")[:MOST_NEAR]
    return User.objects.filter(pk__in=usernames.values("pk").union(displayed.values("pk")))


@read(JudgedSession, paths={"session_id": "pk"})
def _session() -> QuerySet[UserSession]:
    good = Q(revoked_at=None, access_expires_at__gt=Now(), expires_at__gt=Now())
    active = Q(user__status="active", user__deleted_at=None)
    rows = UserSession.objects.filter(good, active, access_digest=Param("digest", TEXT))
    return rows.annotate(ends=Least("access_expires_at", "expires_at"))


@read(UserCard, plan="generic")
def _similar(size: int) -> QuerySet[User]:
    vector = UserVector.objects.filter(pk=Param("user_id")).values("embedding")
    near = User.objects.annotate(near=likeness(F("vector__embedding"), Subquery(vector)))
    others = near.filter(near__gt=0).exclude(pk=Param("user_id"))
    return visible(others, Sight.PERSON).order_by("-near", "-pk")[:size]
