"""LDBC's questions, with the answers cut to what our tables keep."""

import gzip
import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.ldbc.network import Kind, Network, Row

FIRST_NAMES = {
    "IS1": 0,
    "IS2": 5,
    "IS3": 1,
    "IS5": 1,
    "IS7": 4,
    "IC2": 1,
    "IC7": 1,
    "IC8": 1,
    "IC9": 1,
}
"""Where a row has a first name; the last name follows it."""
NEWEST = 20
"""Rows of the longest list."""
MESSAGE, CREATED = 2, 4
"""Where a row of IC2 has its message and that one's time, once the names are one."""


@dataclass(frozen=True)
class Question:
    query: str
    params: dict[str, Any]
    rows: list[Row]

    @property
    def person(self) -> int:
        return int(self.params["personId"])

    @property
    def message(self) -> int:
        return int(self.params["messageId"])


@cache
def read_questions(path: Path) -> dict[str, list[Question]]:
    """All questions of a file, by query."""
    questions: dict[str, list[Question]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for asked in map(json.loads, file):
            query = asked["query"]
            rows = [_kept(query, row) for row in asked["result"]]
            questions[query].append(Question(query, asked["params"], rows))
    return dict(questions)


def of_kind(questions: list[Question], network: Network, kind: Kind) -> list[Question]:
    """The questions about one kind of message."""
    return [question for question in questions if network.kind(question.message) == kind]


def _kept(query: str, row: Row) -> Row:
    """First and last name as one; of a profile only what a person's page shows."""
    if query in FIRST_NAMES:
        at = FIRST_NAMES[query]
        row = [*row[:at], f"{row[at]} {row[at + 1]}", *row[at + 2 :]]
    return [row[0], row[-1]] if query == "IS1" else row
