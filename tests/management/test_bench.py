"""The benchmark: three answers compared for every read, then figures that can be read again."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from skeletal.errors import SetupError
from skeletal.management.bench import cases, chart, memory, report, run
from skeletal.management.bench.contest import DifferentAnswers
from skeletal.management.bench.measuring import Contender, interleave
from skeletal.management.bench.report import COLUMNS
from skeletal.management.bench.writes import WRITES
from skeletal.management.seeding import load, sources
from skeletal.models import Follow, Like, OutboxEvent

FEW: dict[str, Any] = {"rounds": 1, "calls": 10}


@pytest.fixture
def small_world(committed_db: None) -> None:
    """A small world whose last days have posts, as popular and trending want."""
    call_command("loaddata", "roles", verbosity=0)
    load(sources.choose(world="small", until="today"))


def silent(text: str) -> None:
    """Nobody listens."""


def test_three_ways_of_asking_give_one_answer_for_every_read(small_world: None) -> None:
    found = run("small", rounds=1, calls=10, names=[case.name for case in cases.CASES], tell=silent)
    assert [line.name for line in found.lines] == [case.name for case in cases.CASES]
    for line in found.lines:
        assert line.rows > 0 or line.name in {"is_blocked", "is_following"}, line.name
        assert line.p50 <= line.p99
        assert min(line.client, line.wall_to_floor, line.orm_client) > 0


def test_a_wrong_answer_stops_the_run(small_world: None, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [replace(cases.CASES[0], floor=lambda cursor, ask: [(1,)])]
    monkeypatch.setattr("skeletal.management.bench.contest.CASES", wrong)
    with pytest.raises(DifferentAnswers, match="get_user_with_stats: floor does not answer"):
        run("small world", **FEW, tell=silent)


def test_a_write_that_tells_something_else_stops_the_run(
    small_world: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent_one = [replace(WRITES[0], ordinary=lambda ask: None)]
    monkeypatch.setattr("skeletal.management.bench.contest.WRITES", silent_one)
    with pytest.raises(DifferentAnswers, match="the outbox tells"):
        run("small world", names=[WRITES[0].name], **FEW, tell=silent)
    assert not OutboxEvent.objects.exists()
    found = run("small world", names=[WRITES[1].name], **FEW, tell=silent)
    assert not found.writes


@pytest.mark.slow
def test_the_command_writes_its_figures_and_a_chart(
    small_world: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (Like.objects.count(), Follow.objects.count())
    call_command("bench", world="small", out=tmp_path, rounds=2)
    told = capsys.readouterr().out
    figures = json.loads((tmp_path / "bench.json").read_text())
    assert len(figures["lines"]) == len(cases.CASES)
    assert set(figures["means"]) == {"wall_to_floor", "client_to_floor", "orm_wall", "orm_client"}
    assert figures["memory"]["statements"] > 0
    assert {depth["page"] for depth in figures["depths"]} >= {1}
    assert all(calls > 0 for calls in figures["throughput"].values())
    assert "calls/s" in told
    assert (tmp_path / "bench.svg").read_text().startswith("<svg")
    table = (tmp_path / "bench.md").read_text().splitlines()
    assert len(table) == len(cases.CASES) + len(WRITES) + 3
    assert len(figures["writes"]) == len(WRITES)
    assert (Like.objects.count(), Follow.objects.count()) == before
    assert not OutboxEvent.objects.exists()
    assert {line.count("|") for line in table} == {len(COLUMNS) + 1}
    assert all(column in told for column in COLUMNS)


def test_a_backend_s_own_memory_is_not_the_buffers_that_it_touched(small_world: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
        before = memory.own_mb(backend)
        cursor.execute("SELECT sum(length(content)) FROM comments, generate_series(1, 3)")
        after = memory.own_mb(backend)
        cursor.execute("SELECT pg_relation_size('comments') / 1048576.0")
        (size,) = cursor.fetchone()
    assert before is not None
    assert after is not None
    assert size > 3
    assert after - before < float(size) / 2
    assert memory.own_mb(2**22 + 1) is None


def test_an_unknown_read_and_an_empty_database_are_told_in_one_sentence(
    committed_db: None, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="no read is called no_such_read"):
        call_command("bench", "no_such_read", world="tiny", out=tmp_path)
    with pytest.raises(SetupError, match="no people who follow"):
        run("nothing", **FEW, tell=silent)


def test_contenders_take_turns_and_the_quietest_quarter_counts() -> None:
    order: list[str] = []

    def call(name: str) -> Any:
        return lambda ask: order.append(name)

    contenders = [Contender(name, call(name), 0, 1) for name in "ab"]
    series = interleave(contenders, [None], 2)
    assert order == ["a", "a", "b", "b", "b", "b", "a", "a"]
    series["a"].wall[:] = [5.0, 1.0, 3.0, 9.0]
    assert series["a"].quiet("wall") == 3.0


def test_the_chart_shows_each_read_and_the_mean_is_geometric() -> None:
    line = report.Line("get_it", 5, 1, 1, 80, 90, 20, 15, 0.5, 2.0, 20, 40)
    drawn = chart.draw(report.Report("tiny & small", "2 cores", [line]))
    assert "tiny &amp; small" in drawn
    assert drawn.count("<rect") == 3
    assert report.mean([0.5, 2.0]) == 1.0
    assert report.mean([]) == 0.0
