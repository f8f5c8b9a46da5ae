"""Sign-ins: opened, rotated and closed. Tokens are random; only their digests are kept.

A refresh token serves once: what it is rotated into is of the same family. One that comes again
was copied by somebody, and ends the whole family. Each rotation puts the end off, up to an end
that counts from the sign-in, whose time is that of the family's id.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, Func, QuerySet
from django.db.models.functions import Now

from skeletal.actions.users.copies import forget_sessions
from skeletal.actions.users.facts import SESSION_OPENED, SESSIONS_ENDED
from skeletal.db.ids import moment_of
from skeletal.db.transactions import execute_transaction
from skeletal.errors import Conflict, Forbidden, Unauthenticated
from skeletal.models import User, UserDevice, UserSession
from skeletal.records.social import Changed
from skeletal.records.users import SessionTokens
from skeletal.rules import contacts, limits, texts
from skeletal.rules.ids import whole_id
from skeletal.rules.values import word
from skeletal.security.tokens import digest, digest_of, new_token

DEVICES = ("ios", "android", "web")
GRACE = timedelta(seconds=10)
"""Two calls of one client may cross: a refresh token that comes again so soon is only refused."""


def open_session(
    user_id: int,
    device_type: str,
    *,
    fingerprint: str | None = None,
    ip_address: str | None = None,
) -> SessionTokens:
    """Sign a person in whom the caller has recognised, and return both tokens.

    3 statements within BEGIN and COMMIT, 4 for a device that tells a fingerprint. Raises
    InvalidInput, and Forbidden for an account that is absent or not active.
    """
    kind = word(device_type, DEVICES, "device_type")
    device = None if fingerprint is None else _fingerprint(fingerprint)
    address = None if ip_address is None else contacts.address(ip_address)
    person = whole_id(user_id, "user_id")

    def work() -> SessionTokens:
        now = _lock(person)
        if now is None:
            raise Forbidden("this account may not act")
        return _add(
            now,
            user_id=person,
            family_id=Func(function="daira_id", output_field=BigIntegerField()),
            device_id=device and _device(person, kind, device),
            device_type=kind,
            ip_address=address,
        )

    return execute_transaction(work)


def rotate_session(refresh_token: str, *, ip_address: str | None = None) -> SessionTokens:
    """Give new tokens for a refresh token, and end those it came with.

    8 statements within BEGIN and COMMIT. Raises InvalidInput; Unauthenticated for a token that is
    unknown, ended or taken back, and for an account that is not active; Conflict for one that was
    rotated within ten seconds. A token that was rotated before ends its whole family.
    """
    known_as = digest_of(refresh_token)
    address = None if ip_address is None else contacts.address(ip_address)

    def work() -> SessionTokens | None:
        rows = UserSession.objects.filter(refresh_token=known_as)
        person = rows.values_list("user_id", flat=True).first()
        now = None if person is None else _lock(person)
        if now is None:
            return None
        old = rows.get()
        if old.revoked_at is not None:
            _require_late(old, now)
            _end(UserSession.objects.filter(family_id=old.family_id), old.user_id, "reused")
            return None
        if old.expires_at <= now or moment_of(old.family_id) + _longest() <= now:
            return None
        _end(UserSession.objects.filter(pk=old.pk), old.user_id, "rotated")
        return _add(
            now,
            user_id=old.user_id,
            family_id=old.family_id,
            device_id=old.device_id,
            device_type=old.device_type,
            ip_address=address or old.ip_address,
            ends=moment_of(old.family_id) + _longest(),
        )

    tokens = execute_transaction(work)
    if tokens is None:
        raise Unauthenticated("sign in again")
    return tokens


def close_session(user_id: int, session_id: int) -> Changed:
    """End one sign-in of a person: 3 statements, 1 where it had ended. Repeatable."""
    owned = {"user_id": whole_id(user_id, "user_id"), "pk": whole_id(session_id, "session_id")}
    ended = execute_transaction(
        lambda: _end(UserSession.objects.filter(**owned), user_id, "closed")
    )
    return Changed(changed=ended > 0)


def close_sessions(user_id: int, *, but: int | None = None) -> int:
    """End all sign-ins of a person but one; return how many: 4 statements."""
    person = whole_id(user_id, "user_id")
    rows = UserSession.objects.filter(user_id=person)
    kept = rows if but is None else rows.exclude(pk=whole_id(but, "but"))

    def work() -> int:
        _lock(person)
        return _end(kept, person, "closed")

    return execute_transaction(work)


def end_sessions(user_id: int, reason: str) -> int:
    """End all, within the caller's transaction that holds the account's row."""
    return _end(UserSession.objects.filter(user_id=user_id), user_id, reason)


def _lock(user_id: int) -> datetime | None:
    """Wait for whoever opens, rotates or ends all sign-ins of a person; the database's time.

    None for an account that is absent or not active. Without it a rotation that runs beside
    `close_sessions` would leave a sign-in behind.
    """
    people = User.objects.filter(pk=user_id).select_for_update(no_key=True)
    user = people.annotate(now=Now()).values("status", "deleted_at", "now").first()
    if user is None or user["status"] != "active" or user["deleted_at"] is not None:
        return None
    moment: datetime = user["now"]
    return moment


def _end(rows: "QuerySet[UserSession]", user_id: int, reason: str) -> int:
    """Take sign-ins back, tell of it, and let the tier forget them after the commit."""
    live = rows.filter(revoked_at=None).order_by("pk").select_for_update(no_key=True)
    found = list(live.values_list("pk", "access_digest"))
    if not found:
        return 0
    ids = [pk for pk, _ in found]
    UserSession.objects.filter(pk__in=ids).update(revoked_at=Now())
    SESSIONS_ENDED.tell(of=user_id, actor=user_id, user_id=user_id, session_ids=ids, reason=reason)
    forget_sessions(digest for _, digest in found)
    return len(ids)


def _add(now: datetime, *, ends: datetime | None = None, **row: Any) -> SessionTokens:
    """Write a sign-in whose refresh token ends at `ends` if that is earlier, and tell of it."""
    last = now + timedelta(seconds=settings.REFRESH_TOKEN_SECONDS)
    last = last if ends is None else min(last, ends)
    access_last = min(now + timedelta(seconds=settings.ACCESS_TOKEN_SECONDS), last)
    access, refresh = new_token(), new_token()
    made = UserSession.objects.create(
        **row,
        access_digest=digest(access),
        refresh_token=digest(refresh),
        access_expires_at=access_last,
        expires_at=last,
    )
    user = made.user_id
    SESSION_OPENED.tell(of=user, actor=user, user_id=user, session_id=made.pk)
    return SessionTokens(
        session_id=made.pk,
        access_token=access,
        access_seconds=int((access_last - now).total_seconds()),
        refresh_token=refresh,
        refresh_seconds=int((last - now).total_seconds()),
    )


def _require_late(old: UserSession, now: datetime) -> None:
    """Raise Conflict where a token comes again so soon that nobody need have copied it."""
    live = UserSession.objects.filter(family_id=old.family_id, revoked_at=None)
    if old.revoked_at is not None and now - old.revoked_at < GRACE and live.exists():
        raise Conflict("this token was used a moment ago", field="refresh_token")


def _device(user_id: int, platform: str, fingerprint: str) -> int:
    """Write down that a device was seen; its id."""
    seen = UserDevice(
        user_id=user_id, fingerprint=fingerprint, platform=platform, last_seen_at=Now()
    )
    [device] = UserDevice.objects.bulk_create(
        [seen],
        update_conflicts=True,
        unique_fields=["user", "fingerprint"],
        update_fields=["platform", "last_seen_at"],
    )
    return device.pk


def _fingerprint(value: object) -> str:
    return texts.text(value, field="fingerprint", most=limits.FINGERPRINT, least=1)


def _longest() -> timedelta:
    return timedelta(seconds=settings.SIGN_IN_SECONDS)
