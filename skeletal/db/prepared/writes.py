"""Hot writes by name: SQL by hand around QuerySets, one statement and one answer."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import connections
from django.db.models import QuerySet

from skeletal.db.prepared import compiling, records
from skeletal.db.prepared.parameters import Param
from skeletal.db.prepared.reads import Shape, Shapes
from skeletal.db.prepared.statements import Statement

R = TypeVar("R")


class Command:
    """SQL whose `%(name)s` are parameters and whose `{name}` are QuerySets.

    A QuerySet's own parameters need no mention in `params`.
    """

    def __init__(
        self, sql: str, params: Iterable[Param] = (), **parts: "QuerySet[Any] | str"
    ) -> None:
        self.sql, self.params, self.parts = sql, tuple(params), parts


Build = Callable[..., Command]


class Write(Shapes[R]):
    """A write whose statements come of Commands."""

    def __init__(self, build: Build, record: Any) -> None:
        super().__init__(f"{build.__module__.rpartition('.')[2]}.{build.__name__.lstrip('_')}")
        self.__wrapped__ = build
        self._record = record

    def _compile(self, shape: Shape) -> Statement[R]:
        command = self.__wrapped__(*shape)
        connection = connections["default"]
        plan = records.plan_of(self._record, None, {"": ""})
        names = [column.path for column in plan.columns]
        sql, params = compiling.embed(command.sql, command.params, command.parts, connection)
        return Statement(
            compiling.compile_text(sql, params, names, connection),
            records.decoder(plan, len(names)),
            label=f"{self.name}[{','.join(map(str, shape))}]" if shape else self.name,
            unnamed=False,
        )


def write(record: type[R]) -> Callable[[Build], Write[R]]:
    """Make a function that returns a Command into a hot write whose answer is `record`s.

    The function's arguments are the statement's shape, as those of a `read`. All parts of one
    statement see the same snapshot: none sees what another part wrote. Its columns are the
    record's fields, as `handwritten` says.
    """

    def made(build: Build) -> Write[R]:
        return Write(build, record)

    return made
