"""What a load did: rows by table, refusals by reason, time."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Report:
    """One run of `seed`. `rows` counts what the world holds, also when it was there before."""

    world: str
    rows: dict[str, int] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    already_there: bool = False

    @property
    def total(self) -> int:
        return sum(self.rows.values())

    @property
    def rows_per_second(self) -> int:
        """Rows of this run over its time from the first statement to the last ANALYZE."""
        return 0 if self.already_there or not self.seconds else round(self.total / self.seconds)

    def as_json(self) -> dict[str, Any]:
        """Return the report for programs."""
        return {
            "world": self.world,
            "rows": self.rows,
            "refused": dict(self.refused),
            "seconds": round(self.seconds, 3),
            "rows_per_second": self.rows_per_second,
            "already_there": self.already_there,
        }

    def lines(self) -> list[str]:
        """Return the report for people."""
        if self.already_there:
            return [f"The world {self.world} is already there: {self.total:,} rows."]
        return [
            *(f"{name:22}{rows:>12,}" for name, rows in self.rows.items()),
            *(f"refused: {count:,} {reason}" for reason, count in self.refused.items()),
            f"The world {self.world}: {self.total:,} rows in {self.seconds:.1f} s, "
            f"{self.rows_per_second:,} rows/s.",
        ]
