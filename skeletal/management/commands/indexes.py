"""`manage.py indexes`: whether those that must stand do, what would help, what is in the way."""

import sys
from collections import Counter
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser

from skeletal.db import indexes
from skeletal.db.indexes import Advice, CommonIndex, Suggestion
from skeletal.management.console import one_sentence, show_table
from skeletal.management.initialize import cleanup

COLUMNS = ("table", "index", "state", "size", "scans", "bloat")
LONGEST_STATEMENT = 300


class Command(BaseCommand):
    """Exit code 1 while an index that must stand is missing or invalid."""

    help = "Tell how the indexes that must stand fare; advise on others; build missing ones."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "action", nargs="?", choices=["create"], help="build those that are missing, online"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--suggest", action="store_true", help="advise by the statements that were sent"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with one_sentence():
                built = indexes.create_missing() if options["action"] else []
                common = indexes.get_common_indexes()
                advice = indexes.suggest_indexes() if options["suggest"] else None
        finally:
            cleanup()
        if options["json"]:
            answer = {"built": built, "indexes": common, "advice": advice}
            self.stdout.write(msgspec.json.encode(answer).decode())
        else:
            self._tell(built, common, advice)
        self._end(common, as_json=options["json"])

    def _tell(self, built: list[str], common: list[CommonIndex], advice: Advice | None) -> None:
        show_table("indexes", COLUMNS, [_row(index) for index in sorted(common, key=_worst_first)])
        if built:
            self.stdout.write(f"built {', '.join(built)}")
        states = Counter(index.state for index in common)
        told = ", ".join(f"{number} {state}" for state, number in states.items())
        self.stdout.write(f"{len(common)} indexes must stand: {told}")
        if advice:
            self._advise(advice)

    def _advise(self, advice: Advice) -> None:
        since = f"since {advice.since:%Y-%m-%d %H:%M} UTC" if advice.since else "never reset"
        self.stdout.write(
            f"\n{advice.statements} of {advice.hot} hot statements were planned;"
            f" scans are counted {since}"
        )
        for note in advice.notes:
            self.stdout.write(note)
        for number, suggestion in enumerate(advice.suggestions, 1):
            self.stdout.write("\n".join(_lines(number, suggestion)))
        if not advice.suggestions:
            self.stdout.write("nothing to suggest")

    def _end(self, common: list[CommonIndex], *, as_json: bool) -> None:
        broken = [f"{index.name} ({index.state})" for index in common if index.broken]
        if broken and as_json:
            sys.exit(1)
        if broken:
            raise CommandError(
                f"{len(broken)} do not stand as they must: {', '.join(broken)};"
                " build them by `manage.py indexes create`"
            )


def _worst_first(index: CommonIndex) -> tuple[bool, bool, str, str]:
    return (not index.broken, index.state == "present", index.table, index.name)


def _row(index: CommonIndex) -> tuple[str, ...]:
    air = f"{index.bloat:.0%} ({index.bloat_source})" if index.bloat is not None else ""
    return (index.table, index.name, index.state, _size(index.bytes), f"{index.scans:,}", air)


def _lines(number: int, found: Suggestion) -> list[str]:
    statement = " ".join(found.statement.split())
    if len(statement) > LONGEST_STATEMENT:
        statement = f"{statement[:LONGEST_STATEMENT]}…"
    calls = f"{found.calls:,} calls" if found.calls is not None else "asked by this command alone"
    return [
        f"\n{number}. {found.kind}, {found.table}: {found.reason}",
        f"   {statement} ({calls})",
        f"   cost {found.cost_before:,.0f} before, {found.cost_after:,.0f} after"
        f" ({found.planned_with}, on a copy of {found.sample_rows:,} rows); {_size(found.bytes)}",
        f"   {found.sql}",
    ]


def _size(bytes_: int) -> str:
    return f"{bytes_ / (1 << 20):,.1f} MB" if bytes_ >= 1 << 20 else f"{bytes_ / 1024:,.0f} kB"
