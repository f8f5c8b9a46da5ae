"""Lists: whom a person reads together."""

from skeletal.actions.social import groups
from skeletal.records import Made
from skeletal.records.social import Changed
from skeletal.rules import limits

LIST = groups.Kind(
    "list", "user_lists", "user_list_members", "user_list_id", "uq_list_name", limits.LIST_NAME
)


def create_list(owner_id: int, name: str, *, idempotency_key: str | None = None) -> Made:
    """Make an empty list: 2 statements, 2 more with a key.

    Raises Forbidden for an account that is not active, Conflict where another list of theirs has
    the name, whatever its letter case, or 100 stand, and for a key that stands for another
    request; InvalidInput for a name that is blank or longer than 50 characters.
    """
    return groups.create(LIST, owner_id, name, idempotency_key)


def rename_list(owner_id: int, list_id: int, name: str) -> Changed:
    """Give a list another name: 1 statement. Repeatable.

    Raises NotFound for a list that is absent or another's, and what `create_list` raises.
    """
    return groups.rename(LIST, owner_id, list_id, name)


def delete_list(owner_id: int, list_id: int) -> Changed:
    """Delete a list and the places on it: 2 statements.

    Raises NotFound for a list that is absent, deleted already or another's, and Forbidden.
    """
    return groups.delete(LIST, owner_id, list_id)


def add_list_member(owner_id: int, list_id: int, member_id: int) -> Changed:
    """Put a person on a list: 1 statement. Repeatable.

    Raises NotFound for a list that is absent or another's and for a person who is absent, not
    visible to the owner or on either side of a block; InvalidInput for the owner; Forbidden.
    """
    return groups.add(LIST, owner_id, list_id, member_id)


def remove_list_member(owner_id: int, list_id: int, member_id: int) -> Changed:
    """Take a person off a list: 1 statement. Repeatable; raises NotFound and Forbidden."""
    return groups.remove(LIST, owner_id, list_id, member_id)
