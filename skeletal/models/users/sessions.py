"""Where a person signed in: devices and sessions."""

from django.db import models

from skeletal.models.base import PlannedQuerySet, Table, classified, one_of
from skeletal.models.users.accounts import User


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
