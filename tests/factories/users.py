"""People: accounts, devices, sessions, roles."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from skeletal import models as m
from tests.factories.base import digest, make, number


def make_user(*, display_name: str = "", password: str | None = None, **overrides: Any) -> m.User:
    """An active account with its profile; without `password` nobody can sign in to it."""
    with transaction.atomic():
        user = _account(password=make_password(password), **overrides)
        make_profile(user=user, display_name=display_name or user.username.title())
    return user


@transaction.atomic
def make_profile(**overrides: Any) -> m.UserProfile:
    return make(m.UserProfile, overrides, user=_account, display_name="Somebody", bio="Reads.")


def _account(**overrides: Any) -> m.User:
    name = overrides.setdefault("username", f"user{number()}")
    return make(
        m.User, overrides, email=f"{name}@example.test", password=lambda: make_password(None)
    )


def make_settings(**overrides: Any) -> m.UserSettings:
    return make(m.UserSettings, overrides, user=make_user)


def make_vector(**overrides: Any) -> m.UserVector:
    return make(m.UserVector, overrides, user=make_user, embedding=lambda: [1.0] + [0.0] * 7)


def make_device(**overrides: Any) -> m.UserDevice:
    return make(
        m.UserDevice,
        overrides,
        user=make_user,
        fingerprint=digest,
        platform="web",
        last_seen_at=timezone.now,
    )


def make_session(**overrides: Any) -> m.UserSession:
    now = timezone.now()
    return make(
        m.UserSession,
        overrides,
        user=make_user,
        family_id=number,
        refresh_token=digest,
        access_digest=digest,
        device_type="web",
        ip_address="192.0.2.1",
        access_expires_at=now + timedelta(minutes=15),
        expires_at=now + timedelta(days=30),
    )


def make_role(**overrides: Any) -> m.Role:
    return make(m.Role, overrides, name=lambda: f"role{number()}")


def make_role_assignment(**overrides: Any) -> m.RoleAssignment:
    return make(m.RoleAssignment, overrides, user=make_user, role=make_role)
