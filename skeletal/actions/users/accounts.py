"""Accounts: opened, changed by their owners, and the first administrator."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Func, Value
from django.db.models.functions import Now

from skeletal.actions import audit
from skeletal.actions.acting import conflicting
from skeletal.actions.users.copies import forget_card
from skeletal.actions.users.facts import USER_CHANGED, USER_REGISTERED
from skeletal.db.transactions import execute_transaction
from skeletal.errors import Forbidden
from skeletal.models import Role, RoleAssignment, User, UserProfile, UserSettings
from skeletal.records.social import Changed
from skeletal.rules import contacts, limits, people, texts, usernames
from skeletal.rules.ids import whole_id
from skeletal.rules.values import flag, past

TAKEN = {
    "users_username_key": ("username", "this username is taken"),
    "uq_users_skeleton": ("username", "this username looks like one that is taken"),
    "users_email_key": ("email", "this e-mail address has an account"),
    "users_phone_key": ("phone", "this phone number has an account"),
}
"""Unique constraint → the field and what is said."""


def register_user(
    username: str,
    email: str,
    password: str,
    *,
    display_name: str = "",
    phone: str | None = None,
    region: str | None = None,
    locale: str = "en",
    at: datetime | None = None,
) -> int:
    """Make an account with its profile and settings; return its id.

    4 statements within BEGIN and COMMIT, and one hash of the password, which is what takes its
    time. Name, e-mail and phone are stored in the one form by which they are compared; `region`
    is where a phone number without + is dialled; `at` is the time of an account that comes from
    elsewhere. Raises InvalidInput, and Conflict for a name
    that is taken or looks like one that is, and for an e-mail or a phone that has an account.
    """
    name = usernames.username(username)
    user = User(
        username=name,
        username_skeleton=usernames.skeleton(name),
        email=contacts.email(email),
        phone=_phone(phone, region),
        password=make_password(people.password(password)),
        locale=people.locale(locale),
        **_since(past(at, "at")),
    )
    shown = texts.text(display_name, field="display_name", most=limits.DISPLAY_NAME)

    def work() -> int:
        user.save(force_insert=True)
        UserProfile.objects.create(user=user, display_name=shown.strip() or name)
        UserSettings.objects.create(user=user)
        USER_REGISTERED.tell(of=user.pk, actor=user.pk, user_id=user.pk)
        forget_card(user.pk)
        return user.pk

    with conflicting(**TAKEN):
        return execute_transaction(work)


def _since(at: datetime | None) -> dict[str, Any]:
    if at is None:
        return {}
    return {"pk": Func(Value(at), function="daira_id"), "created_at": at}


def update_profile(user_id: int, **changes: Any) -> Changed:
    """Change `display_name`, `bio`, `avatar_url`, `locale` or `is_private`. Repeatable.

    3 statements within BEGIN and COMMIT, 4 for account and page at once, 1 where all of it stands
    already. Raises InvalidInput, TypeError for what is none of these, and Forbidden for an account
    that is absent or not active. Whoever follows a private account goes on to do so.
    """
    number = whole_id(user_id, "user_id")
    read = {name: RULES[name](value) for name, value in _known(changes).items()}
    page = {name: read.pop(name) for name in ON_PAGE if name in read}

    def work() -> bool:
        rows = User.objects.filter(pk=number, status="active", deleted_at=None)
        locked = rows.select_related("profile").select_for_update(of=("self",), no_key=True)
        user = locked.first()
        if user is None:
            raise Forbidden("this account may not act")
        changed = [_set(user, read), _set(user.profile, page)]
        if any(changed):
            tell_of_change(user_id, user_id)
        return any(changed)

    return Changed(changed=bool(changes) and execute_transaction(work))


def tell_of_change(user_id: int, actor: int | None) -> None:
    """Tell that a page is another, in the transaction of the change, and forget its copy: 1
    statement."""
    USER_CHANGED.tell(of=user_id, actor=actor, user_id=user_id)
    forget_card(user_id)


def _set(row: User | UserProfile, values: dict[str, Any]) -> bool:
    """Write what is not so already, and when; whether there was any."""
    new = {name: value for name, value in values.items() if getattr(row, name) != value}
    if new:
        type(row)._default_manager.filter(pk=row.pk).update(**new, updated_at=Now())
    return bool(new)


def _known(changes: dict[str, Any]) -> dict[str, Any]:
    if unknown := changes.keys() - RULES.keys():
        raise TypeError(f"a profile has no {', '.join(sorted(unknown))}")
    return changes


ON_PAGE = ("display_name", "bio")
RULES: dict[str, Callable[[Any], Any]] = {
    "display_name": people.display_name,
    "bio": people.bio,
    "avatar_url": people.avatar_url,
    "locale": people.locale,
    "is_private": lambda value: flag(value, "is_private"),
}


def _phone(phone: str | None, region: str | None) -> str | None:
    dialled = None if region is None else people.region(region)
    return None if phone is None else contacts.phone(phone, region=dialled)


@transaction.atomic
def create_administrator(*, username: str, email: str, password: str) -> int:
    """Create an administrator with profile, settings and role; return the id.

    Audited. Nobody may register a name that looks like theirs. Raises IntegrityError when the name
    or the e-mail is taken.
    """
    user = User(
        username=username,
        username_skeleton=usernames.skeleton(username),
        email=email,
        verified=True,
        is_staff=True,
        is_superuser=True,
    )
    user.set_password(password)
    user.save(force_insert=True)
    UserProfile.objects.create(user=user, display_name=username)
    UserSettings.objects.create(user=user)
    RoleAssignment.objects.create(user=user, role=Role.objects.get(name="administrator"))
    audit.record("user.create_administrator", resource_type="user", resource_id=user.pk)
    return user.id
