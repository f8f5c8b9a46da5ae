"""The skeleton as a Django app: registers its system checks."""

from typing import Any, cast

from django.apps import AppConfig
from django.core import checks


class SkeletalConfig(AppConfig):
    name = "skeletal"
    verbose_name = "Daira"
    default_auto_field = "skeletal.db.ids.TimeOrderedIdField"

    def ready(self) -> None:
        from skeletal.db.pool import check_pool_fits  # noqa: PLC0415 - after the settings
        from skeletal.models.checks import check_privacy  # noqa: PLC0415 - after the models

        checks.register(check_privacy, checks.Tags.models)
        checks.register(cast("Any", check_pool_fits), checks.Tags.database)
