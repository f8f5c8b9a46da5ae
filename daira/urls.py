"""Every address: the admin, the API, health and metrics."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from daira.exporting import metrics
from skeletal.api import health

handler404 = "skeletal.api.exceptions.not_found"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="docs")),
    path("admin/", admin.site.urls),
    path("api/", include("skeletal.api.urls")),
    path("health/db", health.database, name="health-db"),
    path("health/stats", health.statistics, name="health-stats"),
    path("metrics", metrics, name="metrics"),
]
