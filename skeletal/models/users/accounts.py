"""The account, its profile and its settings."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from skeletal.db import searching
from skeletal.db.fields import CounterField
from skeletal.db.triggers import Tally, counted_by
from skeletal.models.base import (
    EditableRow,
    EditableTable,
    PlannedQuerySet,
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
    """An account. Username and e-mail are stored normalised; erasure renames them.

    `username_skeleton` is equal for names that look alike, and empty for accounts that were
    loaded and not registered. Whom a private account does not let follow sees none of its posts.
    """

    class Status(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"
        DEACTIVATED = "deactivated"
        ERASED = "erased"

    privacy = classified(
        identity="username username_skeleton email phone avatar_url locale",
        secret="password",
        system="status verified is_private is_staff is_superuser last_login deleted_at",
    )

    username = models.CharField(max_length=30, unique=True)
    username_skeleton = models.CharField(max_length=120, null=True, blank=True)
    email = models.EmailField(max_length=254, unique=True)
    phone = models.CharField(max_length=16, unique=True, null=True, blank=True)
    password = models.CharField(max_length=128, db_column="password_hash")
    avatar_url = models.URLField(max_length=2048, blank=True, default="")
    verified = models.BooleanField(default=False)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    locale = models.CharField(max_length=35, default="en")
    is_private = models.BooleanField(db_default=False)
    is_staff = models.BooleanField(default=False)
    is_superuser = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = UserQuerySet.as_manager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        db_table = "users"
        constraints = [
            one_of("status", "active suspended deactivated erased", "users_status"),
            models.UniqueConstraint(
                fields=["username_skeleton"],
                name="uq_users_skeleton",
                condition=models.Q(username_skeleton__isnull=False),
            ),
        ]
        indexes = [
            models.Index(searching.name("username"), name="idx_users_name"),
            GinIndex(
                searching.near("username"),
                name="idx_users_near",
                gin_pending_list_limit=searching.PENDING_KB,
            ),
        ]
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
            held = self.role_assignments.current(timezone.now())
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
            models.Index(searching.name("display_name"), "user", name="idx_profiles_shown"),
            GinIndex(
                searching.near("display_name"),
                name="idx_profiles_near",
                gin_pending_list_limit=searching.PENDING_KB,
            ),
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
