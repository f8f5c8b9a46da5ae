"""`manage.py feeds`: how windows stand, one made anew, keys without an end, why a post is shown."""

from typing import Any

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from skeletal.cache import feeds
from skeletal.management.console import one_sentence
from skeletal.management.initialize import cleanup
from skeletal.queries.explaining import get_feed_status
from skeletal.queries.feed import explain_feed
from skeletal.queries.windows import rebuild
from skeletal.records import Record


class Command(BaseCommand):
    """Look after the windows of circle feeds."""

    help = "status; rebuild USER; vacuum; explain USER POST."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        works = parser.add_subparsers(dest="work", required=True)
        works.add_parser("status", help="posts that wait, authors that are fetched, the mark")
        works.add_parser("vacuum", help="delete keys of the tier that would never end")
        rebuilt = works.add_parser("rebuild", help="make a reader's window anew")
        rebuilt.add_argument("user", type=int)
        explained = works.add_parser("explain", help="why a post is in a feed or is not")
        explained.add_argument("user", type=int)
        explained.add_argument("post", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with one_sentence():
                self._run(options)
        finally:
            cleanup()

    def _run(self, options: dict[str, Any]) -> None:
        work, as_json = options["work"], options["json"]
        if work == "status":
            self._tell(get_feed_status(), as_json)
        elif work == "explain":
            self._tell(explain_feed(options["user"], options["post"]), as_json)
        elif work == "vacuum":
            self.stdout.write(f"{feeds.survey(clear=True).endless} keys without an end")
        elif rebuild(options["user"], depth=settings.FEED_WINDOW_DEPTH):
            self.stdout.write(f"the window of {options['user']} stands")
        else:
            raise CommandError(
                f"the window of {options['user']} was not made: there is no mark, it is in the"
                " making, or nobody is followed"
            )

    def _tell(self, found: Record, as_json: bool) -> None:
        if as_json:
            self.stdout.write(msgspec.json.encode(found).decode())
            return
        for name, value in msgspec.to_builtins(found).items():
            self.stdout.write(f"{name}: {value}")
