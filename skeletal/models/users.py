"""People: account, profile, settings, devices, sessions, roles."""

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Collate, Lower
from django.utils import timezone

from skeletal.db.fields import CounterField
from skeletal.db.triggers import Tally, counted_by
from skeletal.models.base import (
    EditableRow,
    EditableTable,
    PlannedQuerySet,
    Table,
    between,
    classified,
    longest,
    one_of,
)


class UserQuerySet(PlannedQuerySet["User"]):
    list_related = ("profile",)
    detail_related = ("role_assignments__role", "devices")
    record_paths = {
        name: f"profile__{name}"
        for name in (
            "display_name",
            "bio",
            "badges",
            "followers_count",
            "following_count",
            "posts_count",
        )
    }

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find the account that signs in under this name; Django's login calls it."""
        return self.get(username=username)


class User(AbstractBaseUser, EditableTable):
    """An account. Username and e-mail are stored normalised; erasure renames them."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"
        DEACTIVATED = "deactivated"
        ERASED = "erased"

    privacy = classified(
        identity="username email phone avatar_url locale",
        secret="password",
        system="status verified is_staff is_superuser last_login deleted_at",
    )

    username = models.CharField(max_length=30, unique=True)
    email = models.EmailField(max_length=254, unique=True)
    phone = models.CharField(max_length=16, unique=True, null=True, blank=True)
    password = models.CharField(max_length=128, db_column="password_hash")
    avatar_url = models.URLField(max_length=2048, blank=True, default="")
    verified = models.BooleanField(default=False)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    locale = models.CharField(max_length=35, default="en")
    is_staff = models.BooleanField(default=False)
    is_superuser = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = UserQuerySet.as_manager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        db_table = "users"
        constraints = [one_of("status", "active suspended deactivated erased", "users_status")]
        indexes = [models.Index(Collate("username", "C"), name="idx_users_username")]
        triggers = counted_by(Tally("platform", "1", "users_count"))

    def __str__(self) -> str:
        return self.username

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Whether this account may sign in."""
        return self.status == self.Status.ACTIVE and self.deleted_at is None

    def has_perm(self, permission: str, obj: object = None) -> bool:
        """Whether a role held now grants `permission`; one query for the life of this object."""
        return self.is_active and (self.is_superuser or permission in self.granted_permissions)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether any permission of the app is granted."""
        return self.is_active and (
            self.is_superuser
            or any(name.startswith(f"{app_label}.") for name in self.granted_permissions)
        )

    @property
    def granted_permissions(self) -> frozenset[str]:
        """Every permission of the roles held now, read once."""
        cached: frozenset[str] | None = self.__dict__.get("_granted")
        if cached is None:
            held = RoleAssignment.objects.current(timezone.now()).filter(user=self)
            lists = held.values_list("role__permissions", flat=True)
            cached = self.__dict__["_granted"] = frozenset(
                name for names in lists for name in names
            )
        return cached


class UserProfileQuerySet(PlannedQuerySet["UserProfile"]):
    list_related = ("user",)


class UserProfile(EditableRow):
    """What a person shows: name, text, badges, and the counts beside them."""

    privacy = classified(
        relation="user",
        identity="display_name bio",
        system="followers_count following_count posts_count trust_score badges",
    )

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="profile", db_column="user_id"
    )
    display_name = models.CharField(max_length=50)
    bio = models.TextField(blank=True, default="")
    followers_count = CounterField()
    following_count = CounterField()
    posts_count = CounterField()
    trust_score = models.SmallIntegerField(default=50)
    badges = ArrayField(models.CharField(max_length=30), default=list, blank=True)

    objects = UserProfileQuerySet.as_manager()

    class Meta:
        db_table = "user_profiles"
        constraints = [
            between("trust_score", 0, 100, "user_profiles_trust_score"),
            longest("bio", 500, "user_profiles_bio_length"),
        ]
        indexes = [
            models.Index(Collate(Lower("display_name"), "C"), "user", name="idx_profiles_name")
        ]

    def __str__(self) -> str:
        return self.display_name


class UserSettingsQuerySet(PlannedQuerySet["UserSettings"]):
    list_related = ("user",)


class UserSettings(EditableRow):
    """What a person chose: how to be notified and who sees new posts by default."""

    privacy = classified(
        relation="user", content="feed_preferences notification_preferences privacy_defaults"
    )

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="settings", db_column="user_id"
    )
    feed_preferences = models.JSONField(default=dict, blank=True)
    notification_preferences = models.JSONField(default=dict, blank=True)
    privacy_defaults = models.JSONField(default=dict, blank=True)

    objects = UserSettingsQuerySet.as_manager()

    class Meta:
        db_table = "user_settings"
        verbose_name_plural = "user settings"

    def __str__(self) -> str:
        return f"settings of {self.user_id}"


class UserDeviceQuerySet(PlannedQuerySet["UserDevice"]):
    list_related = ("user",)


class UserDevice(Table):
    """A phone, tablet or browser that signed in."""

    privacy = classified(
        relation="user", identity="fingerprint", secret="push_token", system="platform last_seen_at"
    )

    user = models.ForeignKey(User, models.CASCADE, related_name="devices", db_index=False)
    fingerprint = models.CharField(max_length=64)
    platform = models.CharField(max_length=10)
    push_token = models.CharField(max_length=512, unique=True, null=True, blank=True)
    last_seen_at = models.DateTimeField()

    objects = UserDeviceQuerySet.as_manager()

    class Meta:
        db_table = "user_devices"
        constraints = [
            models.UniqueConstraint(fields=["user", "fingerprint"], name="uq_devices_user_print"),
            one_of("platform", "ios android web", "user_devices_platform"),
        ]

    def __str__(self) -> str:
        return f"{self.platform} of {self.user_id}"


class UserSessionQuerySet(PlannedQuerySet["UserSession"]):
    list_related = ("user", "device")


class UserSession(Table):
    """A sign-in. `refresh_token` and `access_digest` hold SHA-256 digests, never tokens."""

    privacy = classified(
        relation="user device",
        secret="refresh_token access_digest",
        identity="ip_address",
        system="family_id device_type access_expires_at expires_at revoked_at",
    )

    user = models.ForeignKey(User, models.CASCADE, related_name="sessions", db_index=False)
    device = models.ForeignKey(UserDevice, models.SET_NULL, null=True, blank=True)
    family_id = models.BigIntegerField()
    refresh_token = models.CharField(max_length=64, unique=True)
    access_digest = models.CharField(max_length=64, unique=True)
    device_type = models.CharField(max_length=10)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    access_expires_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = UserSessionQuerySet.as_manager()

    class Meta:
        db_table = "user_sessions"
        constraints = [one_of("device_type", "ios android web", "user_sessions_device_type")]
        indexes = [
            models.Index(fields=["user", "expires_at"], name="idx_sessions_user_expires"),
            models.Index(fields=["family_id"], name="idx_sessions_family"),
        ]

    def __str__(self) -> str:
        return f"session of {self.user_id}"


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
