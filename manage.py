#!/usr/bin/env python
"""Front door: sees that the embedded servers run where no URL is set, then calls Django."""

import os
import sys

from daira import embedded

WITHOUT_SERVERS = {
    "services",
    "help",
    "version",
    "check",
    "collectstatic",
    "diffsettings",
    "spectacular",
}


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "daira.settings")
    command = next((word for word in sys.argv[1:] if not word.startswith("-")), "help")
    if command not in WITHOUT_SERVERS and "--help" not in sys.argv:
        try:
            embedded.ensure()
        except embedded.EmbeddedError as error:
            sys.exit(f"manage.py: {error}")
    from django.conf import settings  # noqa: PLC0415 - after ensure()
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - after ensure()

    if command not in WITHOUT_SERVERS and settings.ENV.problems:
        sys.exit("\n".join(f"manage.py: {problem.sentence}" for problem in settings.ENV.problems))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
