"""What a view outside the API answers when it cannot have the database."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from skeletal.errors import SerializationConflict, UnknownOutcome

pytestmark = [pytest.mark.urls("tests.daira.test_middleware"), pytest.mark.usefixtures("db")]


def conflict(request: HttpRequest) -> HttpResponse:
    raise SerializationConflict("others came in between")


def unknown(request: HttpRequest) -> HttpResponse:
    raise UnknownOutcome("look before repeating")


urlpatterns = [path("conflict", conflict), path("unknown", unknown)]


def test_a_conflict_is_503_with_retry_after(client: Client) -> None:
    answer = client.get("/conflict")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json()["error"]["code"] == "conflict_retry"


def test_an_unknown_outcome_never_invites_to_repeat() -> None:
    answer = Client(raise_request_exception=False).get("/unknown")
    assert answer.status_code == 500
    assert "Retry-After" not in answer
