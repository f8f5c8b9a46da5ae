"""`manage.py` itself: how a command ends whose output nobody reads any more."""

import pytest

from tests.management.commands import manage, start


@pytest.mark.slow
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_leaves_gets_no_traceback(empty_database: str, unbuffered: str) -> None:
    for command in ("help", "init", "health"):
        assert leave(empty_database, command, PYTHONUNBUFFERED=unbuffered) == (141, "")
    assert manage(empty_database, "init").returncode == 0


def test_a_failure_is_told_although_nobody_reads_the_output(empty_database: str) -> None:
    code, errors = leave(empty_database, "health", PYTHONUNBUFFERED="")
    assert code == 141
    assert "not ready, schema_behind" in errors
    assert len(errors.strip().splitlines()) == 1


def leave(name: str, *arguments: str, **extra: str) -> tuple[int, str]:
    """Run a command whose output nobody reads; return its exit code and its errors."""
    with start(name, *arguments, LOG_LEVEL="ERROR", **extra) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
    return process.returncode, errors
