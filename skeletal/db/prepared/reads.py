"""Hot reads by name: a function that writes the QuerySet, and its statement for each shape."""

from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Any, Generic, Literal, TypeVar

from django.db import connections
from django.db.models import QuerySet

from skeletal.db.prepared import compiling, records
from skeletal.db.prepared.statements import Statement

R = TypeVar("R")
Build = Callable[..., "QuerySet[Any]"]
Plan = Literal["auto", "custom", "generic"]

READS: "list[Read[Any]]" = []
"""Every hot read of this process, in the order of their definition."""


class Read(Generic[R]):
    """Calling it with a shape gives that shape's statement, compiled on the first call."""

    def __init__(
        self, build: Build, record: Any, *, plan: Plan, paths: Mapping[str, str], key: str
    ) -> None:
        self.name = f"{build.__module__.rpartition('.')[2]}.{build.__name__.lstrip('_')}"
        self.context = self.name.encode()
        self.plan = plan
        self.statements: dict[tuple[Hashable, ...], Statement[R]] = {}
        self._build, self._record, self._paths, self._key = build, record, paths, key
        self._lock = Lock()
        READS.append(self)

    def __call__(self, *shape: Hashable) -> Statement[R]:
        return self.statements.get(shape) or self._compiled(shape)

    def queryset(self, *shape: Hashable) -> "QuerySet[Any]":
        """The QuerySet of a shape with its parameters still open."""
        return self._build(*shape)

    def _compiled(self, shape: tuple[Hashable, ...]) -> Statement[R]:
        with self._lock:
            if shape not in self.statements:
                self.statements[shape] = self._compile(shape)
            return self.statements[shape]

    def _compile(self, shape: tuple[Hashable, ...]) -> Statement[R]:
        connection = connections["default"]
        connection.ensure_connection()
        queryset = self._build(*shape)
        plan = records.plan_of(self._record, queryset, self._paths)
        paths = [column.path for column in plan.columns]
        if self._key and self._key not in paths:
            paths.append(self._key)
        rows = records.joined_inward(queryset, plan).values_list(*paths)
        return Statement(
            compiling.compile_queryset(rows, connection, blind=self.plan == "generic"),
            records.decoder(plan, len(paths)),
            label=f"{self.name}[{','.join(map(str, shape))}]",
            unnamed=self.plan == "custom",
            key=paths.index(self._key) if self._key else 0,
        )


def read(
    record: type[R], *, plan: Plan = "auto", paths: Mapping[str, str] | None = None, key: str = ""
) -> Callable[[Build], Read[R]]:
    """Make a function that returns a QuerySet into a hot read whose rows are `record`s.

    `plan`: "auto" lets PostgreSQL choose after five calls between one plan for all values and a
    new plan each time; "custom" plans each call for its values; "generic" plans once. `paths`
    reads a field of the record from another place; a plain type as record is the one column
    `paths[""]`. `key` names the column that pages go on from.
    """

    def made(build: Build) -> Read[R]:
        return Read(build, record, plan=plan, paths=paths or {}, key=key)

    return made
