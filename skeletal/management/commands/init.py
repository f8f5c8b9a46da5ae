"""`manage.py init`: make the database ready, or take chapters back."""

import sys
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser

from skeletal.management import initialize, rollback
from skeletal.management.console import one_sentence, show_table


class Command(BaseCommand):
    """Migrate, verify the schema, seed what is needed, build indexes, verify connections."""

    help = "Bring the database from any state to a ready one; safe to repeat."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--rollback-to", metavar="NNNN", help="take back every chapter after NNNN"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="with --rollback-to: count what would be lost"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"] and not options["rollback_to"]:
            raise CommandError("--dry-run goes with --rollback-to")
        try:
            with one_sentence():
                if options["rollback_to"]:
                    self._roll_back(options["rollback_to"], options["dry_run"], options["json"])
                else:
                    self._initialize(options["json"])
        finally:
            initialize.cleanup()

    def _initialize(self, as_json: bool) -> None:
        plain = not as_json and not sys.stdout.isatty()
        report = initialize.initialize_database(
            listener=self._tell if plain else lambda _: None,
            waiting=lambda: self.stderr.write("another init is at work; waiting for it"),
        )
        if as_json:
            self.stdout.write(msgspec.json.encode(report).decode())
            return
        if not plain:
            rows = [(s.name, s.detail, f"{s.seconds:.2f} s") for s in report.steps]
            show_table(f"init, {report.seconds:.1f} s", ("step", "what was done", "time"), rows)
        if report.admin_password:
            self.stdout.write(
                f"Administrator {report.admin_username}, password {report.admin_password}"
                " (shown once; change it in production)"
            )

    def _tell(self, step: initialize.StepReport) -> None:
        self.stdout.write(f"{step.name}: {step.detail} ({step.seconds:.2f} s)")

    def _roll_back(self, target: str, dry_run: bool, as_json: bool) -> None:
        losses = rollback.roll_back(target, dry_run=dry_run)
        if as_json:
            self.stdout.write(msgspec.json.encode({"dry_run": dry_run, "lost": losses}).decode())
            return
        verb = "would be lost" if dry_run else "lost"
        for table, rows in losses.items():
            self.stdout.write(f"{table}: {rows} rows {verb}")
        self.stdout.write(f"{len(losses)} tables {verb}")
