"""What a run found: the table, the JSON file and the chart."""

from dataclasses import asdict, dataclass, field
from math import exp, log
from typing import Any, Literal

from skeletal.management.bench.depth import Depth
from skeletal.management.bench.feeds import FeedLine
from skeletal.management.bench.memory import Memory


@dataclass(frozen=True)
class Limit:
    """At most how many times the floor's `time`, commit included, or client `CPU`."""

    on: Literal["time", "CPU"]
    most: float


@dataclass(frozen=True)
class Line:
    """One read or write: microseconds of ours, ratios to the floor and of the ORM to ours."""

    name: str
    target_ms: float
    statements: int
    rows: float
    p50: float
    p99: float
    server: float
    client: float
    wall_to_floor: float
    client_to_floor: float
    orm_wall: float
    orm_client: float
    limit: Limit | None = None

    @property
    def within(self) -> bool:
        """Whether ours keeps its limit."""
        if self.limit is None:
            return True
        ratio = self.wall_to_floor if self.limit.on == "time" else self.client_to_floor
        return ratio <= self.limit.most


@dataclass
class Report:
    """Everything that one run measured."""

    world: str
    machine: str
    lines: list[Line] = field(default_factory=list)
    writes: list[Line] = field(default_factory=list)
    depths: list[Depth] = field(default_factory=list)
    feeds: list[FeedLine] = field(default_factory=list)
    throughput: dict[str, float] = field(default_factory=dict)
    memory: Memory | None = None

    @property
    def means(self) -> dict[str, float]:
        """Geometric means over all reads."""
        names = ("wall_to_floor", "client_to_floor", "orm_wall", "orm_client")
        return {name: mean([getattr(line, name) for line in self.lines]) for name in names}

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"means": self.means}


COLUMNS = (
    "read", "target ms", "p50 ms", "p99 ms", "statements", "rows", "server us", "CPU us",
    "to floor: time", "CPU", "ORM to ours: time", "CPU",
    "limit",
)  # fmt: skip


def rows(report: Report) -> list[tuple[str, ...]]:
    """The lines of the table: reads, their means, writes."""
    means = report.means
    middle = ("geometric mean", *[""] * 7, *(f"{means[name]:.2f}" for name in means), "")
    reads = [*map(_row, report.lines), middle] if report.lines else []
    return [*reads, *map(_row, report.writes)]


def markdown(report: Report) -> str:
    """The table for a page of the docs."""
    table = [COLUMNS, ["---"] * len(COLUMNS), *rows(report)]
    return "".join(f"| {' | '.join(row)} |\n" for row in table)


def mean(values: list[float]) -> float:
    """The geometric mean; 0 of nothing."""
    positive = [value for value in values if value > 0]
    return exp(sum(map(log, positive)) / len(positive)) if positive else 0.0


def _row(line: Line) -> tuple[str, ...]:
    return (
        line.name,
        f"{line.target_ms:g}",
        f"{line.p50 / 1000:.3f}",
        f"{line.p99 / 1000:.3f}",
        str(line.statements),
        f"{line.rows:.0f}",
        f"{line.server:.0f}",
        f"{line.client:.0f}",
        f"{line.wall_to_floor:.2f}",
        f"{line.client_to_floor:.2f}",
        f"{line.orm_wall:.1f}",
        f"{line.orm_client:.1f}",
        _limit(line),
    )


def _limit(line: Line) -> str:
    if line.limit is None:
        return ""
    return f"{line.limit.on} {line.limit.most:g}{'' if line.within else ', above'}"
