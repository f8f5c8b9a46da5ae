"""What stands around every request: probes, and a 503 when the database cannot be used."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from skeletal import metrics
from skeletal.api import health
from skeletal.db import monitor, pool
from skeletal.db.failures import unavailable

Answer = Callable[[HttpRequest], HttpResponse]
PROBES: dict[str, Answer] = {"/livez": health.livez, "/readyz": health.readyz}

log = logging.getLogger("daira.database")


def probes(get_response: Answer) -> Answer:
    """Answer /livez and /readyz before host names are checked: probes come by address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return PROBES.get(request.path, get_response)(request)

    return middleware


class DatabaseGuard:
    """Turns a database that cannot be used into 503 with Retry-After; records what was used."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        pool.observe()
        monitor.flush()
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django calls this for an exception that left the view."""
        failure = unavailable(exception)
        if failure is None:
            return None
        metrics.DATABASE_REFUSALS.labels(failure.code).inc()
        log.warning("%s %s refused: %s", request.method, request.path, failure.message)
        body = {"error": {"code": failure.code, "message": failure.message}}
        headers = {"Retry-After": str(failure.retry_after)}
        return JsonResponse(body, status=failure.status, headers=headers)
