"""The project around the skeleton as an app: its commands and its checks of the settings."""

from django.apps import AppConfig
from django.core import checks


class DairaConfig(AppConfig):
    name = "daira"

    def ready(self) -> None:
        from daira.checks import check_environment  # noqa: PLC0415 - settings must be read first

        checks.register(check_environment)
