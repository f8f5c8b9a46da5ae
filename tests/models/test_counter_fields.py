"""No write of the ORM reaches a counter: only the sweep folds into it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from skeletal import models as m
from skeletal.db.fields import counter_fields
from skeletal.queries.counters import TARGETS
from tests import factories as f

WRITES: dict[str, Callable[[m.Post], Any]] = {
    "save": lambda post: post.save(),
    "save of fields": lambda post: post.save(update_fields=["content", "likes_count"]),
    "bulk_update": lambda post: m.Post.objects.bulk_update([post], ["content"]),
    "update_or_create": lambda post: m.Post.objects.update_or_create(
        pk=post.pk, defaults={"likes_count": 99, "content": "x"}
    ),
    "bulk_create": lambda post: m.Post.objects.bulk_create(
        [m.Post(author_id=post.author_id, content="y", likes_count=99)]
    ),
    "create": lambda post: m.Post.objects.create(author_id=post.author_id, likes_count=99),
    "upsert": lambda post: m.Post.objects.bulk_create(
        [post], update_conflicts=True, update_fields=["content"], unique_fields=["id"]
    ),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_no_write_of_the_orm_reaches_a_counter(db: None, write: Callable[[m.Post], Any]) -> None:
    post = f.make_post()
    post.likes_count = 99
    with CaptureQueriesContext(connection) as context:
        write(post)
    statements = [query["sql"].partition("RETURNING")[0] for query in context]
    changes = [sql for sql in statements if sql.startswith(("INSERT", "UPDATE"))]
    assert changes
    assert not any("_count" in sql for sql in changes)
    assert set(m.Post.objects.values_list("likes_count", flat=True)) == {0}


REFUSED: dict[str, Callable[[m.Post], Any]] = {
    "update": lambda post: m.Post.objects.update(content="x", likes_count=99),
    "update of one": lambda post: post.author.posts.update(likes_count=F("likes_count") + 1),
    "bulk_update": lambda post: m.Post.objects.bulk_update([post], ["content", "likes_count"]),
}


@pytest.mark.parametrize("write", REFUSED.values(), ids=REFUSED)
def test_a_counter_that_is_to_be_changed_is_refused(
    db: None, write: Callable[[m.Post], Any]
) -> None:
    post = f.make_post(content="as it was")
    with (
        pytest.raises(FieldError, match="likes_count: counters are kept by triggers"),
        transaction.atomic(),
    ):
        write(post)
    stored = m.Post.objects.get(pk=post.pk)
    assert (stored.content, stored.likes_count) == ("as it was", 0)


@pytest.mark.parametrize("model", TARGETS.values(), ids=TARGETS)
def test_every_counted_table_refuses(db: None, model: Any) -> None:
    for field in counter_fields(model):
        with pytest.raises(FieldError, match=field.name):
            model._default_manager.update(**{field.name: 1})
