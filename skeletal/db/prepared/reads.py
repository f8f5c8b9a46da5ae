"""Hot reads by name: a function that writes the QuerySet, and its statement for each shape."""

import os
from collections.abc import Callable, Hashable, Iterable, Mapping
from threading import RLock
from typing import Any, Generic, Literal, TypeVar

from django.db import connections
from django.db.models import QuerySet

from skeletal.db.prepared import compiling, records
from skeletal.db.prepared.parameters import Param
from skeletal.db.prepared.statements import Statement

R = TypeVar("R")
Build = Callable[..., "QuerySet[Any]"]
Plan = Literal["auto", "custom", "generic"]
Shape = tuple[Hashable, ...]

READS: "list[Read[Any]]" = []
"""Every hot read that `read` made in this process, in the order of their definition."""

_lock = RLock()


class Shapes(Generic[R]):
    """Calling it with a shape gives that shape's statement, compiled on the first call."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.statements: dict[Shape, Statement[R]] = {}

    def __call__(self, *shape: Hashable) -> Statement[R]:
        return self.statements.get(shape) or self._compiled(shape)

    def _compiled(self, shape: Shape) -> Statement[R]:
        """Once, whoever comes first; who holds the lock waits for no connection."""
        connections["default"].ensure_connection()
        with _lock:
            if shape not in self.statements:
                self.statements[shape] = self._compile(shape)
            return self.statements[shape]

    def _compile(self, shape: Shape) -> Statement[R]:
        raise NotImplementedError


class Read(Shapes[R]):
    """A read whose statements come of QuerySets."""

    def __init__(
        self, build: Build, record: Any, *, plan: Plan, paths: Mapping[str, str], key: str
    ) -> None:
        super().__init__(f"{build.__module__.rpartition('.')[2]}.{build.__name__.lstrip('_')}")
        self.context = self.name.encode()
        self.plan = plan
        self.__wrapped__ = build
        self._record, self._paths, self._key = record, paths, key

    def queryset(self, *shape: Hashable) -> "QuerySet[Any]":
        """The QuerySet of a shape with its parameters still open."""
        return self.__wrapped__(*shape)

    def columns(self, queryset: "QuerySet[Any]") -> tuple[records.Plan, list[str]]:
        """How its rows become records, and the paths of the columns of a row."""
        plan = records.plan_of(self._record, queryset, self._paths)
        paths = [column.path for column in plan.columns]
        if self._key and self._key not in paths:
            paths.append(self._key)
        return plan, paths

    def _compile(self, shape: Shape) -> Statement[R]:
        queryset = self.queryset(*shape)
        plan, paths = self.columns(queryset)
        rows = records.joined_inward(queryset, plan).values_list(*paths)
        blind = self.plan == "generic"
        return Statement(
            compiling.compile_queryset(rows, connections["default"], blind=blind),
            records.decoder(plan, len(paths)),
            label=f"{self.name}[{','.join(map(str, shape))}]",
            unnamed=self.plan == "custom",
            key=paths.index(self._key) if self._key else 0,
        )


class Handwritten(Shapes[R]):
    """A read of one shape whose SQL is written by hand, for what the ORM cannot say."""

    def __init__(self, record: Any, sql: str, params: Iterable[Param], *, name: str) -> None:
        super().__init__(name)
        self._record, self._sql, self._params = record, sql, tuple(params)

    def _compile(self, shape: Shape) -> Statement[R]:
        if shape:
            raise TypeError(f"{self.name} has no shapes")
        plan = records.plan_of(self._record, None, {"": ""})
        names = [column.path for column in plan.columns]
        text = compiling.compile_text(self._sql, self._params, names, connections["default"])
        return Statement(text, records.decoder(plan, len(names)), label=self.name, unnamed=False)


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
        hot: Read[R] = Read(build, record, plan=plan, paths=paths or {}, key=key)
        READS.append(hot)
        return hot

    return made


def handwritten(
    record: type[R], sql: str, params: Iterable[Param] = (), *, name: str
) -> Handwritten[R]:
    """Make SQL into a hot read: `%(name)s` for each of `params`, `%%` for a percent sign.

    Its columns are the record's fields in their order (`author__id` in a nested record), or the
    statement is refused with TypeError on its first call; a plain type is the only column. Numbers
    come in the type that the SQL gives them.
    """
    return Handwritten(record, sql, params, name=name)


def _unlock_in_child() -> None:
    """One of the parent's threads may have held the lock."""
    global _lock
    _lock = RLock()


os.register_at_fork(after_in_child=_unlock_in_child)
