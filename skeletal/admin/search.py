"""The search box: only columns that begin an index, so that a million rows cost a few reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import ForeignKey, Model, Q, QuerySet

from skeletal.admin.words import words
from skeletal.models import Hashtag, User

MAX_TERM = 254
NAMED: dict[str, tuple[type[Model], str]] = {"@": (User, "username"), "#": (Hashtag, "name")}


@dataclass(frozen=True)
class Search:
    """What one page finds besides its keys.

    `prefixes` are matched from their start, `exact` as a whole. `leading` stands before `exact`
    in its index: each of its words is tried. `target` reads `post:123` as `<target>_type` and
    `<target>_id`. A term that can match nothing gives an empty list.
    """

    prefixes: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    leading: str = ""
    numbers: tuple[str, ...] = ()
    target: str = ""

    def find(self, queryset: "QuerySet[Any]", term: str) -> "QuerySet[Any]":
        """Narrow `queryset` to what `term` names; an empty term narrows nothing."""
        term = term.strip()
        if not term:
            return queryset
        if len(term) > MAX_TERM or not term.isprintable():
            return queryset.none()
        found = Q()
        for condition in self._conditions(queryset.model, term):
            found |= condition
        return queryset.filter(found) if found else queryset.none()

    def help(self, model: type[Model]) -> str:
        """One line under the box."""
        names = [field.name for field in keys(model)]
        ways = [f"id of the row{''.join(f', of its {name}' for name in names)}"]
        ways += [f"beginning of {name}" for name in self.prefixes]
        ways += [f"whole {name}" for name in self.exact]
        ways += [f"{name} (number)" for name in self.numbers]
        ways += [f"{sigil}name" for sigil, (named, _) in NAMED.items() if keys(model, named)]
        ways += ["post:id and the like"] if self.target else []
        return "; ".join(ways)

    def _conditions(self, model: type[Model], term: str) -> Iterator[Q]:
        kind, _, number = term.rpartition(":")
        if number.isdecimal():
            if not kind:
                yield from self._by_number(model, int(number))
            elif self.target:
                yield Q(**{f"{self.target}_type": kind, f"{self.target}_id": int(number)})
        yield from self._by_text(model, term)
        yield from self._by_name(model, term)

    def _by_number(self, model: type[Model], number: int) -> Iterator[Q]:
        yield Q(pk=number)
        for name in (*(key.attname for key in keys(model)), *self.numbers):
            yield Q(**{name: number})

    def _by_text(self, model: type[Model], term: str) -> Iterator[Q]:
        folded = term.lstrip("".join(NAMED)).casefold()
        for name in self.prefixes if folded else ():
            yield Q(**{f"{name}__startswith": folded})
        before = {f"{self.leading}__in": words(model, self.leading)} if self.leading else {}
        for name in self.exact:
            yield Q(**{f"{name}__in": {term, term.casefold()}}, **before)

    def _by_name(self, model: type[Model], term: str) -> Iterator[Q]:
        """Rows that point at the person or hashtag of this name: one query for its id."""
        named, column = NAMED.get(term[0], NAMED["@"])
        pointing = keys(model, named)
        if not pointing or (term[0] not in NAMED and (self.prefixes or self.exact)):
            return
        name = term.lstrip(term[0] if term[0] in NAMED else "").casefold()
        found = named._default_manager.filter(**{column: name}).values_list("pk", flat=True).first()
        if found is not None:
            yield from (Q(**{key.attname: found}) for key in pointing)


def keys(model: type[Model], to: type[Model] | None = None) -> "list[ForeignKey[Any, Any]]":
    """The foreign keys of a model (each is indexed), all of them or those that point at `to`."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and (to is None or field.related_model is to)
    ]
