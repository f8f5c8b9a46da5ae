"""Makes separators.txt: `python -m skeletal.rules.tables.make_separators`, with Unicode 14.

Words are parted by what is no letter, no mark and no number once it is folded: white space,
punctuation, symbols (emoji among them), controls. `_` parts words too, as in a hashtag of two.
"""

import sys
import unicodedata
from itertools import groupby

from skeletal.rules import tables
from skeletal.rules.folding import fold
from skeletal.rules.tables.make_folding import UNICODE

REMARKS = f"""Unicode {UNICODE}: code points that part words, as ranges, their ends included.
Made by make_separators.py, not to be edited."""
KINDS = ("P", "S", "Z", "Cc", "Cf")


def parts(character: str) -> bool:
    """Whether a character of a folded text parts words."""
    return unicodedata.category(character).startswith(KINDS) and fold(character) == character


def make() -> list[tuple[int, int]]:
    """All ranges but NUL, which no text holds; what Unicode 14 does not know is a letter."""
    if unicodedata.unidata_version != UNICODE:
        sys.exit(f"Unicode {UNICODE} is needed, this Python has {unicodedata.unidata_version}")
    codes = [code for code in range(1, sys.maxunicode + 1) if parts(chr(code))]
    runs = groupby(enumerate(codes), lambda pair: pair[1] - pair[0])
    return [(run[0][1], run[-1][1]) for run in (list(pairs) for _, pairs in runs)]


if __name__ == "__main__":
    tables.write_ranges("separators.txt", REMARKS, make())
