"""Accounts, profiles, settings, devices, sessions and roles. Passwords appear nowhere."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from skeletal.actions.users import settle_change
from skeletal.admin.base import TablePage
from skeletal.admin.search import Search
from skeletal.models import (
    Role,
    RoleAssignment,
    User,
    UserDevice,
    UserProfile,
    UserSession,
    UserSettings,
    UserVector,
)


@admin.register(User)
class UserPage(TablePage[User]):
    """Accounts are opened by `register_user` and closed by erasure; here their state is set."""

    list_display = ("id", "username", "email", "status", "verified", "is_staff", "created_at")
    list_filter = ("status",)
    changeable = ("status", "verified", "is_staff", "is_superuser")
    search = Search(prefixes=("username",), exact=("email", "phone"))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Only a superuser makes staff and superusers."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else [*fields, "is_staff", "is_superuser"]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """What follows from it follows in the same transaction."""
        super().save_model(request, obj, form, change)
        settle_change(obj.pk, request.user.pk)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only a superuser changes a superuser."""
        above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not above and super().has_change_permission(request, obj)

    def formfield_for_choice_field(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.TypedChoiceField | None:
        """An account is not erased by a form."""
        if db_field.name == "status":
            kwargs["choices"] = [c for c in User.Status.choices if c[0] != User.Status.ERASED]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


@admin.register(UserProfile)
class UserProfilePage(TablePage[UserProfile]):
    list_display = ("user", "display_name", "trust_score", "followers_count", "posts_count")
    changeable = ("display_name", "bio", "trust_score", "badges")

    def save_model(self, request: HttpRequest, obj: UserProfile, form: Any, change: bool) -> None:
        """What follows from it follows in the same transaction."""
        super().save_model(request, obj, form, change)
        settle_change(obj.pk, request.user.pk)


@admin.register(UserSettings)
class UserSettingsPage(TablePage[UserSettings]):
    list_display = ("user", "updated_at")


@admin.register(UserVector)
class UserVectorPage(TablePage[UserVector]):
    list_display = ("user", "updated_at")


@admin.register(UserDevice)
class UserDevicePage(TablePage[UserDevice]):
    list_display = ("id", "user", "platform", "last_seen_at")


@admin.register(UserSession)
class UserSessionPage(TablePage[UserSession]):
    list_display = ("id", "user", "device_type", "ip_address", "expires_at", "revoked_at")
    search = Search(numbers=("family_id",))


@admin.register(Role)
class RolePage(TablePage[Role]):
    list_display = ("name", "position", "permissions")
    changeable = addable = ("name", "permissions", "position")
    superuser_writes = True
    search = Search(prefixes=("name",))


@admin.register(RoleAssignment)
class RoleAssignmentPage(TablePage[RoleAssignment]):
    list_display = ("id", "user", "role", "granted_by", "expires_at")
    changeable = ("expires_at",)
    addable = ("user", "role")
    deletable = True
    superuser_writes = True

    def save_model(
        self, request: HttpRequest, obj: RoleAssignment, form: Any, change: bool
    ) -> None:
        """The signed-in person is who granted it."""
        if not change:
            obj.granted_by = cast("User", request.user)
        super().save_model(request, obj, form, change)
