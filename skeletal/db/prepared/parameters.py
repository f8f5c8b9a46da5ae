"""Late-bound parameters: what they look like in SQL."""

import re
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateTimeField,
    Expression,
    Field,
    TextField,
)
from django.db.models.sql.compiler import SQLCompiler

from skeletal.db.prepared import wires

BIGINT, TEXT, MOMENT, TRUTH = BigIntegerField(), TextField(), DateTimeField(), BooleanField()
BIGINTS: "ArrayField[Any, Any]" = ArrayField(BigIntegerField())
TEXTS: "ArrayField[Any, Any]" = ArrayField(TextField())

LENGTH = re.compile(r"\(\d+(, ?\d+)?\)|(?<=\[)\d+(?=\])")


class Param(Expression):
    """A value that is given when the statement runs; `field` decides its type.

    May stand wherever an expression may: filter, annotation, order. The same name used twice is
    one parameter. LIMIT, `isnull` and the presence of a condition belong to the shape instead.
    """

    def __init__(self, name: str, field: "Field[Any, Any]" = BIGINT) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        return "%s", [self]

    def get_group_by_cols(self) -> list[Any]:
        return []

    def cast(self, connection: BaseDatabaseWrapper) -> str:
        """The SQL type without its length: `varchar(5)` would cut, `numeric(12, 2)` round."""
        name = self.output_field.db_type(connection)
        if name is None:
            raise TypeError(f"parameter {self.name} has no type in the database")
        return LENGTH.sub("", name)

    def wire(self, connection: BaseDatabaseWrapper) -> "tuple[int, wires.Dump]":
        """The oid under which the value is sent, and the function that makes its bytes."""
        return wires.wire(self.cast(connection), self.name)
