"""Totals and seeded worlds: infrastructure, for looking only."""

from django.contrib import admin

from skeletal.admin.base import TablePage
from skeletal.admin.search import Search
from skeletal.models import PlatformTotals, SeededWorld


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
