"""What a person may do: roles and who holds them."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from skeletal.models.base import PlannedQuerySet, Table, classified
from skeletal.models.users.accounts import User


class RoleQuerySet(PlannedQuerySet["Role"]):
    detail_related = ("assignments__user",)


class Role(Table):
    """A named set of permissions, such as `skeletal.view_post`."""

    privacy = classified(system="name permissions position")

    name = models.CharField(max_length=40, unique=True)
    permissions = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    position = models.SmallIntegerField(default=0)

    objects = RoleQuerySet.as_manager()

    class Meta:
        db_table = "roles"

    def __str__(self) -> str:
        return self.name


class RoleAssignmentQuerySet(PlannedQuerySet["RoleAssignment"]):
    list_related = ("user", "role", "granted_by")

    def current(self, now: datetime) -> "RoleAssignmentQuerySet":
        """Assignments that have not expired."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now))


class RoleAssignment(Table):
    """A person holds a role, perhaps until a time."""

    privacy = classified(relation="user granted_by", system="role expires_at")

    user = models.ForeignKey(User, models.CASCADE, related_name="role_assignments", db_index=False)
    role = models.ForeignKey(Role, models.PROTECT, related_name="assignments")
    granted_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="grants_given"
    )
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        db_table = "role_assignments"
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="uq_user_role")]

    def __str__(self) -> str:
        return f"{self.user_id} is {self.role_id}"
