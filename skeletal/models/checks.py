"""System checks of the models: every column has a privacy class."""

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error


def check_privacy(**_: Any) -> list[CheckMessage]:
    """Each concrete field must have a privacy class, and each class must name a field."""
    messages: list[CheckMessage] = []
    for model in apps.get_app_config("skeletal").get_models():
        named = set(getattr(model, "privacy", {}))
        fields = {field.name for field in model._meta.concrete_fields}
        if missing := fields - named:
            messages.append(
                Error(
                    f"no privacy class for {', '.join(sorted(missing))}",
                    obj=model,
                    id="skeletal.E001",
                )
            )
        if unknown := named - fields - {"id", "created_at", "updated_at"}:
            messages.append(
                Error(
                    f"privacy class for no field: {', '.join(sorted(unknown))}",
                    obj=model,
                    id="skeletal.E002",
                )
            )
    return messages
