"""Totals, seeded worlds, events and keys: infrastructure, for looking.

A superuser may let events that were given up be tried again.
"""

from typing import Any

from django.contrib import admin
from django.db import models, transaction
from django.http import HttpRequest

from skeletal.actions.outbox import GIVEN_UP, OPEN, retry_events
from skeletal.admin.base import TablePage
from skeletal.admin.paging import REACH
from skeletal.admin.search import Search
from skeletal.models import IdempotencyKey, OutboxEvent, PlatformTotals, SeededWorld


@admin.register(PlatformTotals)
class PlatformTotalsPage(TablePage[PlatformTotals]):
    list_display = (
        "users_count",
        "posts_count",
        "videos_count",
        "follows_count",
        "transactions_count",
    )


@admin.register(SeededWorld)
class SeededWorldPage(TablePage[SeededWorld]):
    list_display = ("id", "name", "rows")
    search = Search(prefixes=("name",))


class Standing(admin.SimpleListFilter):
    """What is not done: few rows, which an index of their own holds."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("given_up", "Given up")]

    def queryset(
        self, request: HttpRequest, queryset: "models.QuerySet[OutboxEvent]"
    ) -> "models.QuerySet[OutboxEvent]":
        chosen = {"open": OPEN, "given_up": GIVEN_UP}.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)


@admin.register(OutboxEvent)
class OutboxEventPage(TablePage[OutboxEvent]):
    list_display = ("id", "name", "aggregate_type", "aggregate_id", "done_at", "attempts", "error")
    list_filter = (Standing,)
    actions = ("retry",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The filter above names no column."""
        standing = lookup == Standing.parameter_name
        return standing or super().lookup_allowed(lookup, value, request)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    @admin.action(description="Try again what was given up", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: "models.QuerySet[OutboxEvent]") -> None:
        """Those of the chosen that are given up, each with its audit row, in one transaction."""
        with transaction.atomic():
            rows = list(queryset.filter(GIVEN_UP).select_for_update()[:REACH])
            retry_events(row.pk for row in rows)
            for row in rows:
                self._record(request, row, "retry", [])
        self.message_user(request, f"{len(rows)} events are tried again.")


@admin.register(IdempotencyKey)
class IdempotencyKeyPage(TablePage[IdempotencyKey]):
    list_display = ("id", "user", "created_at")
