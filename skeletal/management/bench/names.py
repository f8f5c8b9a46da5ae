"""People whose names are typed in part or misspelt: what is asked, by hand and as ordinary code."""

from typing import Any

from django.db.models import QuerySet

from skeletal.db import searching
from skeletal.management.bench import ordinary
from skeletal.management.bench.floor import SEARCH, Cursor, Rows, hand
from skeletal.management.bench.parts import ACTIVE, CARD, UNBLOCKED
from skeletal.management.bench.subjects import Ask, Subjects
from skeletal.models import User, UserProfile
from skeletal.queries.users import MOST_NEAR
from skeletal.rules.folding import fold
from skeletal.rules.searching import likeness

MOST = 20
NEAR = "daira_near(daira_fold({0})) @@ %s::tsquery"
FOUND_NEAR = hand(
    f"""
    SELECT {CARD} FROM (
      (SELECT u.id FROM users u
       WHERE {NEAR.format("u.username")} AND {ACTIVE} AND {UNBLOCKED} LIMIT {MOST_NEAR})
      UNION
      (SELECT u.id FROM user_profiles p JOIN users u ON u.id = p.user_id
       WHERE {NEAR.format("p.display_name")} AND {ACTIVE} AND {UNBLOCKED} LIMIT {MOST_NEAR})
    ) f JOIN users u ON u.id = f.id JOIN user_profiles p ON p.user_id = u.id
    """,
    "near viewer viewer near viewer viewer",
)


def misspelt(from_: Subjects, viewer: int) -> Ask:
    """A name, or its first word, without its third letter: few or many are near."""
    name = from_.chance.choice(from_.names)
    wanted = name if from_.chance.random() < 0.5 else name.partition("_")[0]
    return Ask(viewer, text=wanted[:2] + wanted[3:])


def by_hand(cursor: Cursor, ask: Ask) -> Rows:
    found = SEARCH(cursor, ask)
    if len(found) < MOST:
        near = FOUND_NEAR(cursor, ask)
        near.sort(key=lambda row: (-_likeness(row[1:3], ask.text), row[0]))
        found = list(dict.fromkeys([*found, *near]))[:MOST]
    return found


def by_orm(ask: Ask) -> Any:
    found: list[User] = ordinary.search(ask)
    if len(found) < MOST:
        near = list(_near(ask))
        near.sort(key=lambda user: (-_likeness(_shown(user), ask.text), user.pk))
        found = list(dict.fromkeys([*found, *near]))[:MOST]
    return found


def settled(ask: Ask) -> bool:
    """Where more names are near than are looked at, which of them is a plan's choice."""
    return all(part[: MOST_NEAR + 1].count() <= MOST_NEAR for part in _parts(ask))


def _near(ask: Ask) -> "QuerySet[User]":
    first, second = (part[:MOST_NEAR] for part in _parts(ask))
    return User.objects.filter(pk__in=first.union(second)).select_related("profile")


def _parts(ask: Ask) -> list[Any]:
    """The ids of whom either name is near."""
    users = User.objects.annotate(near=searching.near("username"))
    shown = UserProfile.objects.annotate(near=searching.near("display_name"))
    return [
        ordinary.seen(users.filter(near__matches=ask.near), ask).values("pk"),
        ordinary.seen(shown.filter(near__matches=ask.near), ask, at="user").values("pk"),
    ]


def _shown(user: User) -> tuple[str, str]:
    return user.username, user.profile.display_name


def _likeness(names: tuple[str, ...], wanted: str) -> float:
    return max(likeness(fold(name), wanted) for name in names)
