"""Keyword filters: one for a phrase, a hundred for a person, met by what they say."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models.functions import Now

from skeletal.actions import social
from skeletal.actions.social.filters import MOST_FILTERS
from skeletal.errors import Conflict, Forbidden, InvalidInput, KeyReused, NotFound
from skeletal.models import KeywordFilter, User
from skeletal.queries.social import get_filter_matches, list_keyword_filters
from skeletal.records import Made
from skeletal.records.social import Changed
from tests.actions.crowds import at_once
from tests.actions.facts import told
from tests.factories import make_user
from tests.queries.crowd import INACTIVE
from tests.queries.statements import statements


def test_a_filter_from_its_making_to_its_end(alice: User) -> None:
    made = social.create_keyword_filter(alice.pk, " Spoiler  Álert ")
    (one,) = list_keyword_filters(alice.pk)
    assert (one.id, one.shown, one.phrase) == (made.id, "Spoiler  Álert", "spoiler alert")
    assert one.contexts == ["home", "notifications", "threads", "public"]
    assert (one.whole_word, one.action, one.expires_at) == (True, "hide", None)

    changed = social.update_keyword_filter(
        alice.pk,
        made.id,
        "cat",
        contexts=["public", "home"],
        action="warn",
        whole_word=False,
        seconds=60,
    )
    assert changed == Changed(changed=True)
    (one,) = list_keyword_filters(alice.pk)
    assert (one.phrase, one.contexts, one.action) == ("cat", ["home", "public"], "warn")
    assert one.expires_at is not None
    assert timedelta(seconds=50) < one.expires_at - datetime.now(UTC) <= timedelta(seconds=60)
    assert social.delete_keyword_filter(alice.pk, made.id) == Changed(changed=True)
    assert social.delete_keyword_filter(alice.pk, made.id) == Changed(changed=False)
    assert not told()


def test_texts_meet_what_stands(alice: User, bob: User) -> None:
    cat = social.create_keyword_filter(alice.pk, "cat", contexts=["home"]).id
    dog = social.create_keyword_filter(alice.pk, "dog", contexts=["public"], action="warn").id
    social.create_keyword_filter(bob.pk, "bird")
    texts = ["A CAT and a dog", "birds", "a dog"]
    read = partial(get_filter_matches, alice.pk, texts)
    assert [[one.id for one in met] for met in read()] == [[cat, dog], [], [dog]]
    assert [[one.id for one in met] for met in read("home")] == [[cat], [], []]
    assert len(statements(read)) == 1
    KeywordFilter.objects.filter(pk=dog).update(expires_at=Now())
    assert [[one.id for one in met] for met in read()] == [[cat], [], []]
    assert len(list_keyword_filters(alice.pk)) == 2
    with pytest.raises(InvalidInput):
        read("everywhere")
    with pytest.raises(InvalidInput):
        get_filter_matches(alice.pk, ["x"] * 1001)


def test_what_each_costs(alice: User) -> None:
    def cost(call: Any) -> int:
        return len([text for text in statements(call) if "SAVEPOINT" not in text])

    assert cost(partial(social.create_keyword_filter, alice.pk, "cat")) == 2
    id_ = KeywordFilter.objects.get().pk
    assert cost(partial(social.update_keyword_filter, alice.pk, id_, "cat")) == 1
    assert cost(partial(social.delete_keyword_filter, alice.pk, id_)) == 1
    keyed = partial(social.create_keyword_filter, alice.pk, "cat", idempotency_key="k")
    assert cost(keyed) == 4


def test_a_key_makes_one_filter(alice: User) -> None:
    call = partial(social.create_keyword_filter, alice.pk, "cat", seconds=60, idempotency_key="k")
    made = call(contexts=["home", "public"])
    assert call(contexts=["public", "home"]) == Made(id=made.id, repeated=True)
    for other in ({"contexts": ["home"]}, {"contexts": ["home", "public"], "seconds": 61}):
        with pytest.raises(KeyReused):
            call(**other)
    assert KeywordFilter.objects.count() == 1


def test_a_phrase_has_one_filter(alice: User, bob: User) -> None:
    social.create_keyword_filter(alice.pk, "cat")
    dog = social.create_keyword_filter(alice.pk, "dog").id
    for again in ("cat", "CAT", "ＣＡＴ"):
        with pytest.raises(Conflict, match="already"):
            social.create_keyword_filter(alice.pk, again)
        with pytest.raises(Conflict, match="already"):
            social.update_keyword_filter(alice.pk, dog, again)
    assert social.create_keyword_filter(bob.pk, "cat").id


def test_of_another_nothing_is_changed(alice: User, bob: User) -> None:
    id_ = social.create_keyword_filter(alice.pk, "cat").id
    for wrong in (id_, 1, 2**70):
        with pytest.raises(NotFound):
            social.update_keyword_filter(bob.pk, wrong, "dog")
        assert social.delete_keyword_filter(bob.pk, wrong) == Changed(changed=False)
    assert list_keyword_filters(alice.pk)[0].phrase == "cat"


WRONG: dict[str, tuple[Any, ...]] = {
    "phrase": ("", " ", "\u200b", "x" * 101, "a\0", "\ud800", None, 5),
    "contexts": ((), ["all"], "home", None, 5),
    "whole_word": (None, 1, "yes"),
    "action": ("", "HIDE", None, 5),
    "seconds": (0, -1, True, 1.5, "60", 10**12),
}


@pytest.mark.parametrize("how", [{name: one} for name in WRONG for one in WRONG[name]], ids=repr)
def test_a_wrong_filter_is_refused(alice: User, how: Any) -> None:
    id_ = social.create_keyword_filter(alice.pk, "cat").id
    given = {"phrase": "dog", **how}
    with pytest.raises(InvalidInput):
        social.create_keyword_filter(alice.pk, **given)
    with pytest.raises(InvalidInput):
        social.update_keyword_filter(alice.pk, id_, **given)
    assert KeywordFilter.objects.count() == 1


@pytest.mark.parametrize("state", INACTIVE)
def test_who_is_not_active_makes_none(alice: User, state: str) -> None:
    id_ = social.create_keyword_filter(alice.pk, "cat").id
    User.objects.filter(pk=alice.pk).update(**INACTIVE[state])
    with pytest.raises(Forbidden):
        social.create_keyword_filter(alice.pk, "dog")
    with pytest.raises(Forbidden):
        social.update_keyword_filter(alice.pk, id_, "dog")


@pytest.mark.usefixtures("committed_db")
def test_a_hundred_stand_whoever_comes_at_once() -> None:
    person = make_user()
    KeywordFilter.objects.bulk_create(
        KeywordFilter(user=person, phrase=str(n), shown=str(n), contexts=["home"])
        for n in range(MOST_FILTERS - 2)
    )
    words = ("cat", "CAT", "dog", "bird", "fish") * 10
    made = at_once([partial(social.create_keyword_filter, person.pk, word) for word in words])
    assert KeywordFilter.objects.count() == MOST_FILTERS
    assert len([one for one in made if not isinstance(one, Conflict)]) == 2, made
