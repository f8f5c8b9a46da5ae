"""The guard finds a statement that one request, or one block, sends in a loop."""

import logging
import threading
from typing import Any

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from daira.middleware import RepeatedQueries
from skeletal import metrics
from skeletal.db import monitor
from skeletal.errors import RepeatedQuery
from skeletal.models import Post
from tests.factories import make_post

pytestmark = pytest.mark.usefixtures("db")


def authors_one_by_one() -> list[str]:
    return [post.author.username for post in Post.objects.all()]


def send(counted: monitor.Tally, times: int) -> None:
    for _ in range(times):
        counted.record(1)


def told() -> float:
    """Repeated statements that were counted so far."""
    (family,) = metrics.REPEATED_QUERIES.collect()
    return sum(s.value for s in family.samples if s.name == "daira_repeated_queries_total")


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(" ".join(authors_one_by_one()))


urlpatterns = [path("page", page)]


@pytest.fixture
def six_posts(db: None) -> None:
    for _ in range(6):
        make_post()


@pytest.mark.usefixtures("six_posts")
def test_a_loop_over_the_orm_is_raised_with_its_name_and_count() -> None:
    sentence = r"^select users [0-9a-f]{8} was sent 6 times"
    with pytest.raises(RepeatedQuery, match=sentence) as raised, monitor.guard(5):
        authors_one_by_one()
    assert raised.value.context["count"] == 6
    with monitor.guard(6):
        authors_one_by_one()
    with monitor.guard(1):
        list(Post.objects.select_related("author"))


def test_a_tally_that_is_recorded_by_others_counts_too() -> None:
    counted = monitor.tally("test.prepared[person]")
    sentence = r"test\.prepared\[person\] was sent 3 times"
    with pytest.raises(RepeatedQuery, match=sentence), monitor.guard(2):
        send(counted, 3)
    with pytest.raises(RepeatedQuery), monitor.guard(0):
        counted.fail(1)


def test_another_thread_is_not_seen() -> None:
    counted = monitor.tally("test.other_thread")
    thread = threading.Thread(target=send, args=(counted, 50))
    with monitor.guard(5):
        thread.start()
        thread.join()
        counted.record(1)


def test_transaction_control_does_not_count() -> None:
    with monitor.guard(2):
        for _ in range(10):
            with transaction.atomic():
                pass


def test_what_counts_as_other_is_still_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor, "FINGERPRINTS", 0)
    with monitor.guard(1), connection.cursor() as cursor:
        cursor.execute("SELECT 1 AS one_of_many")
        cursor.execute("SELECT 1 AS two_of_many")


def test_a_block_within_a_block_counts_for_both() -> None:
    counted = monitor.tally("test.nested")

    def twice() -> None:
        for _ in range(2):
            with monitor.guard(2):
                send(counted, 2)

    with pytest.raises(RepeatedQuery, match="sent 4 times"), monitor.guard(3):
        twice()


def test_an_error_of_the_block_is_not_replaced() -> None:
    counted = monitor.tally("test.failing_block")

    def fail() -> None:
        send(counted, 2)
        raise KeyError

    with pytest.raises(KeyError), monitor.guard(1):
        fail()


@pytest.mark.urls("tests.db.test_guard")
@pytest.mark.usefixtures("six_posts")
def test_a_request_is_raised_in_tests(client: Client) -> None:
    with pytest.raises(RepeatedQuery, match="select users"):
        client.get("/page")


@pytest.mark.urls("tests.db.test_guard")
@pytest.mark.usefixtures("six_posts")
def test_a_request_is_only_told_in_development(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REPEATED_QUERIES = "warn"
    before = told()
    with caplog.at_level(logging.WARNING, "daira.queries"):
        assert client.get("/page").status_code == 200
    assert "was sent 6 times where 5 are allowed" in caplog.text
    assert told() == before + 1


@pytest.mark.urls("tests.db.test_guard")
@pytest.mark.usefixtures("six_posts")
def test_nothing_stands_around_a_request_in_production(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REPEATED_QUERIES = "off"
    assert client.get("/page").status_code == 200
    assert caplog.records == []
    with pytest.raises(MiddlewareNotUsed):
        RepeatedQueries(page)
