"""Writes on accounts."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models.functions import Now

from skeletal.actions import audit
from skeletal.actions.acting import conflicting
from skeletal.actions.events import fact
from skeletal.db.transactions import execute_transaction
from skeletal.errors import Forbidden
from skeletal.models import Role, RoleAssignment, User, UserProfile, UserSettings
from skeletal.records.social import Changed
from skeletal.rules import contacts, limits, texts, usernames
from skeletal.rules.values import flag

USER_REGISTERED = fact("user.registered", "user", "An account is there.", user_id="id")
USER_CHANGED = fact("user.changed", "user", "A person changed their page.", user_id="id")
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
) -> int:
    """Make an account with its profile and settings; return its id.

    4 statements within BEGIN and COMMIT, and one hash of the password, which is what takes its
    time. Name, e-mail and phone are stored in the one form by which they are compared; `region`
    is where a phone number without + is dialled. Raises InvalidInput, and Conflict for a name
    that is taken or looks like one that is, and for an e-mail or a phone that has an account.
    """
    name = usernames.username(username)
    user = User(
        username=name,
        username_skeleton=usernames.skeleton(name),
        email=contacts.email(email),
        phone=None if phone is None else contacts.phone(phone, region=region),
        password=make_password(_password(password)),
        locale=texts.text(locale, field="locale", most=limits.LOCALE, least=1),
    )
    shown = texts.text(display_name, field="display_name", most=limits.DISPLAY_NAME)

    def work() -> int:
        user.save(force_insert=True)
        UserProfile.objects.create(user=user, display_name=shown.strip() or name)
        UserSettings.objects.create(user=user)
        USER_REGISTERED.tell(of=user.pk, actor=user.pk, user_id=user.pk)
        return user.pk

    with conflicting(**TAKEN):
        return execute_transaction(work)


def update_profile(user_id: int, **changes: Any) -> Changed:
    """Change `display_name`, `bio`, `avatar_url`, `locale` or `is_private`. Repeatable.

    3 statements within BEGIN and COMMIT, 4 for account and page at once, 1 where all of it stands
    already. Raises InvalidInput, TypeError for what is none of these, and Forbidden for an account
    that is absent or not active. Whoever follows a private account goes on to do so.
    """
    read = {name: RULES[name](value) for name, value in _known(changes).items()}
    page = {name: read.pop(name) for name in ON_PAGE if name in read}

    def work() -> bool:
        people = User.objects.filter(pk=user_id, status="active", deleted_at=None)
        locked = people.select_related("profile").select_for_update(of=("self",), no_key=True)
        user = locked.first()
        if user is None:
            raise Forbidden("this account may not act")
        changed = [_set(user, read), _set(user.profile, page)]
        if any(changed):
            USER_CHANGED.tell(of=user_id, actor=user_id, user_id=user_id)
        return any(changed)

    return Changed(changed=bool(changes) and execute_transaction(work))


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


def _display_name(value: object) -> str:
    most = limits.DISPLAY_NAME
    return texts.text(value, field="display_name", most=most, least=1).strip()


def _avatar(value: object) -> str:
    return contacts.url(value, field="avatar_url") if value else ""


ON_PAGE = ("display_name", "bio")
RULES: dict[str, Callable[[Any], Any]] = {
    "display_name": _display_name,
    "bio": lambda value: texts.text(value, field="bio", most=limits.BIO),
    "avatar_url": _avatar,
    "locale": lambda value: texts.text(value, field="locale", most=limits.LOCALE, least=1),
    "is_private": lambda value: flag(value, "is_private"),
}


def _password(value: object) -> str:
    least, most = limits.PASSWORD
    return texts.text(value, field="password", most=most, least=least)


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
