"""LDBC's network, loaded once for all its questions: before its stream of updates and after."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from skeletal.jobs import run_pending, tend_windows
from skeletal.management.seeding import Report, replay
from skeletal.models import User
from skeletal.queries import windows
from tests.conftest import fresh_databases
from tests.ldbc import reads
from tests.ldbc.network import Network, grown, read_network
from tests.ldbc.questions import Question, read_questions

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True)
class Stage:
    """The network in a database of its own, and what LDBC says of it at this time."""

    name: str
    folder: Path
    network: Network
    questions: dict[str, list[Question]]
    replayed: Report | None
    """What the first run of the stream told."""


@pytest.fixture(scope="module", params=[BEFORE, pytest.param(AFTER, marks=pytest.mark.slow)])
def stage(request: Any, data: Path, django_db_blocker: Any) -> Iterator[Stage]:
    """Both stages, one after the other."""
    folder, name = data / "ldbc-tiny", request.param
    with django_db_blocker.unblock(), fresh_databases() as create:
        create()
        call_command("loaddata", "roles", verbosity=0)
        call_command("seed", "--ldbc", str(folder), verbosity=0)
        warm()
        replayed = replay(folder) if name == AFTER else None
        if replayed:
            while run_pending().done:
                pass
            tend_windows()
        reads.forget()
        yield Stage(
            name,
            folder,
            grown(folder) if replayed else read_network(folder),
            read_questions(folder / f"answers-{name}.jsonl.gz"),
            replayed,
        )


def warm() -> None:
    """Everybody has a window, from before the stream of updates on."""
    tend_windows()
    for pk in User.objects.order_by("pk").values_list("pk", flat=True):
        windows.rebuild(pk)


@pytest.fixture
def network(stage: Stage) -> Network:
    return stage.network


@pytest.fixture
def questions(stage: Stage) -> dict[str, list[Question]]:
    """Every question by query."""
    return stage.questions
