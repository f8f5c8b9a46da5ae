"""Every tally: a row that begins or ends to count reaches its target through the sweep."""

from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone

from skeletal import models as m
from skeletal.actions.counters import sweep
from skeletal.db.fields import CounterField
from skeletal.db.triggers import tallies_of
from skeletal.queries.counters import TARGETS
from tests import factories as f
from tests.models.counts import (
    COUNTS,
    EVERY,
    LIVE,
    Count,
    Row,
    counted,
    open_differences,
    prepared,
    totals,
)


def these(count: Count, rows: list[Row]) -> "models.QuerySet[Any]":
    return count.source._default_manager.filter(pk__in=[row.pk for row in rows])


def test_every_tally_is_exercised() -> None:
    written = {
        (model.__name__, tally.target, tally.counter)
        for model in apps.get_app_config("skeletal").get_models()
        for tally, _ in tallies_of(model)
    }
    assert written == {count.key for count in COUNTS} | {("VideoView", "video", "views_count")}


def test_a_view_counts_once_and_for_all(db: None) -> None:
    view = f.make_view()
    f.make_view(video=view.video)
    sweep()
    m.VideoView.objects.all().delete()
    sweep()
    assert m.Video.objects.get().views_count == 2


def test_every_counter_but_views_counts_rows_that_stand() -> None:
    columns = {
        (kind, field.name)
        for kind, model in TARGETS.items()
        for field in model._meta.fields
        if isinstance(field, CounterField)
    }
    assert columns - {count.key[1:] for count in COUNTS} == {("video", "views_count")}


def test_the_sweep_knows_every_counted_table() -> None:
    counted_tables = {
        model
        for model in apps.get_app_config("skeletal").get_models()
        if any(isinstance(field, CounterField) for field in model._meta.fields)
    }
    assert counted_tables == set(TARGETS.values())


@EVERY
def test_rows_count_one_by_one_and_go_again(db: None, count: Count) -> None:
    target, before, rows = prepared(count)
    assert counted(count, target) == before + 3
    assert sweep() == 0
    rows[0].delete()
    assert counted(count, target) == before + 2


@EVERY
def test_a_statement_of_many_rows_is_one_difference(db: None, count: Count) -> None:
    target, before, rows = prepared(count)
    sweep()
    count.source._base_manager.filter(pk__in=[row.pk for row in rows])._raw_delete(connection.alias)
    assert open_differences(count, target) == [-3]
    assert counted(count, target) == before
    count.source._default_manager.bulk_create(rows)
    assert open_differences(count, target) == [3]
    assert counted(count, target) == before + 3


@EVERY
def test_a_statement_of_no_rows_is_no_difference(db: None, count: Count) -> None:
    target, _, rows = prepared(count)
    sweep()
    nobody = these(count, rows).filter(pk=-1)
    nobody.delete()
    nobody.update(created_at=timezone.now())
    assert open_differences(count, target) == []


@EVERY
def test_what_is_rolled_back_does_not_count(db: None, count: Count) -> None:
    target, before, _ = prepared(count)
    with transaction.atomic():
        count.make(target)
        assert open_differences(count, target) == [1, 1, 1, 1]
        transaction.set_rollback(True)
    assert counted(count, target) == before + 3


@LIVE
@pytest.mark.parametrize(
    "change",
    [{"deleted_at": "2025-01-01T00:00:00Z"}, {"status": "hidden"}, {"status": "removed"}],
    ids=str,
)
def test_what_is_taken_from_sight_counts_no_more(
    db: None, count: Count, change: dict[str, str]
) -> None:
    target, before, rows = prepared(count)
    assert counted(count, target) == before + 3
    these(count, rows).update(**change)
    assert open_differences(count, target) == [-3]
    assert counted(count, target) == before
    these(count, rows).update(**change)
    assert open_differences(count, target) == []
    these(count, rows).delete()
    assert open_differences(count, target) == []
    assert counted(count, target) == before


@LIVE
def test_what_comes_back_counts_again(db: None, count: Count) -> None:
    target, before, rows = prepared(count)
    these(count, rows).update(deleted_at=timezone.now(), status="hidden")
    these(count, rows).update(status="published")
    assert counted(count, target) == before
    these(count, rows).update(deleted_at=None)
    assert counted(count, target) == before + 3


def test_a_comment_that_moves_counts_where_it_stands(db: None) -> None:
    here, there = f.make_post(), f.make_post()
    comment = f.make_comment(post=here)
    m.Comment.objects.filter(pk=comment.pk).update(post=there)
    sweep()
    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.comments_count, there.comments_count) == (0, 1)


def test_one_statement_may_change_many_targets(db: None) -> None:
    posts, user = [f.make_post() for _ in range(3)], f.make_user()
    m.Like.objects.bulk_create(
        m.Like(user=user, likeable_type="post", likeable_id=post.pk) for post in posts
    )
    sweep()
    stored = m.Post.objects.filter(pk__in=[post.pk for post in posts])
    assert list(stored.values_list("likes_count", flat=True)) == [1, 1, 1]


def test_a_person_s_posts_leave_with_the_person(db: None) -> None:
    before = counted(COUNTS[1], totals())
    author = f.make_user()
    f.make_comment(post=f.make_post(author=author))
    author.delete()
    assert counted(COUNTS[1], totals()) == before


@pytest.mark.parametrize("batch", [1, 2, 7, 1000])
def test_any_batch_folds_everything(db: None, batch: int) -> None:
    posts = [f.make_post() for _ in range(3)]
    for number in range(12):
        f.make_like(target=posts[number % 3])
    opened = m.CounterDelta.objects.count()
    assert sweep(batch=batch) == opened
    assert m.CounterDelta.objects.count() == 0
    assert {m.Post.objects.get(pk=post.pk).likes_count for post in posts} == {4}


def test_differences_of_rows_that_are_gone_are_dropped(db: None) -> None:
    like = f.make_like(target=(post := f.make_post()))
    post.delete()
    like.delete()
    other = f.make_post()
    f.make_like(target=other)
    sweep()
    assert m.Post.objects.get(pk=other.pk).likes_count == 1
    assert m.CounterDelta.objects.count() == 0


def test_a_locked_row_waits_for_the_next_sweep(
    committed_db: None, owner_connection: "psycopg.Connection[Any]"
) -> None:
    free, locked = f.make_post(), f.make_post()
    for post in (free, locked):
        f.make_like(target=post)
    with owner_connection.transaction():
        owner_connection.execute("SELECT FROM posts WHERE id = %s FOR UPDATE", [locked.pk])
        sweep()
        assert m.Post.objects.get(pk=free.pk).likes_count == 1
        assert m.Post.objects.get(pk=locked.pk).likes_count == 0
    sweep()
    assert m.Post.objects.get(pk=locked.pk).likes_count == 1
