"""Reads the plans that EXPLAIN gives as JSON: who scans what, by which columns, in which order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Node = dict[str, Any]
NAME = r'(?:"(?:[^"]|"")+"|\w+)'
COLUMN = rf"(?P<alias>{NAME})\.(?P<column>{NAME})"
CAST = r"(?:::[\w ]+(?:\(\d+\))?(?:\[\])?)?"
COMPARED = re.compile(rf"^\(*{COLUMN}\)*{CAST}\)* (?P<sign>[=<>]+|~~) (?P<value>.+)$")
TURNED = re.compile(rf"^\(*(?P<value>\$\d+)\)*{CAST}\)* = \(*{COLUMN}\)*{CAST}\)*$")
ROWS = re.compile(r"^\(?ROW\((?P<columns>[^()]+)\) [<>]=? ROW\((?P<values>[^()]+)\)\)?$")
SORT_KEY = re.compile(rf"^{COLUMN}(?P<down> DESC)?$")
CONDITIONS = ("Filter", "Index Cond", "Recheck Cond")
JOINS = ("Hash Cond", "Merge Cond", "Join Filter")
RANGES = {"<", "<=", ">", ">="}
Sorts = tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Comparison:
    """A column of an alias beside a sign and the text of what it is compared with."""

    alias: str
    column: str
    sign: str
    value: str


@dataclass(frozen=True)
class Access:
    """One scan of a table of `public` (or of a copy of it) within a plan.

    `sorts` are columns, each with whether it goes down, where a sort above orders these rows.
    """

    table: str
    alias: str
    sequential: bool
    equal: tuple[str, ...]
    ranged: tuple[str, ...]
    sorts: Sorts


@dataclass(frozen=True)
class Plan:
    """A plan's total cost and its root node."""

    cost: float
    root: Node

    @property
    def indexes(self) -> set[str]:
        return {node["Index Name"] for node, _ in walk(self.root) if "Index Name" in node}

    @property
    def tables(self) -> set[str]:
        return {node["Relation Name"] for node, _ in walk(self.root) if "Relation Name" in node}

    def accesses(self) -> list[Access]:
        """Every scan of a table, with what is asked of it."""
        return [
            _access(node, above)
            for node, above in walk(self.root)
            if "Relation Name" in node and "Scan" in node["Node Type"]
        ]

    def aliases(self) -> dict[str, str]:
        """Alias → table."""
        return {
            node["Alias"]: node["Relation Name"]
            for node, _ in walk(self.root)
            if "Relation Name" in node and "Alias" in node
        }

    def comparisons(self) -> list[Comparison]:
        """Everything that any node compares a column with."""
        return [
            found for node, _ in walk(self.root) for found in compared(node, *CONDITIONS, *JOINS)
        ]


def walk(node: Node, above: tuple[Node, ...] = ()) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Every node with those above it, the nearest last."""
    yield node, above
    for child in node.get("Plans", ()):
        yield from walk(child, (*above, node))


def compared(node: Node, *kinds: str) -> Iterator[Comparison]:
    """The comparisons that must all hold; what stands in an OR is left out."""
    for kind in kinds:
        for term in terms(node.get(kind, "")):
            yield from _comparisons(term)


def terms(condition: str) -> list[str]:
    """The parts of a condition that AND joins at its top; none where OR does."""
    inner = _inner(condition)
    pieces, words = [], _top_words(inner)
    if any(word == " OR " for _, word in words):
        return []
    start = 0
    for place, word in words:
        pieces.append(inner[start:place])
        start = place + len(word)
    pieces.append(inner[start:])
    return [piece for piece in pieces if piece]


def _top_words(text: str) -> list[tuple[int, str]]:
    """AND and OR that stand within no parentheses and no quotes, each with its place."""
    return [
        (place, word)
        for place, letter, depth in _unquoted(text)
        if letter == " " and depth == 0
        for word in (" AND ", " OR ")
        if text.startswith(word, place)
    ]


def _inner(text: str) -> str:
    """Without parentheses around the whole: (a AND b) becomes a AND b."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    closing = (place for place, _, depth in _unquoted(text) if place and depth == 0)
    return text[1:-1] if next(closing, None) is None else text


def _unquoted(text: str) -> Iterator[tuple[int, str, int]]:
    """Every letter outside of quotes, with its place and the parentheses open before it."""
    depth, quote = 0, ""
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
            continue
        yield place, letter, depth
        quote = letter if letter in "'\"" else ""
        depth += (letter == "(") - (letter == ")")


def _comparisons(term: str) -> list[Comparison]:
    rows = ROWS.match(term)
    if rows:
        pairs = zip(rows["columns"].split(", "), rows["values"].split(", "), strict=False)
        return [found for one, two in pairs for found in _comparisons(f"{one} < {two}")]
    match = COMPARED.match(_inner(term)) or TURNED.match(_inner(term))
    if match is None:
        return []
    sign = match.groupdict().get("sign") or "="
    return [Comparison(bare(match["alias"]), bare(match["column"]), sign, match["value"])]


def _access(node: Node, above: tuple[Node, ...]) -> Access:
    alias = node["Alias"]
    asked = [
        *compared(node, *CONDITIONS),
        *(found for outer in above for found in compared(outer, *JOINS)),
        *(found for child in node.get("Plans", ()) for found in compared(child, *CONDITIONS)),
    ]
    own = [found for found in asked if found.alias == alias and f"{alias}." not in found.value]
    return Access(
        table=node["Relation Name"],
        alias=alias,
        sequential=node["Node Type"] == "Seq Scan",
        equal=_unique(found.column for found in own if found.sign == "="),
        ranged=_unique(found.column for found in own if found.sign in RANGES),
        sorts=_sorts(alias, above),
    )


def _sorts(alias: str, above: tuple[Node, ...]) -> Sorts:
    """The keys of the nearest sort above, if they are all columns of this alias."""
    node = next((found for found in reversed(above) if "Sort Key" in found), None)
    if node is None or "Sort" not in node["Node Type"]:
        return ()
    keys = [SORT_KEY.match(key) for key in node["Sort Key"]]
    if not all(key and bare(key["alias"]) == alias for key in keys):
        return ()
    return tuple((bare(key["column"]), bool(key["down"])) for key in keys if key)


def bare(name: str) -> str:
    """A name without its quotes."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _unique(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
