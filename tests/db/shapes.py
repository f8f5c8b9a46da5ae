"""Every prepared read of the project, its shapes, and values that find something.

A new read is found by itself; what its function and its parameters are called must be known here.
"""

import inspect
import pkgutil
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from importlib import import_module
from itertools import product
from typing import Any

from skeletal import queries
from skeletal.db.ids import hour_of
from skeletal.db.prepared import Read
from skeletal.db.prepared.reads import Handwritten, Plan
from skeletal.db.prepared.statements import Statement
from skeletal.queries import platform
from skeletal.queries.content import search, trends
from skeletal.queries.pages import SIZES
from skeletal.queries.visibility import Sight
from skeletal.rules import searching
from skeletal.rules.folding import fold
from skeletal.rules.searching import misspelt
from tests.db.world import DIGEST, World

for module in pkgutil.iter_modules(queries.__path__, "skeletal.queries."):
    import_module(module.name)

BY_HAND: list[Handwritten[Any]] = [
    search.MATCHING,
    search.EDGE,
    trends._most_liked,
    platform._totals,
    platform._outbox,
]
"""What is written in SQL: no list finds these by itself."""
SHAPES: dict[str, tuple[Hashable, ...]] = {
    "sight": tuple(Sight),
    "continued": (False, True),
    "size": SIZES,
    "standing": (False, True),
    "least": (1, 3),
    "depth": (1, 20),
}
VALUES: dict[str, Callable[[World], list[Any]]] = {
    "viewer": lambda world: world.people,
    "user_id": lambda world: world.people,
    "conversation_id": lambda world: world.conversations,
    "poll_id": lambda world: world.polls,
    "message_id": lambda world: world.messages,
    "follower": lambda world: world.people,
    "followee": lambda world: world.people,
    "blocker": lambda world: [blocker for blocker, _ in world.blocks],
    "blocked": lambda world: [blocked for _, blocked in world.blocks],
    "post_id": lambda world: world.posts,
    "video_id": lambda world: world.videos,
    "ids": lambda world: [world.ids, world.people[:3], [], world.posts[::-1] * 2],
    "after": lambda world: [2**63 - 1, 0, *world.ids, -(2**63)],
    "since": lambda world: [min(world.ids), *world.posts, *world.videos, 2**63 - 1],
    "query": lambda world: [
        *("a", "fan1", "á", "a_l'i", "", "%", "_", "\\", "'", "$1", "{}", "😀", "\U0010ffff"),
        *world.names,
    ],
    "prefix": lambda _: ["t", "tag", "", "%", "\U0010ffff"],
    "wanted": lambda world: [misspelt(fold(name)) for name in ("fan", "alise", *world.names[:3])],
    "words": lambda _: [searching.query(text) for text in ("first", "1", "nobody wrote this")],
    "before": lambda _: [2**63 - 1],
    "low": lambda _: [0],
    "version": lambda _: [0, 1, 2, 3],
    "lineage": lambda _: ["nobody"],
    "mark": lambda _: [0],
    "score": lambda _: [2**31, 1, 0, -1],
    "digest": lambda _: [DIGEST, "0" * 64, ""],
    "first": lambda _: [0],
    "today": lambda _: [hour_of(datetime.now(UTC)) // 24],
    "most": lambda _: [1, 100],
    "cut": lambda _: [1, 100],
    "coldest": lambda _: [0.0, 1e5, -1e300, 1e300, 6157.5],
}


def shapes(read: Read[Any]) -> list[tuple[Hashable, ...]]:
    return list(product(*(SHAPES[name] for name in inspect.signature(read).parameters)))


def names(statement: Statement[Any]) -> list[str]:
    return [name for name, _ in statement._dumps]


def anew(read: Read[Any], plan: Plan | None = None) -> Read[Any]:
    """The same read with statements of its own, perhaps by another kind of plan."""
    return Read(
        read.__wrapped__, read._record, plan=plan or read.plan, paths=read._paths, key=read._key
    )
