"""Makes confusables.txt from a list of look-alikes: `… make_confusables confusables.json.gz`.

The list names for each character (or sequence) those that it can be mistaken for, both ways. Each
group of look-alikes becomes one prototype, the member that most others point to. Names are folded
before they are looked up here, so only folded characters stand in the table: capital I, which
looks like l, is i by then. Marks in a prototype stay: they are the dots that tell س from ش.
"""

import gzip
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from skeletal.rules import tables
from skeletal.rules.folding import fold

REMARKS = """Folded code point, what it looks like, from Unicode's confusables (UTS 39); see NOTICE.
Made by make_confusables.py, not to be edited."""


def read(path: Path) -> dict[str, list[str]]:
    """The list, without the marks that keep its right-to-left letters in place."""
    listed = json.loads(gzip.decompress(path.read_bytes()).replace("\u200e".encode(), b""))
    return {name: sorted(set(likes)) for name, likes in sorted(listed.items())}


def prototypes(likes: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Each member of a group → the group's prototype."""
    found: dict[str, str] = {}
    for name in sorted(likes, key=lambda name: _rank(name, likes)):
        for like in (name, *likes[name]):
            found.setdefault(like, found.get(name, name))
    return found


def _rank(name: str, likes: Mapping[str, Iterable[str]]) -> tuple[int, bool, bool, str]:
    return -len(tuple(likes[name])), len(name) == 1, not name.isascii(), name


def make(likes: Mapping[str, Iterable[str]]) -> dict[int, str]:
    """The whole table: the prototype of each folded character that is not its own."""
    known = prototypes(likes)

    def settled(text: str) -> str:
        looks = "".join(known.get(one, one) for one in text)
        done = "".join(fold(one) or one for one in looks)
        return text if done == text else settled(done)

    folded = (name for name in known if len(name) == 1 and fold(name) == name)
    return {ord(name): result for name in folded if (result := settled(name)) != name}


if __name__ == "__main__":
    tables.write("confusables.txt", REMARKS, make(read(Path(sys.argv[1]))))
