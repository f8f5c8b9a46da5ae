"""`manage.py counters`: compare every counter with its sources, mend, fold, look at the log."""

import sys
from collections.abc import Callable
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser

from skeletal.actions.counters import repair, sweep
from skeletal.management.console import one_sentence
from skeletal.management.initialize import ALIAS, cleanup
from skeletal.queries.drift import counters, get_backlog, list_drift
from skeletal.records.platform import Drift

HANDS = 2
"""Kinds of counters that are verified at a time."""


class Command(BaseCommand):
    """Exit code 1 when `verify` finds a counter that is wrong."""

    help = "verify names each wrong counter, repair mends it, sweep folds, status shows the log."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("work", choices=["verify", "repair", "sweep", "fold", "status"])
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        work: dict[str, Callable[[bool], None]] = {
            "verify": self._verify,
            "repair": self._repair,
            "sweep": self._sweep,
            "fold": self._sweep,
            "status": self._status,
        }
        try:
            with one_sentence():
                work[options["work"]](options["json"])
        finally:
            cleanup()

    def _verify(self, as_json: bool) -> None:
        wrong = list(list_drift(using=ALIAS, hands=HANDS))
        self._tell(wrong, as_json, {"counters": len(counters()), "wrong": wrong}, "is")
        if wrong and as_json:
            sys.exit(1)
        if wrong:
            raise CommandError(f"{len(wrong)} wrong; mend them by `manage.py counters repair`")

    def _repair(self, as_json: bool) -> None:
        mended = list(repair(using=ALIAS))
        self._tell(mended, as_json, {"counters": len(counters()), "repaired": mended}, "was")

    def _tell(self, found: list[Drift], as_json: bool, answer: dict[str, Any], verb: str) -> None:
        if as_json:
            self._write_json(answer)
            return
        for row in found:
            self.stdout.write(
                f"{row.object_type} {row.object_id}: {row.counter} {verb} {row.kept},"
                f" its sources say {row.counted}"
            )
        self.stdout.write(f"{len(counters())} counters compared, {len(found)} wrong")

    def _sweep(self, as_json: bool) -> None:
        folded = sweep(using=ALIAS)
        if as_json:
            self._write_json({"folded": folded})
        else:
            self.stdout.write(f"{folded} differences folded")

    def _status(self, as_json: bool) -> None:
        backlog = get_backlog(using=ALIAS)
        if as_json:
            self._write_json(backlog)
            return
        self.stdout.write(
            f"{backlog.open} differences open, the oldest for {backlog.oldest_seconds:.1f} s"
        )
        for row in backlog.counters:
            self.stdout.write(f"{row.object_type} {row.counter}: {row.open} open, sum {row.sum:+d}")

    def _write_json(self, answer: Any) -> None:
        self.stdout.write(msgspec.json.encode(answer).decode())
