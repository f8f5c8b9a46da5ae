"""Which world the caller wants: a made-up one, LDBC's network, or a graph file."""

from pathlib import Path

from skeletal.management.seeding.edges import GraphFile
from skeletal.management.seeding.ldbc import Network
from skeletal.management.seeding.loading import Source
from skeletal.management.seeding.timeline import DEFAULT_UNTIL, read_until
from skeletal.management.seeding.worlds import SIZES, MadeUp

WORLDS = tuple(SIZES)
UNTIL = DEFAULT_UNTIL.isoformat()


def choose(
    *,
    world: str = "small",
    ldbc: str | None = None,
    graph: str | None = None,
    random_seed: int = 1,
    until: str = UNTIL,
) -> Source:
    """Return the world to load; raises InvalidInput."""
    end = read_until(until)
    if ldbc is not None:
        return Network(Path(ldbc))
    if graph is not None:
        return GraphFile(Path(graph), end)
    return MadeUp(world, random_seed, end)


def expected(source: Source) -> dict[str, int]:
    """Rows by table as far as they are known beforehand."""
    return source.expected if isinstance(source, MadeUp) else {}
