"""Many rows by id in one statement, whole or a few columns of each, and lists by pages."""

from collections.abc import Collection, Iterable
from typing import Any, NoReturn, TypeVar

from django.db.models import BooleanField, F, Func, IntegerField, Model, QuerySet, Value

from skeletal.db.columns import column
from skeletal.db.keyset import paginate
from skeletal.db.orders import Order
from skeletal.errors import InvalidInput
from skeletal.records import Page

M = TypeVar("M", bound=Model)
MAX_IDS = 10_000
LEAST, MOST = -(2**63), 2**63 - 1


class NotLoaded(RuntimeError):
    """A column was read, or read anew, that a partly loaded row does not have."""


class AmongIds(Func):
    """`id = ANY(array)`: one parameter, and one text of the statement, for any number of ids."""

    template = "%(expressions)s::bigint[])"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def batch_load(
    model: type[M], ids: Iterable[int], fields: Collection[str] | None = None
) -> dict[int, M]:
    """Return the rows with these ids, by id, in the order asked: 1 statement, none without ids.

    Repeated ids count once; unknown ones, and numbers beyond 64 bits, are simply not there. With
    `fields` only these columns are read, as by `partial_load`. Raises InvalidInput for an id that
    is no int and for more than 10,000 of them, ValueError for a model whose key is no number.
    """
    wanted = _distinct(ids)
    rows = model._default_manager.all()
    if fields is not None:
        rows = _narrowed(rows, fields)
    if not wanted:
        return {}
    known = {row.pk: row for row in rows.filter(_among(model, wanted))}
    if fields is not None:
        for row in known.values():
            _seal(row)
    return {identifier: known[identifier] for identifier in wanted if identifier in known}


def partial_load(model: type[M], ids: Iterable[int], fields: Collection[str]) -> dict[int, M]:
    """Return rows by id, in the order asked, with only these columns and the key: 1 statement.

    A field is a column, or one of a joined row (`author__username`). Reading any other column
    later raises NotLoaded, where Django would quietly make a statement for each row; so does
    `refresh_from_db`. Rows that were not joined are still fetched when asked for. Raises
    InvalidInput, naming the field, for one that is no column, and as `batch_load` does.
    """
    return batch_load(model, ids, fields)


def keyset_paginate(
    queryset: QuerySet[M],
    cursor: str | None = None,
    limit: int = 20,
    order_by: Order = ("-pk",),
    backward: bool = False,
) -> Page[M]:
    """Return one page of `queryset`, newest first if not told otherwise: see `keyset.paginate`."""
    return paginate(queryset, cursor=cursor, limit=limit, order_by=order_by, backward=backward)


def _distinct(ids: Iterable[int]) -> list[int]:
    wanted = list(ids)
    if any(type(identifier) is not int for identifier in wanted):
        raise InvalidInput("an id must be a whole number", field="ids")
    distinct = list(dict.fromkeys(wanted))
    if len(distinct) > MAX_IDS:
        raise InvalidInput(f"no more than {MAX_IDS} ids at once", field="ids")
    return [identifier for identifier in distinct if LEAST <= identifier <= MOST]


def _among(model: type[Model], ids: list[int]) -> AmongIds:
    key = column(model, "pk")
    if not isinstance(key.field, IntegerField):
        raise ValueError(f"the key of {model.__name__} is no number")
    return AmongIds(F(key.path), Value(ids))


def _narrowed(rows: QuerySet[M], fields: Collection[str]) -> QuerySet[M]:
    paths = ["pk", *(_path(rows.model, name) for name in fields)]
    joined = {path.rpartition("__")[0] for path in paths if "__" in path}
    return (rows.select_related(*joined) if joined else rows).only(*paths)


def _path(model: type[Model], name: str) -> str:
    try:
        return column(model, name).path
    except ValueError as error:
        raise InvalidInput("no such column", field=name) from error


def _seal(row: Model) -> None:
    """Make every later read of a column fail; Django makes it through this method of the row."""
    vars(row)["refresh_from_db"] = _refuse
    for joined in row._state.fields_cache.values():
        if isinstance(joined, Model) and "refresh_from_db" not in vars(joined):
            _seal(joined)


def _refuse(using: Any = None, fields: Any = None, from_queryset: Any = None) -> NoReturn:
    raise NotLoaded(f"{', '.join(fields or ['the row'])} was not asked for when rows were loaded")
