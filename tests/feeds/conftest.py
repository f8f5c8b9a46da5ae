"""Feeds with windows over a database with real commits and a Valkey of the test's own."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings

from skeletal.cache import feeds
from skeletal.db import pool
from tests.cache.conftest import Own
from tests.cache.conftest import own as own
from tests.cache.conftest import socket_seconds as socket_seconds


@pytest.fixture
def windows(own: Own, committed_db: None, settings: Any) -> Iterator[Own]:
    """Everybody who follows at least one has a window from the second page on."""
    settings.FEED_WINDOW_FOLLOWEES = 1
    feeds.RESTS.clear()
    feeds.REFUSED.clear()
    yield own
    feeds.RESTS.clear()
    feeds.REFUSED.clear()


@pytest.fixture
def many_connections(windows: Own) -> Iterator[None]:
    """Each actor of a history holds a connection."""
    options = django_settings.DATABASES["default"]["OPTIONS"]["pool"]
    before = options["max_size"]
    options["max_size"] = 12
    pool.close_all()
    try:
        yield
    finally:
        options["max_size"] = before
        pool.close_all()
