"""`manage.py health`: how PostgreSQL, the schema, Redis, the totals and the outbox are."""

import sys
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser

from skeletal.management.console import one_sentence
from skeletal.management.initialize import cleanup
from skeletal.queries.health import health_check, readiness
from skeletal.queries.platform import get_outbox_state, get_statistics


class Command(BaseCommand):
    """Exit code 1 when the database cannot serve this code."""

    help = "Tell how the database, the schema, Redis, the totals and the outbox are."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._tell(as_json=options["json"])
        finally:
            cleanup()

    def _tell(self, *, as_json: bool) -> None:
        report, ready = health_check(), readiness()
        answer = msgspec.to_builtins(report) | {"readiness": msgspec.to_builtins(ready)}
        serves = ready.status in {"ready", "degraded", "schema_ahead"}
        if serves:
            with one_sentence():
                answer["statistics"] = msgspec.to_builtins(get_statistics())
                answer["events"] = msgspec.to_builtins(get_outbox_state())
        if as_json:
            self.stdout.write(msgspec.json.encode(answer).decode())
        else:
            self._write_lines(answer)
        if not serves:
            if as_json:
                sys.exit(1)
            raise CommandError(f"not ready, {ready.status}: {ready.detail}")

    def _write_lines(self, answer: dict[str, Any]) -> None:
        self.stdout.write(f"{answer['database']}: {answer['status']}")
        ready = answer["readiness"]
        self.stdout.write(f"readiness: {ready['status']} {ready['detail']}".rstrip())
        for name, value in answer.get("statistics", {}).items():
            self.stdout.write(f"{name}: {value}")
        for name, value in answer.get("events", {}).items():
            self.stdout.write(f"events {name}: {value}")
