"""A write by hand runs as every other prepared statement, with QuerySets inside."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import CharField

from skeletal.db.prepared import TEXT, Command, Param, write
from skeletal.models import Hashtag, User
from skeletal.records import Id, Record
from tests.factories import make_user
from tests.queries.statements import statements

pytestmark = pytest.mark.django_db


class Made(Record, frozen=True, kw_only=True):
    id: Id
    name: str


SQL = """
WITH person AS ({person}),
made AS (
    INSERT INTO hashtags (name, display_name, usable, trendable, updated_at)
    SELECT username || %(ending)s, {shown}, true, true, now() FROM person RETURNING id, name
)
SELECT id, name FROM made
"""


@write(Made)
def _tag(status: str) -> Command:
    person = User.objects.filter(pk=Param("user_id"), status=status, locale="e%")
    return Command(SQL, [Param("ending", TEXT)], person=person.values("username"), shown="'{x}'")


def test_it_writes_in_one_statement_and_answers() -> None:
    user = make_user(username="nour", locale="e%")
    made = _tag("active").first(user_id=user.pk, ending="_%")
    assert made is not None
    assert made.name == "nour_%"
    assert Hashtag.objects.get(pk=made.id).display_name == "{x}"
    assert _tag("suspended").all(user_id=user.pk, ending="_%") == []
    assert len(statements(lambda: _tag("active").all(user_id=user.pk, ending="b"))) == 1


def test_a_broken_rule_of_the_database_is_django_s_error() -> None:
    user = make_user(username="nour", locale="e%")
    _tag("active").first(user_id=user.pk, ending="")
    with pytest.raises(IntegrityError), transaction.atomic():
        _tag("active").first(user_id=user.pk, ending="")
    assert Hashtag.objects.count() == 1


def test_a_part_that_is_missing_or_of_another_type_is_refused() -> None:
    @write(int)
    def _missing() -> Command:
        return Command("SELECT 1 FROM {nothing}")

    @write(int)
    def _other() -> Command:
        other = User.objects.filter(username=Param("name", CharField(max_length=3)))
        return Command("SELECT %(name)s::int FROM {rows}", [Param("name")], rows=other)

    with pytest.raises(KeyError, match="nothing"):
        _missing()
    with pytest.raises(TypeError, match="two types"):
        _other()
