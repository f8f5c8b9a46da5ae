"""The Valkey of a test's own, as the tests of the tiers have it."""

from tests.cache.conftest import own as own
from tests.cache.conftest import socket_seconds as socket_seconds
