"""Totals, seeded worlds, events and keys: infrastructure, for looking only."""

from django.contrib import admin

from skeletal.admin.base import TablePage
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


@admin.register(OutboxEvent)
class OutboxEventPage(TablePage[OutboxEvent]):
    list_display = ("id", "name", "aggregate_type", "aggregate_id", "done_at", "attempts", "error")


@admin.register(IdempotencyKey)
class IdempotencyKeyPage(TablePage[IdempotencyKey]):
    list_display = ("id", "user", "created_at")
