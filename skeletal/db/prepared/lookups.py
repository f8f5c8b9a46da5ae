"""Lookups that Django lacks: an array for a column, what a text begins with, words by a query."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignKey, Lookup
from django.db.models.sql.compiler import SQLCompiler

LAST = "\U0010ffff"
"""Sorts after every character in the collation "C"."""


class AnyOf(Lookup[Any]):
    """`id__any=Param("ids", BIGINTS)`: one array parameter, whatever the number of values."""

    lookup_name = "any"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", [*left_params, *right_params]


class Begins(Lookup[Any]):
    """`name__begins=Param("prefix", TEXT)`: the range of texts with this prefix.

    `name` must be collated "C". An index in that collation serves it, and the order by name, also
    in a generic plan, which `LIKE $1` does not. A name that goes on with U+10FFFF, which is no
    character, is not found.
    """

    lookup_name = "begins"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        sql = f"({left} >= {right} AND {left} < ({right} || '{LAST}'))"
        return sql, [*left_params, *right_params] * 2


class Matches(Lookup[Any]):
    """`words__matches=Param("wanted", TEXT)`: words, as a tsvector, that meet a tsquery.

    The query is parsed anew in each call, so its text must be one that `rules.searching` wrote.
    """

    lookup_name = "matches"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} @@ ({right})::tsquery", [*left_params, *right_params]


Field.register_lookup(AnyOf)
ForeignKey.register_lookup(AnyOf)
Field.register_lookup(Begins)
Field.register_lookup(Matches)
