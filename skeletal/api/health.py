"""Whether the process lives, can serve, and what the platform holds."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from msgspec import to_builtins

from skeletal.queries.health import health_check, readiness
from skeletal.queries.platform import get_statistics

SERVING = {"ready", "degraded", "schema_ahead"}


@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """200 while the process runs; touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when requests can be served, else 503 with the reason in `status`."""
    report = readiness()
    return JsonResponse(to_builtins(report), status=200 if report.status in SERVING else 503)


@require_safe
def database(request: HttpRequest) -> HttpResponse:
    """GET /health/db: the database's round trip; 503 when it does not answer."""
    report = health_check()
    return JsonResponse(to_builtins(report), status=200 if report.status == "healthy" else 503)


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """GET /health/stats: totals of the platform."""
    return JsonResponse(to_builtins(get_statistics()))
