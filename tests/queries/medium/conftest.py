"""The medium world, loaded once for all tests of this folder."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from skeletal.management.seeding import load, sources
from tests.conftest import fresh_databases
from tests.queries.medium import rest


@pytest.fixture(scope="package")
def medium(django_db_blocker: Any) -> Iterator[None]:
    """The medium world in a database of its own, and what its seed leaves empty."""
    with django_db_blocker.unblock(), fresh_databases() as create:
        create()
        call_command("loaddata", "roles", verbosity=0)
        load(sources.choose(world="medium", until="today"))
        rest.fill()
        yield
