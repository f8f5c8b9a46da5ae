"""What a web process does before its first and after its last request."""

import atexit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def prepare() -> None:
    """Refuse to serve with unusable settings, and close pools and clients at exit."""
    from skeletal import metrics  # noqa: PLC0415 - after the settings
    from skeletal.management.initialize import cleanup  # noqa: PLC0415 - after django.setup()

    if settings.ENV.problems:
        raise ImproperlyConfigured(" ".join(problem.sentence for problem in settings.ENV.problems))
    metrics.forget_dead_processes()
    atexit.register(cleanup)
