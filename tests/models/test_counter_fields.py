"""No write of the ORM reaches a counter: only the sweep folds into it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from skeletal import models as m
from tests import factories as f

WRITES: dict[str, Callable[[m.Post], Any]] = {
    "save": lambda post: post.save(),
    "save of fields": lambda post: post.save(update_fields=["content", "likes_count"]),
    "bulk_update": lambda post: m.Post.objects.bulk_update([post], ["content"]),
    "update": lambda post: m.Post.objects.filter(pk=post.pk).update(content="x", likes_count=99),
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


@pytest.mark.parametrize("update", ["bulk_update", "update alone"])
def test_a_counter_named_alone_is_not_written(db: None, update: str) -> None:
    post = f.make_post()
    post.likes_count = 99
    if update == "bulk_update":
        m.Post.objects.bulk_update([post], ["likes_count"])
    else:
        m.Post.objects.filter(pk=post.pk).update(likes_count=99)
    assert m.Post.objects.get(pk=post.pk).likes_count == 0
