"""Writes on accounts."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from skeletal.actions import audit
from skeletal.actions.events import fact
from skeletal.db.transactions import execute_transaction
from skeletal.errors import Conflict, Forbidden, InvalidInput
from skeletal.models import Role, RoleAssignment, User, UserProfile, UserSettings
from skeletal.records.social import Changed
from skeletal.rules import contacts, limits, texts, usernames

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

    5 statements with BEGIN and COMMIT, and one hash of the password, which is what takes its
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

    return _unless_taken(work)


def update_profile(user_id: int, **changes: Any) -> Changed:
    """Change `display_name`, `bio`, `avatar_url`, `locale` or `is_private`: 3 statements.

    Raises InvalidInput, TypeError for what is none of these, and Forbidden for an account that is
    absent or not active. Whoever follows a private account goes on to do so.
    """
    read = {name: RULES[name](value) for name, value in _known(changes).items()}
    profile = {name: read.pop(name) for name in ("display_name", "bio") if name in read}

    def work() -> Changed:
        people = User.objects.filter(pk=user_id, status="active", deleted_at=None)
        user = people.select_for_update(no_key=True).first()
        if user is None:
            raise Forbidden("this account may not act")
        if read:
            for name, value in read.items():
                setattr(user, name, value)
            user.save(update_fields=[*read, "updated_at"])
        if profile:
            UserProfile.objects.filter(pk=user_id).update(**profile)
        USER_CHANGED.tell(of=user_id, actor=user_id, user_id=user_id)
        return Changed(changed=True)

    return execute_transaction(work) if changes else Changed(changed=False)


def _known(changes: dict[str, Any]) -> dict[str, Any]:
    if unknown := changes.keys() - RULES.keys():
        raise TypeError(f"a profile has no {', '.join(sorted(unknown))}")
    return changes


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput("this is true or false", field="is_private")
    return value


def _display_name(value: object) -> str:
    most = limits.DISPLAY_NAME
    return texts.text(value, field="display_name", most=most, least=1).strip()


def _avatar(value: object) -> str:
    return contacts.url(value, field="avatar_url") if value else ""


RULES: dict[str, Callable[[Any], Any]] = {
    "display_name": _display_name,
    "bio": lambda value: texts.text(value, field="bio", most=limits.BIO),
    "avatar_url": _avatar,
    "locale": lambda value: texts.text(value, field="locale", most=limits.LOCALE, least=1),
    "is_private": _flag,
}


def _password(value: object) -> str:
    least, most = limits.PASSWORD
    return texts.text(value, field="password", most=most, least=least)


def _unless_taken(work: Callable[[], int]) -> int:
    try:
        return execute_transaction(work)
    except IntegrityError as error:
        cause: Any = error.__cause__
        field, sentence = TAKEN.get(cause.diag.constraint_name, ("", ""))
        if not field:
            raise
        raise Conflict(sentence, field=field) from error


@transaction.atomic
def create_administrator(*, username: str, email: str, password: str) -> int:
    """Create an administrator with profile, settings and role; return the id.

    Audited. Raises IntegrityError when the name or the e-mail is taken.
    """
    user = User(username=username, email=email, verified=True, is_staff=True, is_superuser=True)
    user.set_password(password)
    user.save(force_insert=True)
    UserProfile.objects.create(user=user, display_name=username)
    UserSettings.objects.create(user=user)
    RoleAssignment.objects.create(user=user, role=Role.objects.get(name="administrator"))
    audit.record("user.create_administrator", resource_type="user", resource_id=user.pk)
    return user.id
