"""A person's keyword filters, and which texts meet them."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from skeletal.db.prepared import Param, read
from skeletal.errors import InvalidInput
from skeletal.models import KeywordFilter
from skeletal.records.social import KeywordFilterRecord
from skeletal.rules import filters

MOST_TEXTS = 1000
UNEXPIRED = Q(expires_at=None) | Q(expires_at__gt=Now())


def list_keyword_filters(user_id: int) -> list[KeywordFilterRecord]:
    """List a person's filters, oldest first, expired ones too: 1 statement."""
    return _filters(False).all(user_id=user_id)


def get_filter_matches(
    user_id: int, texts: Iterable[str], context: str | None = None
) -> list[list[KeywordFilterRecord]]:
    """Return for each text the filters that it meets, in the order of the texts: 1 statement.

    Expired filters meet nothing; with a `context` only those for that place do. Whose text it is
    does not matter here. Raises InvalidInput for more than 1,000 texts and an unknown context.
    """
    if context is not None and context not in filters.CONTEXTS:
        raise InvalidInput(f"context must be one of {filters.CONTEXTS}", field="context")
    judged = list(texts)
    if len(judged) > MOST_TEXTS:
        raise InvalidInput(f"at most {MOST_TEXTS} texts", field="texts")
    standing = [
        one for one in _filters(True).all(user_id=user_id) if context in (None, *one.contexts)
    ]
    return [filters.matching(standing, text) for text in judged]


@read(KeywordFilterRecord)
def _filters(standing: bool) -> QuerySet[KeywordFilter]:
    rows = KeywordFilter.objects.filter(user_id=Param("user_id")).order_by("pk")
    return rows.filter(UNEXPIRED) if standing else rows
