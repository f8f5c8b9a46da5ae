"""Circles: whom a person lets see some of their posts."""

from skeletal.actions.social import groups
from skeletal.records import Made
from skeletal.records.social import Changed
from skeletal.rules import limits, words
from skeletal.rules.values import word

CIRCLE = groups.Kind(
    "circle",
    "circles",
    "circle_members",
    "circle_id",
    "uq_circle_name",
    limits.CIRCLE_NAME,
    used="EXISTS (SELECT FROM posts WHERE posts.circle_id = owned.id)",
)


def create_circle(
    owner_id: int, name: str, kind: str = "custom", *, idempotency_key: str | None = None
) -> Made:
    """Make an empty circle: 2 statements, 2 more with a key.

    Raises Forbidden for an account that is not active, Conflict where another circle of theirs
    has the name, whatever its letter case, or 100 stand, and for a key that stands for another
    request; InvalidInput for a name that is blank or longer than 50 characters, and a kind that
    is neither custom nor close_friends.
    """
    chosen = word(kind, words.CIRCLES, "kind")
    return groups.create(CIRCLE, owner_id, name, idempotency_key, kind=chosen)


def rename_circle(owner_id: int, circle_id: int, name: str) -> Changed:
    """Give a circle another name: 1 statement. Repeatable.

    Raises NotFound for a circle that is absent or another's, and what `create_circle` raises.
    """
    return groups.rename(CIRCLE, owner_id, circle_id, name)


def delete_circle(owner_id: int, circle_id: int) -> Changed:
    """Delete a circle and the places in it: 2 statements.

    Raises Conflict while there are posts for it, deleted ones too; NotFound for a circle that is
    absent, deleted already or another's, and Forbidden.
    """
    return groups.delete(CIRCLE, owner_id, circle_id)


def add_circle_member(owner_id: int, circle_id: int, member_id: int) -> Changed:
    """Put a person into a circle: 1 statement. Repeatable.

    Raises NotFound for a circle that is absent or another's and for a person who is absent, not
    visible to the owner or on either side of a block; InvalidInput for the owner; Forbidden.
    """
    return groups.add(CIRCLE, owner_id, circle_id, member_id)


def remove_circle_member(owner_id: int, circle_id: int, member_id: int) -> Changed:
    """Take a person out of a circle: 1 statement. Repeatable; raises NotFound and Forbidden."""
    return groups.remove(CIRCLE, owner_id, circle_id, member_id)
