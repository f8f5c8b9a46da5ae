"""`manage.py bench`: measure reads and writes against psycopg by hand and ordinary ORM code."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from skeletal.db import pool
from skeletal.management import console
from skeletal.management.bench import chart, report, run
from skeletal.management.bench.cases import CASES
from skeletal.management.bench.contest import CROWD
from skeletal.management.bench.writes import WRITES
from skeletal.management.seeding import load, sources

NAMES = [*(case.name for case in CASES), *(case.name for case in WRITES)]


class Command(BaseCommand):
    help = "Measure reads and writes by name: time, CPU, memory; also as JSON, chart and table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--world", choices=sources.WORLDS, default="medium")
        parser.add_argument("--rounds", type=int, default=40, help="default 40")
        parser.add_argument("--out", type=Path, default=settings.HOME / "bench", metavar="DIR")
        parser.add_argument("reads", nargs="*", metavar="READ", help=f"of {', '.join(NAMES)}")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in set(options["reads"]) - set(NAMES):
            raise CommandError(f"no read is called {name}")
        _room_for_a_crowd()
        with console.one_sentence():
            world = options["world"]
            source = sources.choose(world=world, random_seed=1, until="today")
            self.stdout.write("\n".join(load(source).lines()[:1]))
            found = run(
                f"{world} world",
                rounds=options["rounds"],
                names=options["reads"],
                tell=self.stdout.write,
            )
        console.show_table(f"{found.world}, {found.machine}", report.COLUMNS, report.rows(found))
        self._tell_more(found)
        self._write(found, options["out"])

    def _tell_more(self, found: report.Report) -> None:
        for page in found.depths:
            self.stdout.write(
                f"{page.name}: page {page.page:,} {page.wall:,.0f} us, {page.ratio:.2f} of page 1"
            )
        for line in found.feeds:
            self.stdout.write(
                f"feed of {line.followees:,}: plain {line.plain:,.0f} us,"
                f" window {line.window:,.0f}, rows and rule {line.rows:,.0f};"
                f" the way taken {line.default:,.0f}, {line.default_to_better:.2f} of the better"
            )
        for name, calls in found.throughput.items():
            self.stdout.write(f"{name}: {calls:,.0f} calls/s")
        if found.memory:
            backend = found.memory.backend_mb
            self.stdout.write(
                f"process {found.memory.client_mb:.0f} MB, backend "
                + (f"{backend:.1f} MB" if backend is not None else "elsewhere")
                + f" with {found.memory.statements} prepared statements"
            )

    def _write(self, found: report.Report, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(found.as_json(), indent=1)
        (folder / "bench.json").write_text(text + "\n", encoding="utf-8")
        (folder / "bench.svg").write_text(chart.draw(found), encoding="utf-8")
        (folder / "bench.md").write_text(report.markdown(found), encoding="utf-8")
        self.stdout.write(f"written to {folder}: bench.json, bench.svg, bench.md")


def _room_for_a_crowd() -> None:
    """A command's pool is small; this one asks from fifty threads."""
    pool.close_all()
    options = connections.settings["default"]["OPTIONS"]["pool"]
    options["max_size"] = max(options["max_size"], CROWD + 2)
    options["timeout"] = 60
