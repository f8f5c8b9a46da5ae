"""`manage.py trends`: what is warm."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from skeletal.actions import trends
from skeletal.actions.counters import TRENDS
from skeletal.management.console import one_sentence
from skeletal.management.initialize import ALIAS, cleanup


class Command(BaseCommand):
    """Fold what happened, make trends anew, or tell how many things are warm."""

    help = "refresh: fold what happened and drop what is cold; rebuild: make all anew; status."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["refresh", "rebuild", "status"])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with one_sentence():
                self._run(options["what"])
        finally:
            cleanup()

    def _run(self, what: str) -> None:
        if what == "refresh":
            self.stdout.write(f"{trends.refresh(using=ALIAS)} differences folded")
        if what == "rebuild":
            self.stdout.write(f"{trends.rebuild(using=ALIAS)} posts, videos and hashtags looked at")
        for kind, trend in TRENDS.items():
            self.stdout.write(f"{kind}: {trend._default_manager.using(ALIAS).count()} rows")
