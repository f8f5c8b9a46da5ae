"""People who may open the admin."""

from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.urls import reverse

from skeletal.models import Role, User
from tests.factories import make_role_assignment, make_user


@pytest.fixture
def chief(db: None) -> User:
    """A superuser."""
    return make_user(username="chief", is_staff=True, is_superuser=True)


@pytest.fixture
def site(chief: User) -> Client:
    """A browser in which the superuser is signed in."""
    client = Client()
    client.force_login(chief)
    return client


@pytest.fixture
def moderator(db: None) -> User:
    """A staff member with the role that `roles.json` brings, and a password."""
    call_command("loaddata", "roles", verbosity=0)
    user = make_user(username="mona", password="a long secret", is_staff=True)
    make_role_assignment(user=user, role=Role.objects.get(name="moderator"))
    return user


def address(model: type[models.Model], page: str = "changelist", *args: Any) -> str:
    """The path of one page of a table."""
    return reverse(f"admin:skeletal_{model._meta.model_name}_{page}", args=args)


def page_of(model: type[models.Model]) -> Any:
    """The registered page of a table."""
    return admin.site.get_model_admin(model)
