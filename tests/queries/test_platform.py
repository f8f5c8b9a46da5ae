"""The totals of the platform."""

import pytest
from django.db import connection

from skeletal.actions.counters import sweep
from skeletal.errors import NotFound
from skeletal.models import CounterDelta
from skeletal.queries.platform import get_platform_stats, get_statistics
from skeletal.records.platform import PlatformStats
from tests.factories import make_follow, make_post, make_transaction, make_user, make_video
from tests.queries.statements import statements


def test_totals_are_exact_before_and_after_the_sweep(db: None) -> None:
    sweep()
    before = get_platform_stats()
    user = make_user()
    make_follow(follower=user, followee=make_user())
    make_post(author=user)
    make_post(author=user, status="hidden")
    make_video(author=user)
    make_transaction()
    made = PlatformStats(users=3, posts=1, videos=1, follows=1, transactions=1)
    assert _difference(get_platform_stats(), before) == made
    assert sweep() > 0
    assert _difference(get_platform_stats(), before) == made


def test_totals_are_never_below_zero(db: None) -> None:
    sweep()
    users = get_platform_stats().users
    CounterDelta.objects.create(
        object_type="platform", object_id=1, counter="users_count", delta=-users - 3
    )
    assert get_platform_stats().users == 0


def test_statistics_are_the_totals_and_the_time(db: None) -> None:
    make_user()
    totals, told = get_platform_stats(), get_statistics()
    assert told.__struct_fields__ == (*totals.__struct_fields__, "timestamp")
    assert [getattr(told, name) for name in totals.__struct_fields__] == _figures(totals)
    assert told.timestamp.endswith("Z")


@pytest.mark.parametrize("read", [get_platform_stats, get_statistics])
def test_either_is_one_statement(db: None, read: object) -> None:
    assert len(statements(read)) == 1  # type: ignore[arg-type]


def test_a_missing_row_of_totals_is_not_found(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM platform_totals")
    with pytest.raises(NotFound, match="init"):
        get_platform_stats()


def _difference(after: PlatformStats, before: PlatformStats) -> PlatformStats:
    pairs = zip(after.__struct_fields__, _figures(after), _figures(before), strict=True)
    return PlatformStats(**{name: new - old for name, new, old in pairs})


def _figures(totals: PlatformStats) -> list[int]:
    return [getattr(totals, name) for name in totals.__struct_fields__]
