"""The figures of all processes, with those that are read when somebody asks."""

from django.http import HttpRequest, HttpResponse
from django_prometheus.exports import ExportToDjangoView

from skeletal.queries.drift import observe_backlog


def metrics(request: HttpRequest) -> HttpResponse:
    """GET /metrics: Prometheus text; 200 with the database away too."""
    observe_backlog()
    answer: HttpResponse = ExportToDjangoView(request)
    return answer
