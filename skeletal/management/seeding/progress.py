"""What a load shows while it runs: bars on a terminal, plain lines elsewhere, or nothing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)


class Listener(Protocol):
    """Hears what a load does."""

    def begin(self, step: str) -> None:
        """A table or a closing step begins."""

    def advance(self, rows: int) -> None:
        """So many more rows of this step were handed to the server."""

    def finish(self, step: str, rows: int) -> None:
        """The server has taken all of this step."""


class Silent:
    """Shows nothing."""

    def begin(self, step: str) -> None: ...

    def advance(self, rows: int) -> None: ...

    def finish(self, step: str, rows: int) -> None: ...


class Lines(Silent):
    """One line for each finished step."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

    def finish(self, step: str, rows: int) -> None:
        self._write(f"{step}: {rows:,} rows" if rows else step)


class Bars(Silent):
    """A bar for each step, full when the expected number of rows is reached."""

    def __init__(self, progress: Progress, expected: Mapping[str, int]) -> None:
        self._progress = progress
        self._expected = expected
        self._task: TaskID | None = None

    def begin(self, step: str) -> None:
        self._task = self._progress.add_task(step, total=self._expected.get(step))

    def advance(self, rows: int) -> None:
        if self._task is not None:
            self._progress.advance(self._task, rows)

    def finish(self, step: str, rows: int) -> None:
        if self._task is not None:
            self._progress.update(self._task, total=rows or 1, completed=rows or 1)


@contextmanager
def bars(expected: Mapping[str, int]) -> Iterator[Listener]:
    """Show bars on the terminal until the block ends."""
    columns = (
        TextColumn("{task.description:22}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console()) as progress:
        yield Bars(progress, expected)
