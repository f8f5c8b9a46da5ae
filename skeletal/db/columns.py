"""Columns by path: `created_at`, `author_id`, or across joins `author__username`."""

from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, ForeignKey, Model


class Column(NamedTuple):
    """A column, the path it is read by, and whether a row may lack its value."""

    path: str
    field: "Field[Any, Any]"
    nullable: bool


def column(model: type[Model], path: str) -> Column:
    """Find the column that `path` names from `model` on; `author` is the column `author_id`.

    A path goes over relations to one row only: over others a row would be listed several times.
    Raises ValueError for a path that names no column.
    """
    *relations, last = path.split("__")
    nullable = False
    for name in relations:
        relation = _part(model, name, path)
        if not (relation.many_to_one or relation.one_to_one):
            raise ValueError(f"{path!r} does not lead to one row")
        nullable = nullable or not relation.concrete or relation.null
        model = relation.related_model
    field = model._meta.pk if last == "pk" else _part(model, last, path)
    if not isinstance(field, Field) or field.column is None:
        raise ValueError(f"{path!r} is no column")
    name = "__".join((*relations, field.attname))
    return Column(name, _target(field), nullable or field.null)


def _part(model: type[Model], name: str, path: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist as error:
        raise ValueError(f"{path!r} is no column of {model.__name__}") from error


def _target(field: "Field[Any, Any]") -> "Field[Any, Any]":
    """The field whose type a foreign key has."""
    while isinstance(field, ForeignKey):
        field = field.target_field
    return field
