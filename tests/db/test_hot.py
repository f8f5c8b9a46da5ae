"""What hot reads ask Django for is what Django says."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import SynchronousOnlyOperation
from django.db import connection, connections

from skeletal.db.hot import connected, cursor_key, debugging


def test_each_thread_has_its_own_connection(db: None) -> None:
    def of_a_thread() -> tuple[int, bool]:
        try:
            return id(connected()), connected() is connections["default"]
        finally:
            connections["default"].close()

    assert connected() is connected() is connections["default"]
    with ThreadPoolExecutor(1) as threads:
        other, same = threads.submit(of_a_thread).result()
    assert same
    assert other != id(connected())


def test_one_that_was_closed_is_opened(committed_db: None) -> None:
    connected().close()
    assert connected().is_usable()


def test_none_is_given_where_an_event_loop_runs(db: None) -> None:
    connected()

    async def asked() -> None:
        connected()

    with pytest.raises(SynchronousOnlyOperation):
        asyncio.run(asked())
    assert connected() is connections["default"]


def test_none_is_given_where_databases_are_forbidden(db: None, django_db_blocker: Any) -> None:
    connected()
    with django_db_blocker.block(), pytest.raises(RuntimeError, match="not allowed"):
        connected()
    assert connection.connection is not None


def test_a_setting_that_a_test_sets_is_seen(settings: Any) -> None:
    before = cursor_key()
    settings.DEBUG, settings.CURSOR_KEYS = True, [b"another"]
    assert (debugging(), cursor_key()) == (True, b"another")
    settings.DEBUG, settings.CURSOR_KEYS = False, [before]
    assert (debugging(), cursor_key()) == (False, before)
