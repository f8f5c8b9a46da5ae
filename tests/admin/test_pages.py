"""Every table has a page whose cost does not grow, and which shows no secret."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from skeletal.admin import paging
from skeletal.models import (
    AuditLog,
    CounterDelta,
    Follow,
    LedgerEntry,
    PlatformTotals,
    Post,
    SeededWorld,
    User,
    UserDevice,
    UserSession,
)
from tests.admin.conftest import address, page_of
from tests.factories import FACTORIES, make_device, make_follow, make_post, make_session, make_user

TABLES = pytest.mark.parametrize("model", FACTORIES, ids=lambda model: model.__name__)
LOOKING_ONLY = (AuditLog, LedgerEntry, PlatformTotals, SeededWorld)


def queries_of(call: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as context:
        assert call().status_code == 200
    return [query["sql"] for query in context.captured_queries]


def test_every_table_but_counter_deltas_has_a_page() -> None:
    ours = set(apps.get_app_config("skeletal").get_models())
    registered = set(admin.site._registry)
    assert ours - registered == {CounterDelta}
    assert registered - ours == set()


@TABLES
def test_a_list_costs_the_same_for_five_rows_and_fifty(
    site: Client, model: type[models.Model]
) -> None:
    make = FACTORIES[model]
    for _ in range(5):
        make()
    few = queries_of(lambda: site.get(address(model)))
    for _ in range(45):
        make()
    many = queries_of(lambda: site.get(address(model)))
    assert len(few) == len(many) == 4, "\n".join(many)  # session, user, count, rows


@TABLES
def test_a_row_opens(site: Client, model: type[models.Model]) -> None:
    row = FACTORIES[model]()
    assert site.get(address(model, "change", row.pk)).status_code == 200
    assert site.get(address(model, "history", row.pk)).status_code == 200


def test_the_totals_open(site: Client) -> None:
    assert site.get(address(PlatformTotals)).status_code == 200
    assert site.get(address(PlatformTotals, "change", 1)).status_code == 200


@TABLES
def test_a_key_of_no_row_leads_home(site: Client, model: type[models.Model]) -> None:
    for key in ("0", str(2**63), str(2**70), "-1", "x", "_00", "_ZZ", "١", "1.5", "\u202e"):
        assert site.get(address(model, "change", key)).status_code == 302, key


@TABLES
def test_every_foreign_key_is_asked_for_by_id(model: type[models.Model]) -> None:
    keys = {field.name for field in model._meta.concrete_fields if field.remote_field}
    assert set(page_of(model).raw_id_fields) == keys


@TABLES
def test_only_choices_are_filters_and_nothing_is_grouped_by_date(model: type[models.Model]) -> None:
    page = page_of(model)
    assert page.date_hierarchy is None
    for name in page.list_filter:
        assert not isinstance(name, str) or getattr(model._meta.get_field(name), "choices", None)


@TABLES
def test_no_secret_is_shown(site: Client, rf: Any, model: type[models.Model]) -> None:
    secret = {name for name, kind in page_of(model).model.privacy.items() if kind == "secret"}
    page = page_of(model)
    rf.user = None
    assert secret.isdisjoint({*page.get_fields(rf), *page.list_display})


def test_the_pages_of_secrets_do_not_hold_them(site: Client) -> None:
    user = make_user(password="very secret words")
    session, device = make_session(user=user), make_device(user=user, push_token="push-token-1")
    pages = [(User, user), (UserSession, session), (UserDevice, device)]
    texts = [
        site.get(path).content.decode()
        for model, row in pages
        for path in (address(model), address(model, "change", row.pk))
    ]
    for secret in (user.password, session.refresh_token, session.access_digest, "push-token-1"):
        assert not any(secret in text for text in texts)
    assert not any("argon2" in text for text in texts)


@pytest.mark.parametrize("model", LOOKING_ONLY)
def test_append_only_and_infrastructure_are_for_looking(
    site: Client, model: type[models.Model]
) -> None:
    row = FACTORIES[model]() if model in FACTORIES else PlatformTotals.objects.get()
    assert site.get(address(model, "add")).status_code == 403
    assert site.post(address(model, "change", row.pk), {"id": 5}).status_code == 403
    assert site.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_every_append_only_table_is_for_looking() -> None:
    append_only = {model for model in FACTORIES if getattr(model, "append_only", False)}
    assert append_only <= set(LOOKING_ONLY)


def test_people_are_never_deleted(site: Client) -> None:
    user = make_user()
    assert site.post(address(User, "delete", user.pk), {"post": "yes"}).status_code == 403
    assert site.post(
        address(User), {"action": "delete_selected", "_selected_action": user.pk}
    ).status_code in (200, 302, 403)
    assert User.objects.filter(pk=user.pk).exists()


def test_the_count_reads_no_further_than_its_bound(
    site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "REACH", 60)
    author = make_user()
    for _ in range(70):
        make_post(author=author)
    sql = queries_of(lambda: site.get(address(Post)))
    assert re.fullmatch(r"SELECT COUNT\(\*\) FROM \(SELECT .* LIMIT 61\) subquery", sql[2])
    assert not re.search("JOIN|ORDER", sql[2])
    response = site.get(address(Post), {"p": 2})
    assert response.context["cl"].result_count == 60
    assert len(response.context["cl"].result_list) == 10
    assert site.get(address(Post), {"p": 3}).status_code == 302


def test_newest_first_whatever_the_address_says(site: Client) -> None:
    rows = [make_follow().pk for _ in range(3)]
    listed = site.get(address(Follow), {"o": "1.2"}).context["cl"].result_list
    assert [row.pk for row in listed] == rows[::-1]


@pytest.mark.parametrize(
    "lookup",
    ["content__icontains", "author__password__startswith", "author", "id__gt", "author__status"],
)
def test_an_address_cannot_filter_by_other_columns(site: Client, lookup: str) -> None:
    assert site.get(address(Post), {lookup: "1"}).status_code == 400
    assert site.get(address(User), {"password__startswith": "a"}).status_code == 400


def test_filters_narrow(site: Client) -> None:
    hidden = make_post(status="hidden")
    make_post()
    listed = site.get(address(Post), {"status__exact": "hidden"}).context["cl"].result_list
    assert list(listed) == [hidden]
