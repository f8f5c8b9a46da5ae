"""Whether an account may act: suspended and restored by staff, with an audit row."""

from skeletal.actions import audit
from skeletal.actions.events import Fact
from skeletal.actions.users.accounts import tell_of_change
from skeletal.actions.users.copies import forget_card
from skeletal.actions.users.facts import USER_RESTORED, USER_SUSPENDED
from skeletal.actions.users.sessions import end_sessions
from skeletal.db.transactions import execute_transaction
from skeletal.errors import NotFound
from skeletal.models import User
from skeletal.records.social import Changed
from skeletal.rules.ids import whole_id


def suspend_user(user_id: int, *, admin_id: int | None = None, note: str = "") -> Changed:
    """Suspend an active account and end its sign-ins: 7 statements in a transaction. Repeatable.

    Raises NotFound for an account that is absent, deactivated or erased.
    """
    return _set(user_id, "active", "suspended", USER_SUSPENDED, admin_id, note)


def restore_user(user_id: int, *, admin_id: int | None = None, note: str = "") -> Changed:
    """Let a suspended account act again: 4 statements in a transaction. Repeatable.

    It signs in anew. Raises NotFound for an account that is absent, deactivated or erased.
    """
    return _set(user_id, "suspended", "active", USER_RESTORED, admin_id, note)


def settle_change(user_id: int, actor: int | None) -> None:
    """Do what follows when staff changed a row of an account, in the transaction of the change.

    2 statements: the page is told to be another, and who may no longer act is signed out.
    """
    tell_of_change(user_id, actor)
    if not User.objects.filter(pk=user_id, status="active", deleted_at=None).exists():
        end_sessions(user_id, "suspended")


def _set(
    user_id: int, before: str, after: str, fact: Fact, admin_id: int | None, note: str
) -> Changed:
    number = whole_id(user_id, "user_id")

    def work() -> bool:
        people = User.objects.filter(pk=number, deleted_at=None, status__in=(before, after))
        status = people.select_for_update(no_key=True).values_list("status", flat=True).first()
        if status is None:
            raise NotFound("no such user")
        if status == after:
            return False
        User.objects.filter(pk=number).update(status=after)
        if after == "suspended":
            end_sessions(number, "suspended")
        audit.record(
            fact.name, resource_type="user", resource_id=number, admin_id=admin_id, note=note
        )
        fact.tell(of=number, actor=admin_id, user_id=number)
        forget_card(number)
        return True

    return Changed(changed=execute_transaction(work))
