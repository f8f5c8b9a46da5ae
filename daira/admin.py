"""The admin's face: its name, and the tables grouped by domain."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest

DOMAINS = ("users", "content", "social", "payments", "moderation", "platform")


class DairaAdminConfig(AdminConfig):
    """Django's admin app, serving our site."""

    default_site = "daira.admin.DairaSite"


class DairaSite(AdminSite):
    """Django's admin site with one group of tables for each domain of `skeletal.models`."""

    site_header = site_title = "Daira"
    index_title = "Tables"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """One entry for each domain that this user may see something of, in the house's order."""
        groups: dict[str, dict[str, Any]] = {}
        for app in super().get_app_list(request, app_label):
            for model in app["models"]:
                name = _domain(model["model"].__module__) or app["name"]
                group = groups.setdefault(name, app | {"name": name.title(), "models": []})
                group["models"].append(model)
        return sorted(groups.values(), key=_place)


def _domain(module: str) -> str:
    """`skeletal.models.content.posts` → `content`; nothing for a module of another app."""
    words = module.split(".")
    return words[2] if words[:2] == ["skeletal", "models"] else ""


def _place(group: dict[str, Any]) -> int:
    name = group["name"].lower()
    return DOMAINS.index(name) if name in DOMAINS else len(DOMAINS)
