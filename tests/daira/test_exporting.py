"""What /metrics says of the log of counters, also while nobody sweeps and nobody answers."""

import re

import pytest
from django.db import connections
from django.test import Client

from skeletal.actions.counters import sweep
from tests import factories as f
from tests.site import free_port


def gauge(client: Client, name: str) -> float:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    found = re.search(rf"^{name} (\S+)$", answer.content.decode(), re.M)
    assert found, name
    return float(found[1])


def test_the_open_differences_and_the_age_of_the_oldest(committed_db: None, client: Client) -> None:
    f.make_like()
    assert gauge(client, "daira_counters_open") > 3
    first = gauge(client, "daira_counters_oldest_seconds")
    assert 0 < first < gauge(client, "daira_counters_oldest_seconds")
    sweep()
    assert gauge(client, "daira_counters_open") == 0
    assert gauge(client, "daira_counters_oldest_seconds") == 0


def test_a_database_that_is_away_leaves_the_other_figures(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = 'daira_database_refusals_total{cause="unavailable"}'
    monkeypatch.setitem(connections["default"].settings_dict, "PORT", free_port())
    monkeypatch.setitem(connections["default"].settings_dict, "HOST", "127.0.0.1")
    opened = gauge(client, "daira_counters_open")
    assert opened != opened, "not a number"
    assert gauge(client, re.escape(refused)) >= 1
    assert gauge(client, 'daira_pool_connections{state="total"}'.replace("{", r"\{")) >= 0
