"""A reader, and authors who stand to the reader in every way, with rows of every kind."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import product
from typing import Any, NamedTuple

from django.utils import timezone

from skeletal.models import Comment, Poll, Post, PostRevision, User, Video
from skeletal.records import SYSTEM, Viewer
from tests.factories import number
from tests.queries.crowd import INACTIVE, NOW, warm
from tests.queries.worlds import MUTES, World

BONDS = (
    *("stranger", "followed", "circle", "blocked by the reader", "blocking the reader"),
    *(f"muted: {kind}" for kind in MUTES),
    "muting the reader",
    *("private", "private, followed"),
)


FAR = ("stranger", "circle", "private")


class Cast(NamedTuple):
    world: World
    viewers: dict[str, Viewer]


def make_cast() -> Cast:
    """A reader, an author for each bond with the reader, and one of each state that hides."""
    world = World()
    (reader,) = world.join("active")
    authors = dict(zip(BONDS, world.join(*("active" for _ in BONDS)), strict=True))
    gone = dict(zip(INACTIVE, world.join(*INACTIVE), strict=True))
    near = [author for bond, author in authors.items() if bond not in FAR]
    near += gone.values()
    others = [*authors.values(), *gone.values()]
    world.follow(*((reader, author) for author in near), *((author, reader) for author in others))
    world.follow(*(_some(others)))
    world.admit(*((author, reader) for author in others if author != authors["stranger"]))
    world.block(
        (reader, authors["blocked by the reader"]), (authors["blocking the reader"], reader)
    )
    world.close(authors["private"], authors["private, followed"])
    for kind in MUTES:
        world.mute(kind, (reader, authors[f"muted: {kind}"]))
    world.mute("for ever", (authors["muting the reader"], reader))
    _write_all(world)
    warm(list(world.all(Post).values())[::2], list(world.all(Video).values())[::2])
    known = {"the reader": reader, **authors, **gone}
    return Cast(world, {"nobody": None, "the system": SYSTEM} | {k: u.pk for k, u in known.items()})


def _some(people: list[User]) -> Iterator[tuple[User, User]]:
    """Two thirds of all pairs."""
    for (n, one), (m, two) in product(enumerate(people), enumerate(people)):
        if n != m and (n + m) % 3:
            yield one, two


ROWS: tuple[dict[str, Any], ...] = (
    *({"status": "published", "visibility": to} for to in ("public", "followers", "private")),
    {"status": "hidden"},
    {"status": "removed"},
    {"status": "published", "deleted_at": NOW},
)


def _write_all(world: World) -> None:
    """Rows of each kind by each person, and comments by everybody on what each wrote first."""
    people = list(world.people.values())
    world.write(
        Post(author=author, content=words(), **how)
        for author in people
        for how in (*ROWS, {"visibility": "circle"})
    )
    world.write(
        Video(author=author, title=words(), description=words(), **how)
        for author in people
        for how in (*ROWS, {"status": "processing"})
    )
    _hang(world.rows[Post].values())
    posts = [post for post in world.rows[Post].values() if post.status == "published"]
    world.write(
        Comment(author=author, post=post, content=words(), **how)
        for (n, post), (m, author) in product(enumerate(posts), enumerate(people))
        for how in ({}, {"status": "hidden"}, {"deleted_at": NOW})[: 1 if (n + m) % 5 else 3]
    )


def _hang(posts: Iterable[Post]) -> None:
    """A poll on each post, and a version before it, that both say what the post does."""
    end = timezone.now() + timedelta(days=1)
    PostRevision.objects.bulk_create(
        PostRevision(post=post, version=1, content=post.content) for post in posts
    )
    Poll.objects.bulk_create(
        Poll(post=post, options=[post.content, "no"], expires_at=end) for post in posts
    )


def words() -> str:
    return f"words {number()}"
