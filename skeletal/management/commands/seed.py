"""`manage.py seed`: load a world."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from skeletal.errors import DairaError
from skeletal.management.seeding import Report, load, progress, replay, sources
from skeletal.management.seeding.progress import Listener


class Command(BaseCommand):
    help = "Load a made-up world, the LDBC network or a graph file, whole or not at all."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--world", choices=sources.WORLDS, default="small", help="made up; default small"
        )
        what.add_argument("--ldbc", metavar="DIR", help="a folder of LDBC's social network")
        what.add_argument(
            "--ldbc-updates",
            metavar="DIR",
            help="the same folder: send its stream of updates through the public writes",
        )
        what.add_argument("--graph", metavar="FILE", help="an edge list: .csv, .csv.gz or .csv.xz")
        parser.add_argument(
            "--random-seed", type=int, default=1, help="default 1: the same world again"
        )
        parser.add_argument(
            "--until", default=sources.UNTIL, help=f'a date or "today"; default {sources.UNTIL}'
        )
        parser.add_argument("--json", action="store_true", help="one JSON object at the end")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self._run(options)
        except DairaError as error:
            raise CommandError(error.message) from error
        self._tell(report, options["json"])

    def _run(self, options: dict[str, Any]) -> Report:
        listening = partial(self._listening, quiet=options["json"] or options["verbosity"] == 0)
        if options["ldbc_updates"] is not None:
            with listening({}) as listener:
                return replay(Path(options["ldbc_updates"]), listener=listener)
        source = sources.choose(
            world=options["world"],
            ldbc=options["ldbc"],
            graph=options["graph"],
            random_seed=options["random_seed"],
            until=options["until"],
        )
        with listening(sources.expected(source)) as listener:
            return load(source, listener=listener)

    @contextmanager
    def _listening(self, expected: Mapping[str, int], *, quiet: bool) -> Iterator[Listener]:
        if quiet:
            yield progress.Silent()
        elif self.stdout.isatty():
            with progress.bars(expected) as listener:
                yield listener
        else:
            yield progress.Lines(self.stdout.write)

    def _tell(self, report: Report, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(report.lines()))
