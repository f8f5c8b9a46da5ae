"""The words that a CHECK allows in a text column, as choices of a form and of a filter."""

from typing import Any

from django.contrib import admin
from django.db.models import CheckConstraint, Model, Q, QuerySet
from django.http import HttpRequest


def words(model: type[Model], column: str) -> list[str]:
    """What the model's CHECK `column IN (…)` lists; empty when it has none."""
    for constraint in model._meta.constraints:
        condition = getattr(constraint, "condition", None)
        if isinstance(constraint, CheckConstraint) and isinstance(condition, Q):
            children: list[Any] = condition.children
            if len(children) == 1 and children[0][0] == f"{column}__in":
                return list(children[0][1])
    return []


def by_words(column: str) -> type[admin.SimpleListFilter]:
    """A list filter over the words of `column`: no query to find the choices."""

    class WordsFilter(admin.SimpleListFilter):
        title = parameter_name = column

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(word, word.capitalize()) for word in words(model_admin.model, column)]

        def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
            return queryset.filter(**{column: self.value()}) if self.value() else queryset

    return WordsFilter
