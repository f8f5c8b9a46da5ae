"""One crowd for the tests of the doors."""

import pytest

from tests.queries.crowd import Crowd, make_crowd


@pytest.fixture
def crowd(db: None) -> Crowd:
    return make_crowd(25)
