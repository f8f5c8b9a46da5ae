"""The benchmark: three answers compared for every read, then figures that can be read again."""

import json
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from skeletal.errors import Forbidden, NotFound, SetupError
from skeletal.management.bench import cases, chart, memory, report, run
from skeletal.management.bench.contest import DifferentAnswers
from skeletal.management.bench.measuring import Contender, Series, interleave
from skeletal.management.bench.report import COLUMNS, Limit
from skeletal.management.bench.subjects import Ask, choose
from skeletal.management.bench.writes import WRITES, Way, WriteCase
from skeletal.management.seeding import load, sources
from skeletal.models import OutboxEvent
from tests.queries.statements import statements

FEW: dict[str, Any] = {"rounds": 1, "calls": 10}


@pytest.fixture
def small_world(committed_db: None) -> None:
    """A small world whose last days have posts, as popular and trending want."""
    call_command("loaddata", "roles", verbosity=0)
    load(sources.choose(world="small", until="today"))


def silent(text: str) -> None:
    """Nobody listens."""


KEPT_ON = {
    *("post_trends", "video_trends", "hashtag_trends"),
    *("feed_state", "feed_readers", "feed_pending"),
}
"""What was taken back leaves a trend of no weight and a higher version; a mark goes on."""
DIGEST = """
    SELECT md5(string_agg(kept, ' ' ORDER BY kept))
    FROM (SELECT (to_jsonb(t) - 'last_used_at')::text AS kept FROM {} t) AS rows
"""
"""When a hashtag was last used stays so, though the post is gone."""


def digests() -> dict[str, str]:
    """Every table by what stands in it."""
    with connection.cursor() as cursor:
        found = {}
        for table in set(connection.introspection.table_names(cursor)) - KEPT_ON:
            cursor.execute(DIGEST.format(table))
            found[table] = cursor.fetchone()[0]
    return found


@pytest.mark.slow
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


@pytest.mark.slow
def test_every_write_is_done_alike_and_leaves_the_world_as_it_was(small_world: None) -> None:
    before = digests()
    names = [write.name for write in WRITES]
    found = run("small", rounds=1, calls=10, names=names, tell=silent)
    assert [line.name for line in found.writes] == names
    assert {line.limit for line in found.writes[:2]} == {Limit("CPU", 2)}
    assert {line.limit for line in found.writes[2:]} == {Limit("time", 1.5)}
    for line in found.writes:
        assert min(line.client, line.wall_to_floor, line.orm_client) > 0
    after = digests()
    assert {table for table in after if after[table] != before[table]} == set()
    for write in WRITES:
        assert statements_of(write) == write.statements, write.name


def statements_of(write: WriteCase) -> int:
    """What ours sends between BEGIN and COMMIT, for the first ask that finds something."""
    for ask in choose().asks(write.asks):
        with suppress(NotFound, Forbidden):
            if not write.stands(ask):
                sent = statements(partial(write.ours.call, write.prepare(ask)))
                return len([sql for sql in sent if sql not in ("BEGIN", "COMMIT")])
    raise AssertionError(f"nobody can {write.name}")


def test_a_write_that_does_something_else_stops_the_run(
    small_world: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = Way(lambda *given: None, lambda *given: None)
    like, publish = WRITES[0], WRITES[2]

    def forgetful(cursor: Any, ask: Ask) -> Any:
        post = publish.floor.do(cursor, ask)
        cursor.execute("DELETE FROM mentions WHERE post_id = %s", [post])
        return post

    wrong = {
        "ordinary does something else": replace(like, ordinary=idle),
        "floor does something else: .* there are in mentions": replace(
            publish, floor=Way(forgetful, publish.floor.undo)
        ),
        "all is as before": replace(like, ours=idle, floor=idle, ordinary=idle),
    }
    for told, write in wrong.items():
        monkeypatch.setattr("skeletal.management.bench.contest.WRITES", [write])
        with pytest.raises(DifferentAnswers, match=told):
            run("small world", names=[write.name], **FEW, tell=silent)
        assert not OutboxEvent.objects.exists()
    found = run("small world", names=[WRITES[1].name], **FEW, tell=silent)
    assert not found.writes


@pytest.mark.slow
def test_the_command_writes_its_figures_and_a_chart(
    small_world: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = digests()
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
    assert digests() == before
    assert not OutboxEvent.objects.exists()
    assert {line.count("|") for line in table} == {len(COLUMNS) + 1}
    assert all(column in told for column in COLUMNS)


@pytest.mark.slow
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


def test_contenders_are_compared_round_by_round() -> None:
    ours, theirs = Series(wall=[2, 30, 4]), Series(wall=[1, 10, 4])
    assert (ours.to(theirs, "wall"), theirs.to(ours, "wall")) == (2, 0.5)


def test_every_ask_is_sent_by_every_contender_however_few_it_sends() -> None:
    sent: dict[str, list[int]] = {"many": [], "few": []}
    contenders = [Contender("many", sent["many"].append, 0, 4)]
    contenders.append(Contender("few", sent["few"].append, 0, 1))
    interleave(contenders, list(range(10)), 9)
    assert {*sent["many"]} == {*sent["few"]} == {*range(10)}
    assert [sent["many"].count(ask) for ask in range(10)] == [4] * 9 + [9]


def test_a_read_whose_calls_have_no_one_right_answer_is_refused(
    small_world: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ = [replace(cases.CASES[0], settled=lambda ask: False)]
    monkeypatch.setattr("skeletal.management.bench.contest.CASES", open_)
    with pytest.raises(DifferentAnswers, match="no call has one right answer"):
        run("small world", **FEW, tell=silent)


def test_the_chart_shows_each_read_and_the_mean_is_geometric() -> None:
    line = report.Line("get_it", 5, 1, 1, 80, 90, 20, 15, 0.5, 2.0, 20, 40)
    drawn = chart.draw(report.Report("tiny & small", "2 cores", [line]))
    assert "tiny &amp; small" in drawn
    assert drawn.count("<rect") == 3
    assert report.mean([0.5, 2.0]) == 1.0
    assert report.mean([]) == 0.0


def test_a_limit_is_shown_and_so_is_a_write_above_it() -> None:
    line = report.Line("put_it", 5, 1, 1, 80, 90, 20, 15, 1.6, 0.9, 20, 40)
    shown = {
        Limit("time", 1.5): "time 1.5, above",
        Limit("time", 1.6): "time 1.6",
        Limit("CPU", 0.5): "CPU 0.5, above",
        Limit("CPU", 1): "CPU 1",
        None: "",
    }
    for limit, told in shown.items():
        limited = replace(line, limit=limit)
        assert limited.within is not told.endswith("above")
        assert report.rows(report.Report("w", "m", writes=[limited]))[-1][-1] == told
