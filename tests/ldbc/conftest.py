"""LDBC's network, loaded once for all its questions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.conftest import fresh_databases
from tests.ldbc.network import Network, read_network
from tests.ldbc.questions import Question, read_questions


@pytest.fixture(scope="module")
def network(data: Path, django_db_blocker: Any) -> Iterator[Network]:
    """The network before its stream of updates, in a database of its own."""
    folder = data / "ldbc-tiny"
    with django_db_blocker.unblock(), fresh_databases() as create:
        create()
        call_command("loaddata", "roles", verbosity=0)
        call_command("seed", "--ldbc", str(folder), verbosity=0)
        yield read_network(folder)


@pytest.fixture(scope="module")
def questions(data: Path) -> dict[str, list[Question]]:
    """Every question by query."""
    return read_questions(data / "ldbc-tiny" / "answers-before.jsonl.gz")
