"""Every table for looking at, and the few columns that an administrator may change.

`counter_deltas` is left out: Django 5.2's admin refuses a composite primary key. Django's own
groups are taken off: permissions come from our roles.
"""

from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group

from skeletal.admin import content, feeds, moderation, payments, platform, social, users

__all__ = [
    "auth_admin",
    "content",
    "feeds",
    "moderation",
    "payments",
    "platform",
    "social",
    "users",
]

if admin.site.is_registered(Group):
    admin.site.unregister(Group)
