"""What every table's page has: bounded lists, indexed search, one loading plan, few open columns.

Nothing may be added, changed or deleted unless the table's page names it. Deletion is open for
relation rows alone (follows, blocks, mutes, likes, bookmarks, memberships, mentions, reposts, role
assignments), one at a time: nothing hangs on them and their counts follow by trigger. People are
never deleted here (erasure is an action), nor anything of money, moderation or audit.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar, cast

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from skeletal.actions import audit
from skeletal.admin.paging import REACH, BoundedPaginator, NewestFirst
from skeletal.admin.search import Search, keys
from skeletal.admin.words import words
from skeletal.models.base import PlannedQuerySet
from skeletal.rules.privacy import Privacy

M = TypeVar("M", bound=models.Model)


class TablePage(admin.ModelAdmin[M], Generic[M]):
    """A page for looking; a subclass names the columns that may be set and whether rows may go."""

    changeable: ClassVar[tuple[str, ...]] = ()
    addable: ClassVar[tuple[str, ...]] = ()
    """Columns set on a new row besides the changeable ones; empty: no rows are added here."""
    deletable: ClassVar[bool] = False
    superuser_writes: ClassVar[bool] = False
    """Whether only a superuser writes here: rows that grant permissions."""
    search: ClassVar[Search] = Search()

    actions: Sequence[Any] | None = None
    list_per_page = 50
    ordering = ("-pk",)
    paginator = BoundedPaginator
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    sortable_by = ()

    def __init__(self, model: type[M], site: admin.AdminSite) -> None:
        super().__init__(model, site)
        vars(self).update(
            raw_id_fields=tuple(key.name for key in keys(model)),
            search_fields=("pk",),
            search_help_text=(f"{self.search.help(model)}. Pages reach the newest {REACH:,} rows."),
        )

    # Reading ----------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> models.QuerySet[M]:
        """The rows with the plan of a list: one query."""
        return cast("PlannedQuerySet[M]", self.model._default_manager.all()).for_list()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[NewestFirst]:
        return NewestFirst

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[M], search_term: str
    ) -> tuple[models.QuerySet[M], bool]:
        """Rows that the term names by an indexed column; a term that Django refused names none."""
        asked = request.GET.get("q", "").strip()
        return self.search.find(queryset, search_term or asked), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only the declared filters: any other would scan the table or feel for a secret."""
        return lookup.removesuffix("__exact") in self.list_filter

    def get_fields(self, request: HttpRequest, obj: M | None = None) -> list[Any]:
        """Every column but the secret ones."""
        privacy = cast("Any", self.model).privacy
        names = [field.name for field in self.model._meta.concrete_fields]
        return [name for name in names if privacy[name] != Privacy.SECRET]

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> list[str]:
        """Every shown column that may not be set."""
        settable = {*self.changeable, *(() if obj else self.addable)}
        return [name for name in self.get_fields(request, obj) if name not in settable]

    # Writing ----------------------------------------------------------------------------
    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._open(request, self.addable) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._open(request, self.changeable) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._open(request, self.deletable) and super().has_delete_permission(request, obj)

    def _open(self, request: HttpRequest, allowed: object) -> bool:
        return bool(allowed) and (request.user.is_superuser or not self.superuser_writes)

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """A text column whose words a CHECK lists is a choice."""
        listed = words(self.model, db_field.name)
        if listed and not db_field.choices:
            choices = [(word, word.capitalize()) for word in listed]
            return forms.ChoiceField(choices=choices, required=not db_field.blank)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        """Write only the changed columns, and the audit row, in the view's transaction."""
        stamps = {"updated_at"} & {field.name for field in self.model._meta.concrete_fields}
        obj.save(update_fields=[*form.changed_data, *stamps] if change else None)
        self._record(request, obj, "change" if change else "add", form.changed_data)

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        self._record(request, obj, "delete", [])
        super().delete_model(request, obj)

    def _record(self, request: HttpRequest, obj: M, verb: str, fields: list[str]) -> None:
        audit.record(
            f"admin.{verb}",
            resource_type=obj._meta.model_name or "",
            resource_id=obj.pk,
            admin_id=request.user.pk,
            changes={"fields": fields} if fields else {},
        )
