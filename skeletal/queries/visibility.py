"""Who sees what: one rule for each kind of row, read as SQL and as a Python predicate.

A rule is a `Q` over facts: how a row stands, and how the viewer stands to its author. `visible`
turns each fact into a condition on rows; `may_see` looks the facts up in a mapping, for what was
read before. Both reduce the same rule by the same walk.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Now
from django.db.models.lookups import IsNull

from skeletal.db.prepared import Param
from skeletal.models import Block, CircleMember, Comment, Follow, Mute, Post, User, Video
from skeletal.records import Principal, Viewer
from skeletal.rules.ids import whole_id

Rows = TypeVar("Rows", bound="QuerySet[Any]")
Condition = Q | bool
Known = Mapping[str, object]


class Sight(StrEnum):
    """The three kinds of viewer; each has statements of its own."""

    ANONYMOUS = "anonymous"
    PERSON = "person"
    SYSTEM = "system"


ACCOUNT = Q(active=True, blocks=False, blocked_by=False)
AUTHOR = ACCOUNT & Q(muted=False)
AUDIENCE = Q(own=True) | Q(shared=True) & (Q(audience="public", open=True) | Q(follows=True))
CIRCLE = Q(audience="circle", in_circle=True)
RULES: dict[type[Model], Q] = {
    User: ACCOUNT,
    Post: Q(live=True) & AUTHOR & (AUDIENCE | CIRCLE),
    Video: Q(live=True) & AUTHOR & AUDIENCE,
    Comment: Q(live=True) & AUTHOR,
}
"""What a private account shares with the public is for its followers: it is not `open`.

A comment besides is seen only where its post or video is: its reads ask that once.
"""
PUBLIC: Known = {"audience": "public", "shared": True}
"""What is known of a row whose audience is the public."""

VIEWER = Param("viewer")
JUDGED: Known = {"active": True, "blocks": False, "blocked_by": False, "muted": False}
"""What is known of an author who was found visible by the rule AUTHOR."""

STRANGER: Known = dict.fromkeys(
    ("own", "blocks", "blocked_by", "muted", "follows", "in_circle"), False
)
"""How one who is not signed in stands to everybody."""


def sight_of(viewer_id: Viewer) -> tuple[Sight, int | None]:
    """What kind of viewer asks, and the id of a person; raises InvalidInput for what is no id."""
    if viewer_id is None:
        return Sight.ANONYMOUS, None
    if isinstance(viewer_id, Principal):
        return (Sight.SYSTEM, None) if viewer_id.is_system else sight_of(viewer_id.user_id)
    return Sight.PERSON, whole_id(viewer_id, "viewer_id")


def visible(
    rows: Rows,
    sight: Sight,
    *,
    at: str = "",
    rule: Q | None = None,
    known: Known | None = None,
    viewer: Any = VIEWER,
) -> Rows:
    """Keep what the viewer may see: no statement of its own, at most five index probes a row.

    `at` is the path to an account that is judged in place of the rows. `rule` and `known` let a
    read judge one part elsewhere: facts that are known cost nothing. `viewer` is a value, a
    parameter or, in a subquery, an OuterRef to whoever looks. SYSTEM sees every row.
    """
    if sight is Sight.SYSTEM:
        return rows
    facts = {**(STRANGER if sight is Sight.ANONYMOUS else {}), **(known or {})}
    model = User if at else rows.model

    def leaf(fact: str, wanted: object) -> Condition:
        if fact in facts:
            return facts[fact] == wanted
        condition = CONDITIONS[fact](_Place(model, at, viewer, wanted))
        return ~condition if wanted is False else condition

    condition = _reduce(RULES[model] if rule is None else rule, leaf)
    if isinstance(condition, Q):
        return rows.filter(condition)
    return rows if condition else rows.none()


def may_see(model: type[Model], facts: Known) -> bool:
    """Whether one to whom `facts` apply may see a row of `model`: no statement.

    Facts: live, active, open, own, blocks, blocked_by, muted, audience, shared (with the public
    or with followers), follows, in_circle.
    """
    return _reduce(RULES[model], lambda fact, wanted: facts[fact] == wanted) is True


def with_facts(rows: Rows, viewer_id: int) -> Rows:
    """Add each fact of the rules to rows, as a boolean `fact_<name>`; audience is a column."""
    asked = {
        f"fact_{name}": ExpressionWrapper(
            condition(_Place(rows.model, "", Value(viewer_id), True)), BooleanField()
        )
        for name, condition in CONDITIONS.items()
        if name != "audience"
    }
    return rows.annotate(**asked)


def _reduce(rule: Q, leaf: Callable[[str, object], Condition]) -> Condition:
    """Replace each fact by what `leaf` says of it, and drop what no longer matters."""
    decisive = rule.connector == Q.OR
    left = Q()
    for child in rule.children:
        found = _reduce(child, leaf) if isinstance(child, Q) else leaf(*_pair(child))
        if found is decisive:
            return decisive
        if isinstance(found, Q):
            left = left | found if decisive else left & found
    return left if left else not decisive


def _pair(child: Any) -> tuple[str, object]:
    fact, wanted = child
    return fact, wanted


class _Place:
    """Where a row keeps what a fact asks for."""

    def __init__(self, model: type[Model], at: str, viewer: Any, wanted: object) -> None:
        author = at or ("" if model is User else "author")
        self.account = f"{author}__" if author else ""
        self.author_id = f"{author}_id" if author else "pk"
        self.viewer, self.wanted = viewer, wanted

    @property
    def viewer_below(self) -> Any:
        """The viewer as a subquery names them."""
        return OuterRef(self.viewer) if isinstance(self.viewer, OuterRef) else self.viewer

    def between(self, rows: "QuerySet[Any]", viewer: str, author: str, **more: Any) -> Any:
        """The rows that stand between the viewer and the author."""
        return rows.filter(**{viewer: self.viewer_below, author: OuterRef(self.author_id)}, **more)


def _stands(rows: "QuerySet[Any]") -> Q:
    """Whether there is a row, asked by one index probe.

    In an OR, PostgreSQL would turn EXISTS into a table of all that the viewer follows.
    """
    return Q(IsNull(Subquery(rows.values("pk")[:1]), False))


def _active(place: _Place) -> Q:
    return Q(**{f"{place.account}status": "active", f"{place.account}deleted_at": None})


def _muted(place: _Place) -> Q:
    standing = Mute.objects.filter(Q(expires_at=None) | Q(expires_at__gt=Now()), scope="all")
    return Q(Exists(place.between(standing, "muter_id", "muted_id")))


def _in_circle(place: _Place) -> Q:
    members = CircleMember.objects.filter(member_id=place.viewer_below)
    return _stands(members.filter(circle_id=OuterRef("circle_id")))


BLOCKS, FOLLOWS = Block.objects.all(), Follow.objects.all()
CONDITIONS: dict[str, Callable[[_Place], Q]] = {
    "live": lambda place: Q(status="published", deleted_at=None),
    "active": _active,
    "own": lambda place: Q(**{place.author_id: place.viewer}),
    "blocks": lambda place: Q(Exists(place.between(BLOCKS, "blocker_id", "blocked_id"))),
    "blocked_by": lambda place: Q(Exists(place.between(BLOCKS, "blocked_id", "blocker_id"))),
    "muted": _muted,
    "audience": lambda place: Q(visibility=place.wanted),
    "shared": lambda place: Q(visibility__in=["public", "followers"]),
    "open": lambda place: Q(**{f"{place.account}is_private": False}),
    "follows": lambda place: _stands(place.between(FOLLOWS, "follower_id", "followee_id")),
    "in_circle": _in_circle,
}
