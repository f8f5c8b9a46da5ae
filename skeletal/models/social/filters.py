"""Words that a person does not want to read."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from skeletal.models.base import EditableTable, PlannedQuerySet, classified, one_of


class KeywordFilterQuerySet(PlannedQuerySet["KeywordFilter"]):
    list_related = ("user",)


class KeywordFilter(EditableTable):
    """A phrase that hides or marks what holds it; `phrase` is folded, `shown` as it was typed."""

    privacy = classified(
        relation="user", content="phrase shown", system="whole_word contexts action expires_at"
    )

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="filters", db_index=False
    )
    phrase = models.CharField(max_length=200)
    shown = models.CharField(max_length=100)
    whole_word = models.BooleanField(default=True)
    contexts = ArrayField(models.CharField(max_length=15))
    action = models.CharField(max_length=10, default="hide")
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = KeywordFilterQuerySet.as_manager()

    class Meta:
        db_table = "keyword_filters"
        constraints = [
            models.UniqueConstraint(fields=["user", "phrase"], name="uq_keyword_filter"),
            one_of("action", "hide warn", "keyword_filters_action"),
        ]

    def __str__(self) -> str:
        return self.shown
