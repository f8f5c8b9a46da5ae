"""Commands as an operator gives them: in a process of their own, or in this one."""

import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from django.core.management import ManagementUtility

from tests import servers


def manage(database: str, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run one command on `database` and return what it said; about two seconds."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=servers.ROOT,
        env=os.environ | servers.environment(database) | {"DATABASE_POOL_MIN": "2"} | extra,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command in this process, on the database that Django points at.

    Words, exit codes and sentences are read and told as for a process; an error that would be a
    traceback there is raised here.
    """
    out, err, code = StringIO(), StringIO(), 0
    words = ["manage.py", *arguments]
    with redirect_stdout(out), redirect_stderr(err):
        try:
            ManagementUtility(words).fetch_command(arguments[0]).run_from_argv(words)
        except SystemExit as end:
            code = int(end.code or 0)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def start(database: str, *arguments: str, **extra: str) -> "subprocess.Popen[str]":
    """Start one command on `database` and do not wait for it."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=servers.ROOT,
        env=os.environ | servers.environment(database) | {"DATABASE_POOL_MIN": "2"} | extra,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
