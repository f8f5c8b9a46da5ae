"""The skeleton as a Django app: registers its checks, hangs the monitor on connections."""

from typing import Any, cast

from django.apps import AppConfig
from django.core import checks
from django.db.backends.signals import connection_created


class SkeletalConfig(AppConfig):
    name = "skeletal"
    verbose_name = "Daira"
    default_auto_field = "skeletal.db.ids.TimeOrderedIdField"

    def ready(self) -> None:
        from skeletal.db import monitor  # noqa: PLC0415 - after the settings
        from skeletal.db.pool import check_pool_fits  # noqa: PLC0415 - after the settings
        from skeletal.models.checks import check_privacy  # noqa: PLC0415 - after the models

        checks.register(check_privacy, checks.Tags.models)
        checks.register(cast("Any", check_pool_fits), checks.Tags.database)
        connection_created.connect(monitor.watch, dispatch_uid="skeletal.monitor")
