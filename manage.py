#!/usr/bin/env python
"""Front door: sees that the embedded servers run where no URL is set, then calls Django."""

import os
import select
import signal
import sys

from django.conf import settings
from django.core.management import execute_from_command_line

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
TERMINATED = 143
terminated: list[bool] = []


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "daira.settings")
    command = next((word for word in sys.argv[1:] if not word.startswith("-")), "help")
    with_servers = command not in WITHOUT_SERVERS and "--help" not in sys.argv
    try:
        if with_servers:
            embedded.ensure()
        problems = read_problems()
    except (embedded.EmbeddedError, OSError) as error:
        sys.exit(f"manage.py: {error}")
    if with_servers and problems:
        sys.exit("\n".join(f"manage.py: {sentence}" for sentence in problems))
    signal.signal(signal.SIGTERM, terminate)
    try:
        run()
    except BrokenPipeError:
        if not reader_has_gone():
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)  # as SIGPIPE would end it
    finally:
        if terminated:  # also where the driver, cut short, ended in an error of its own
            sys.exit(TERMINATED)


def terminate(*_: object) -> None:
    """End a command at an operator's SIGTERM as at Ctrl-C: transactions roll back, pools close."""
    terminated.append(True)
    sys.exit(TERMINATED)


def run() -> None:
    """Let Django run the command, and send all that it said."""
    try:
        execute_from_command_line(sys.argv)
    except SystemExit:
        sys.stdout.flush()
        raise
    sys.stdout.flush()


def reader_has_gone() -> bool:
    """Whether nobody reads our output any more, as after `init | head -1`."""
    poll = select.poll()
    poll.register(sys.stdout, 0)  # what is reported without asking: an error, a hang-up
    return bool(poll.poll(0))


def read_problems() -> list[str]:
    """Read the settings, which may name what is wrong with them."""
    return [problem.sentence for problem in settings.ENV.problems]


if __name__ == "__main__":
    main()
