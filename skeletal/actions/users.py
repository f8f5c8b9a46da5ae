"""Writes on accounts."""

from django.db import transaction

from skeletal.actions import audit
from skeletal.models import Role, RoleAssignment, User, UserProfile, UserSettings


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
