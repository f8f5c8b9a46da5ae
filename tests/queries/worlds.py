"""A world that remembers what was put into it, and who may see what by a rule written by hand.

The rule reads only what the world remembers: nothing here knows `skeletal.queries`.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, TypeVar

from django.db.models import Model
from django.utils import timezone

from skeletal.models import (
    Block,
    Circle,
    CircleMember,
    Comment,
    Follow,
    Mute,
    User,
    UserProfile,
)
from skeletal.records import SYSTEM, Viewer
from tests.factories import number
from tests.queries.crowd import INACTIVE

M = TypeVar("M", bound=Model)
Pair = tuple[User, User]

STATES: dict[str, dict[str, Any]] = {"active": {}, **INACTIVE}
HOUR = timedelta(hours=1)
MUTES: dict[str, dict[str, Any]] = {
    "for ever": {},
    "expiring later": {"expires_at": HOUR},
    "expired": {"expires_at": -HOUR},
    "notifications": {"scope": "notifications"},
}
HUSHED: tuple[str | None, ...] = ("for ever", "expiring later")
"""The mutes that hide what the muted wrote."""


class World:
    """People, how they stand to each other, and what they wrote."""

    def __init__(self) -> None:
        self.people: dict[int, User] = {}
        self.states: dict[int, str] = {}
        self.circles: dict[int, Circle] = {}
        self.follows: set[tuple[Any, Any]] = set()
        self.blocks: set[tuple[Any, Any]] = set()
        self.mutes: dict[tuple[Any, Any], str] = {}
        self.members: set[tuple[Any, Any]] = set()
        self.private: set[int] = set()
        self.rows: dict[type[Model], dict[int, Any]] = defaultdict(dict)

    def join(self, *states: str, name: str = "person") -> list[User]:
        """New accounts in these states, each with a profile and a circle of its own."""
        names = [f"{name}{number()}" for _ in states]
        made = User.objects.bulk_create(
            User(username=n, email=f"{n}@example.test", password="!", **STATES[state])
            for n, state in zip(names, states, strict=True)
        )
        UserProfile.objects.bulk_create(
            UserProfile(user=user, display_name=f"Shown as {user.username}") for user in made
        )
        circles = Circle.objects.bulk_create(Circle(owner=user, name="close") for user in made)
        self.circles |= {circle.owner_id: circle for circle in circles}
        self.people |= {user.pk: user for user in made}
        self.states |= {user.pk: state for user, state in zip(made, states, strict=True)}
        return made

    def close(self, *people: User) -> None:
        """Make accounts private."""
        self.private |= {user.pk for user in people}
        User.objects.filter(pk__in=self.private).update(is_private=True)

    def follow(self, *pairs: Pair) -> None:
        Follow.objects.bulk_create(Follow(follower=one, followee=two) for one, two in pairs)
        self.follows |= _ids(pairs)

    def block(self, *pairs: Pair) -> None:
        Block.objects.bulk_create(Block(blocker=one, blocked=two) for one, two in pairs)
        self.blocks |= _ids(pairs)

    def mute(self, kind: str, *pairs: Pair) -> None:
        how = dict(MUTES[kind])
        if "expires_at" in how:
            how["expires_at"] += timezone.now()
        Mute.objects.bulk_create(Mute(muter=one, muted=two, **how) for one, two in pairs)
        self.mutes |= dict.fromkeys(_ids(pairs), kind)

    def admit(self, *pairs: Pair) -> None:
        """Take the second into the circle of the first."""
        CircleMember.objects.bulk_create(
            CircleMember(circle=self.circles[owner.pk], member=member) for owner, member in pairs
        )
        self.members |= {(self.circles[owner.pk].pk, member.pk) for owner, member in pairs}

    def write(self, rows: Iterable[M]) -> list[M]:
        """Save new rows of one table; a post for a circle is for its author's own."""
        made = list(rows)
        for row in made:
            if getattr(row, "visibility", "") == "circle":
                row.circle = self.circles[row.author_id]  # type: ignore[attr-defined]
        saved: list[M] = type(made[0])._default_manager.bulk_create(made) if made else []
        for row in saved:
            self.rows[type(row)][row.pk] = row
        return saved

    def all(self, model: type[Model]) -> dict[int, Any]:
        """Every row of a table by its id."""
        return self.people if model is User else self.rows[model]

    def seen(self, viewer: Viewer, model: type[Model]) -> set[int]:
        """The ids of all rows of a table that the viewer may see."""
        if model is User:
            return {id_ for id_ in self.people if self.sees_person(viewer, id_)}
        return {id_ for id_, row in self.rows[model].items() if self.sees(viewer, row)}

    def sees_person(self, viewer: Viewer, person: int) -> bool:
        if viewer is SYSTEM:
            return True
        if self.states[person] != "active":
            return False
        if (viewer, person) in self.blocks:
            return False
        return (person, viewer) not in self.blocks

    def sees(self, viewer: Viewer, row: Any) -> bool:
        """Whether the viewer may see a post, a video or a comment, wherever it stands."""
        if viewer is SYSTEM:
            return True
        if row.status != "published" or row.deleted_at is not None:
            return False
        if not self.hears(viewer, row.author_id):
            return False
        return isinstance(row, Comment) or self.is_meant(viewer, row)

    def hears(self, viewer: Viewer, author: int) -> bool:
        """Whether anything of the author's may reach the viewer."""
        if not self.sees_person(viewer, author):
            return False
        return self.mutes.get((viewer, author)) not in HUSHED

    def is_meant(self, viewer: Viewer, row: Any) -> bool:
        """Whether the viewer belongs to the row's audience."""
        if row.visibility == "public" and row.author_id not in self.private:
            return True
        if viewer == row.author_id:
            return True
        if row.visibility in ("public", "followers"):
            return (viewer, row.author_id) in self.follows
        if row.visibility == "circle":
            return (row.circle_id, viewer) in self.members
        return False

    def facts(self, viewer: int | None, row: Any) -> dict[str, object]:
        """The facts of a row as `may_see` takes them, for a person or for nobody."""
        author = row.pk if isinstance(row, User) else row.author_id
        about: dict[str, object] = {
            "active": self.states[author] == "active",
            "own": viewer == author,
            "blocks": (viewer, author) in self.blocks,
            "blocked_by": (author, viewer) in self.blocks,
            "muted": self.mutes.get((viewer, author)) in HUSHED,
            "follows": (viewer, author) in self.follows,
        }
        if not isinstance(row, User):
            about["live"] = row.status == "published" and row.deleted_at is None
            about["audience"] = getattr(row, "visibility", "public")
            about["shared"] = about["audience"] in ("public", "followers")
            about["open"] = author not in self.private
            about["in_circle"] = (getattr(row, "circle_id", None), viewer) in self.members
        return about


def _ids(pairs: Iterable[Pair]) -> set[tuple[int, int]]:
    return {(one.pk, two.pk) for one, two in pairs}
