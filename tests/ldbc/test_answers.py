"""LDBC's own questions of its network: every answer, row by row and in order."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import pytest

from tests.ldbc import lists, reads
from tests.ldbc.conftest import Stage
from tests.ldbc.network import Kind, Network, Row
from tests.ldbc.questions import Question, of_kind

Answer = Callable[[Network, Question], list[Row]]
Cut = Callable[[Network, list[Row]], list[Row]]


@dataclass(frozen=True)
class Way:
    """One way to answer a query: for all its questions or those about one kind of message."""

    query: str
    answer: Answer
    kind: Kind = ""
    cut: Cut = lambda network, rows: rows
    """What is expected of an answer's rows."""

    def __str__(self) -> str:
        return " ".join(
            filter(None, (self.query, self.kind, self.answer.__module__.split(".")[-1]))
        )


WAYS = [
    Way("IS1", reads.profile),
    Way("IS2", lists.latest),
    Way("IS3", reads.friends),
    Way("IS4", reads.content, "post"),
    Way("IS4", lists.content, "comment"),
    Way("IS5", reads.author, "post"),
    Way("IS5", lists.author, "comment"),
    Way("IS7", reads.replies, "post"),
    Way("IS7", lists.replies, "comment"),
    Way("IC2", reads.feed_until, cut=reads.posts_among),
    Way("IC2", lists.of_friends),
    Way("IC7", lists.likers),
    Way("IC8", lists.answers),
    Way("IC9", lists.of_friends_of_friends),
]
NOT_ASKED = {"before": {"IS6": 466, "IC13": 444}, "after": {"IS6": 746, "IC13": 501}}
"""Forums and paths have no table and no read here."""
ALL = {"before": 3936, "after": 5322}

SLOW = {lists.of_friends, lists.of_friends_of_friends}


@pytest.mark.parametrize(
    "way",
    [pytest.param(w, marks=[pytest.mark.slow] if w.answer in SLOW else []) for w in WAYS],
    ids=str,
)
def test_every_answer_is_ldbc_s(
    stage: Stage,
    network: Network,
    questions: dict[str, list[Question]],
    way: Way,
    record_property: Callable[[str, object], None],
) -> None:
    asked = questions[way.query]
    if way.kind:
        asked = of_kind(asked, network, way.kind)
    began, wrong = perf_counter(), []
    for question in asked:
        expected, found = way.cut(network, question.rows), way.answer(network, question)
        if found != expected:
            wrong.append((question.params, expected, found))
    seconds = perf_counter() - began
    right = len(asked) - len(wrong)
    counts = f"{len(asked):4} asked {right:4} right {seconds:5.1f} s"
    record_property("shown", f"{stage.name:6} {way!s:20} {counts}")
    assert asked
    assert wrong[:3] == []


def test_no_question_is_left_out(
    stage: Stage, network: Network, questions: dict[str, list[Question]]
) -> None:
    """Each is answered in one way at least; only forums and paths are not asked for."""
    left = NOT_ASKED[stage.name]
    asked = {query: set[int]() for query in questions.keys() - left.keys()}
    for way in WAYS:
        every = questions[way.query]
        chosen = of_kind(every, network, way.kind) if way.kind else every
        asked[way.query] |= {id(question) for question in chosen}
    missed = {query: len(questions[query]) - len(done) for query, done in asked.items()}
    assert set(missed.values()) == {0}
    assert {query: len(questions[query]) for query in left} == left
    assert sum(map(len, questions.values())) == ALL[stage.name]
