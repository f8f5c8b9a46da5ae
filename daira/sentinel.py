"""The URL of a Redis whose sentinels know which of its servers is the master."""

from dataclasses import dataclass

SCHEMES = {"redis+sentinel": "redis", "rediss+sentinel": "rediss"}
"""What such a URL begins with, and what one of the server itself does."""
PORT = 26379


@dataclass(frozen=True)
class Watched:
    """A master by its name, and the addresses of those who watch it.

    `url` has the master's name for a host, with the user, password and database of the server. Its
    fragment tells masters of one name apart: django-redis keeps one pool for each URL.
    """

    url: str
    sentinels: tuple[tuple[str, int], ...]


def watched(url: str) -> Watched | None:
    """Read `redis+sentinel://[user:password@]host[:port][,host[:port]…]/name[/database]`.

    None for a URL of another kind; raises ValueError for one of this kind that is wrong.
    """
    scheme, _, rest = url.partition("://")
    if scheme not in SCHEMES:
        return None
    place, _, path = rest.partition("/")
    secret, at, hosts = place.rpartition("@")
    name, _, database = path.partition("/")
    if not name or not (database or "0").isdigit():
        raise ValueError("no master is named, or its database is no number")
    sentinels = tuple(_address(host) for host in hosts.split(","))
    return Watched(f"{SCHEMES[scheme]}://{secret}{at}{name}/{database or 0}#{hosts}", sentinels)


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    host, port = (host, port) if colon else (text, str(PORT))
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 1 << 16:
        raise ValueError("an address is no host and port")
    return host.strip("[]"), int(port)
