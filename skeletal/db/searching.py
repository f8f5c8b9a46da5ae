"""What indexes of search hold, as expressions: models declare them and reads ask for the same."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db.models import BigIntegerField, Func, TextField
from django.db.models.functions import Collate

PENDING_KB = 512
"""Of entries that a GIN index has not sorted in yet: each search reads them all."""


def folded(path: str) -> Func:
    """A text as it is compared."""
    return Func(path, function="daira_fold", output_field=TextField())


def name(path: str) -> Collate:
    """A folded name in the order of code points, which serves what names begin with."""
    return Collate(folded(path), "C")


def words(path: str) -> Func:
    """The words of a text."""
    return _vector(path, "daira_words")


def near(path: str) -> Func:
    """The words of a name, also with one letter left out."""
    return _vector(path, "daira_near")


def span() -> Func:
    """The stretch of time of a row's id, as the only element of an array."""
    numbers: ArrayField[Any, Any] = ArrayField(BigIntegerField())
    return Func("id", function="daira_span", output_field=numbers)


def _vector(path: str, function: str) -> Func:
    return Func(folded(path), function=function, output_field=SearchVectorField())
