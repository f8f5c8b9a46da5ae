"""`manage.py worker`: what follows from events, again and again, until it is told to stop."""

import os
import signal
import threading
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandParser

from skeletal import jobs
from skeletal.management.console import one_sentence
from skeletal.management.initialize import cleanup

PAUSE = 1.0
"""Seconds between two turns."""


class Command(BaseCommand):
    """Several may run at once: each event and each difference is taken by one of them."""

    help = "Run what follows from events, fold counts, publish what is due, tend feed windows."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one turn, told as JSON")
        parser.add_argument(
            "--with-parent", action="store_true", help="end when who started it has ended"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["once"]:
                with one_sentence():
                    self.stdout.write(msgspec.json.encode(jobs.turn()).decode())
            else:
                self._work(os.getppid() if options["with_parent"] else None)
        finally:
            cleanup()

    def _work(self, parent: int | None) -> None:
        stopped = threading.Event()
        for caught in (signal.SIGINT, signal.SIGTERM):
            signal.signal(caught, lambda *_: stopped.set())
        while not stopped.is_set() and parent in (None, os.getppid()):
            jobs.turn_or_wait()
            stopped.wait(PAUSE)
