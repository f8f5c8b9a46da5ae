"""The tables that rules read; each `make_…` makes one of them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

FOLDER = Path(__file__).parent


def lines(name: str) -> Iterator[str]:
    """The lines of a table that are neither empty nor remarks."""
    for line in (FOLDER / name).read_text("utf-8").splitlines():
        if line and not line.startswith("# "):
            yield line


def characters(name: str) -> dict[int, str]:
    """A table of code points, each with the characters that stand for it: all in hexadecimal."""
    table = {}
    for line in lines(name):
        source, _, target = line.partition("\t")
        table[int(source, 16)] = "".join(chr(int(code, 16)) for code in target.split())
    return table


def ranges(name: str) -> list[tuple[int, int]]:
    """A table of ranges of code points, their ends included."""
    return [(int(first, 16), int(last, 16)) for first, last in map(str.split, lines(name))]


def write(name: str, remarks: str, table: dict[int, str]) -> None:
    """Write a table that `characters` reads."""
    rows = (
        f"{source:04X}\t{' '.join(f'{ord(one):04X}' for one in target)}"
        for source, target in sorted(table.items())
    )
    _write(name, remarks, rows)


def write_ranges(name: str, remarks: str, table: Iterable[tuple[int, int]]) -> None:
    """Write a table that `ranges` reads."""
    _write(name, remarks, (f"{first:04X}\t{last:04X}" for first, last in table))


def _write(name: str, remarks: str, rows: Iterable[str]) -> None:
    text = "\n".join([*(f"# {line}" for line in remarks.splitlines()), *rows])
    (FOLDER / name).write_text(text + "\n", "utf-8")
