"""What stands around every request: probes, figures, and a 503 without a usable database."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, JsonResponse

from skeletal import metrics
from skeletal.api import health
from skeletal.db import monitor, pool
from skeletal.db.failures import unavailable
from skeletal.errors import Unavailable

Answer = Callable[[HttpRequest], HttpResponse]
PROBES: dict[str, Answer] = {"/livez": health.livez, "/readyz": health.readyz}

log = logging.getLogger("daira.database")


def probes(get_response: Answer) -> Answer:
    """Answer /livez and /readyz before host names are checked: probes come by address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return PROBES.get(request.path, get_response)(request)

    return middleware


class DatabaseGuard:
    """Turns a database that cannot be used into 503 with Retry-After; records the figures."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        pool.observe()
        monitor.flush()
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django calls this for an exception that left the view."""
        failure = exception if isinstance(exception, Unavailable) else unavailable(exception)
        if failure is None:
            return None
        metrics.DATABASE_REFUSALS.labels(failure.code).inc()
        log.warning("%s %s refused: %s", request.method, request.path, failure.message)
        body = {"error": {"code": failure.code, "message": failure.message}}
        headers = {"Retry-After": str(failure.retry_after)}
        return JsonResponse(body, status=failure.status, headers=headers)


class RepeatedQueries:
    """Finds requests that send one statement in a loop; what follows says REPEATED_QUERIES."""

    def __init__(self, get_response: Answer) -> None:
        if settings.REPEATED_QUERIES == "off":
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.fatal = settings.REPEATED_QUERIES == "raise"

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with monitor.guard(fatal=self.fatal):
            return self.get_response(request)
