"""`manage.py prune`: delete what is older than it is kept."""

from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandParser

from skeletal.actions.retention import prune
from skeletal.management.console import one_sentence
from skeletal.management.initialize import cleanup


class Command(BaseCommand):
    help = "Delete what is older than it is kept: keys, drafts, events, views, notifications."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with one_sentence():
                deleted = prune()
        finally:
            cleanup()
        if options["json"]:
            self.stdout.write(msgspec.json.encode(deleted).decode())
            return
        for name, rows in deleted.items():
            self.stdout.write(f"{name}: {rows}")
