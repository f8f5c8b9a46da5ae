"""The search box finds by key, name and target through indexes, and takes any text."""

import pytest
from django.db import connection, models
from django.test import Client

from skeletal import models as m
from tests import factories as make
from tests.admin.conftest import address, page_of
from tests.factories import FACTORIES

TABLES = pytest.mark.parametrize("model", FACTORIES, ids=lambda model: model.__name__)
NOTHING = {
    "NUL": "a\0b",
    "long text": "x" * 255,
    "long digits": "9" * 5_000,
    "2^63": str(2**63),
    "2^70": str(2**70),
    "minus one": "-1",
    "superscript": "²",
    "sigils alone": "@@",
    "one sigil": "#",
    "target without number": "post:",
    "target too large": f"post:{2**70}",
    "colons": ":::7",
    "wildcards": "%_%",
    "backslash": "\\",
    "quote": "' OR 1=1 --",
    "right to left": "\u202e\u0645",
    "emoji": "👩‍👩‍👧",
    "unknown": "nobody-of-this-name",
    "unknown person": "@nobody-of-this-name",
}


def found(site: Client, model: type[models.Model], term: str) -> list[object]:
    response = site.get(address(model), {"q": term})
    assert response.status_code == 200
    return [row.pk for row in response.context["cl"].result_list]


@TABLES
def test_what_matches_nothing_is_an_empty_list(site: Client, model: type[models.Model]) -> None:
    FACTORIES[model]()
    for name, term in NOTHING.items():
        assert found(site, model, term) == [], name


@pytest.mark.parametrize("letter", "x9@")
def test_a_megabyte_is_an_empty_list(site: Client, letter: str) -> None:
    make.make_user()
    assert found(site, m.User, letter * 1_000_000) == []


@TABLES
def test_a_row_is_found_by_its_key_in_any_digits(site: Client, model: type[models.Model]) -> None:
    row = FACTORIES[model]()
    FACTORIES[model]()
    arabic = str(row.pk).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert found(site, model, str(row.pk)) == found(site, model, f" {arabic} ") == [row.pk]


@TABLES
def test_spaces_are_no_search(site: Client, model: type[models.Model]) -> None:
    row = FACTORIES[model]()
    assert row.pk in found(site, model, "   ")


@TABLES
def test_rows_are_found_by_each_foreign_key(site: Client, model: type[models.Model]) -> None:
    row = FACTORIES[model]()
    for field in model._meta.concrete_fields:
        if field.remote_field and (key := getattr(row, field.attname)) is not None:
            assert row.pk in found(site, model, str(key)), field.name


@pytest.mark.parametrize("term", ["@alice", "alice", "@Alice", " @ALICE "])
def test_rows_are_found_by_the_name_of_their_person(site: Client, term: str) -> None:
    alice, other = make.make_user(username="alice"), make.make_user(username="alice2")
    post = make.make_post(author=alice)
    make.make_post(author=other)
    follows = [
        make.make_follow(followee=alice).pk,
        make.make_follow(follower=alice, followee=other).pk,
    ]
    assert found(site, m.Post, term) == [post.pk]
    assert found(site, m.Follow, term) == follows[::-1]
    assert found(site, m.UserProfile, term) == [alice.pk]


def test_people_are_found_by_the_beginning_of_their_name(site: Client) -> None:
    one = make.make_user(username="alice")
    two = make.make_user(username="alison", phone="+201001234567")
    assert found(site, m.User, "Ali") == found(site, m.User, "@ali") == [two.pk, one.pk]
    assert found(site, m.User, "ALISON@example.test") == [two.pk]
    assert found(site, m.User, "+201001234567") == [two.pk]
    assert found(site, m.User, "lison") == []


def test_hashtags_are_found_by_their_beginning_and_their_posts_by_name(site: Client) -> None:
    tag = make.make_hashtag(name="قهوة")
    bearing = make.make_post_hashtag(hashtag=tag)
    make.make_post_hashtag()
    assert found(site, m.Hashtag, "#قهو") == found(site, m.Hashtag, "قهوة") == [tag.pk]
    assert found(site, m.PostHashtag, "#قهوة") == [bearing.pk]


def test_targets_are_found_by_kind_and_id(site: Client) -> None:
    post, video = make.make_post(), make.make_video()
    like, _ = make.make_like(target=post), make.make_like(target=video)
    report = make.make_report(target=video)
    assert found(site, m.Like, f"post:{post.pk}") == [like.pk]
    assert found(site, m.Like, f"video:{post.pk}") == []
    assert found(site, m.ContentReport, f"video:{video.pk}") == [report.pk]


def test_payments_are_found_by_the_provider_s_name(site: Client) -> None:
    payment = make.make_payment(external_id="pi_Abc", provider="paypal")
    make.make_payment()
    assert found(site, m.Payment, "pi_Abc") == [payment.pk]


@TABLES
def test_every_search_can_use_indexes_alone(db: None, model: type[models.Model]) -> None:
    make.make_user(username="alice")
    make.make_hashtag(name="tag")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for term in ("5", "@alice", "alice", "alice@example.test", "#tag", "post:5"):
        rows = page_of(model).search.find(model._default_manager.order_by(), term)
        plan = "" if rows.query.is_empty() else rows.explain()
        assert "Seq Scan" not in plan, f"{term}: {plan}"


@TABLES
def test_the_page_says_what_it_finds_and_how_far_it_goes(model: type[models.Model]) -> None:
    text = page_of(model).search_help_text
    assert text.startswith("id of the row")
    assert "newest 10,000 rows" in text
