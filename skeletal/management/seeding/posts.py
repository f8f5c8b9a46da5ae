"""Posts of a made-up world; what hangs on them is in `attachments`."""

from dataclasses import dataclass, field

from skeletal.management.seeding.chance import WRITES
from skeletal.management.seeding.encoding import Encoder, Ready, sized, text, text_array
from skeletal.management.seeding.timeline import DAY
from skeletal.management.seeding.world import World
from skeletal.models import Post

POSTS = Encoder(Post)

CIRCLE_ONLY, PRIVATE = 7, 15
"""Of each 16 posts, the ones that only few may see; reactions are drawn for the others."""
VISIBILITY = tuple(
    text({3: "followers", CIRCLE_ONLY: "circle", PRIVATE: "private"}.get(number, "public"))
    for number in range(16)
)
PUBLIC = text("public")
PUBLISHED, HIDDEN, REMOVED = text("published"), text("hidden"), text("removed")
NO_MEDIA = text_array([])


def open_to_all(number: int) -> int:
    """The number itself, or that of the post before it where only few may see this one."""
    return number - 1 if number % 8 == 7 else number


def post_status(number: int) -> bytes:
    """One post in 173 is hidden, one in 311 removed by a moderator; encoded."""
    if number % 173 == 41:
        return HIDDEN
    return REMOVED if number % 311 == 45 else PUBLISHED


def is_listed(number: int) -> bool:
    """Whether a post is there for everybody."""
    return (
        VISIBILITY[number % 16] == PUBLIC
        and post_status(number) == PUBLISHED
        and not is_deleted(number)
    )


def is_deleted(number: int) -> bool:
    """One post in 53 is deleted by its author."""
    return number % 53 == 8


def media_urls(world: World, number: int) -> list[str]:
    """Addresses of the files of a post: none for four in five, two for one in twenty."""
    if number % 5 != 2:
        return []
    stem = f"https://media.example.invalid/{world.name}/{number}"
    if number % 35 == 12:
        return [f"{stem}.mp4"]
    return [f"{stem}-{position}.webp" for position in range(1 + (number % 20 == 2))]


def edited_at(world: World, number: int, moment: int) -> int | None:
    """When a post that was made at `moment` was edited: one in 37, an hour later."""
    return min(moment + DAY // 24, world.year.end - 1) if number % 37 == 6 else None


@dataclass
class _Batch:
    """Posts that are being drawn, by column."""

    authors: list[int] = field(default_factory=list)
    circles: list[int | None] = field(default_factory=list)
    contents: Ready = field(default_factory=Ready)


def write_posts(world: World) -> None:
    """Write posts; remember the body of each and whom they name."""
    rng, series = world.random("posts"), world.posts.series
    count = len(world.phrases.bodies)
    for first, last in series.chunks():
        bodies = [int(count * rng.random()) for _ in range(first, last)]
        world.chosen_bodies.extend(bodies)
        _write_chunk(world, _draw(world, first, bodies), first, last, bodies)


def _draw(world: World, first: int, bodies: list[int]) -> _Batch:
    rng = world.random(f"posts {first}")
    share = world.posts.series.share(first)
    people, circles = world.people.present(share), world.circles.present(share)
    author, batch = WRITES.chooser(rng, people), _Batch()
    for number, body in enumerate(bodies, first):
        circle = int(circles * rng.random()) if number % 16 == CIRCLE_ONLY else None
        batch.authors.append(author() if circle is None else world.circles.owners[circle])
        batch.circles.append(None if circle is None else world.circles.ids[circle])
        content = world.phrases.bodies[body].content
        if number % 9 == 4:
            mentioned = _mentioned(int(people * rng.random()), number, people)
            world.named_in_posts += [(number, person) for person in mentioned]
            content += "".join(f" @{world.username(p)}" for p in mentioned).encode()
        batch.contents.append(sized(content))
    return batch


def _mentioned(person: int, number: int, people: int) -> tuple[int, ...]:
    """One person, or two different ones."""
    return (person, (person + 1) % people) if number % 45 == 4 else (person,)


def _write_chunk(world: World, batch: _Batch, first: int, last: int, bodies: list[int]) -> None:
    posts, people = world.posts, world.people.ids
    times, end = posts.series.times(first, last), world.year.end
    posts.ids.extend(posts.series.ids(first, times))
    posts.owners.extend(batch.authors)
    phrases = [world.phrases.bodies[body] for body in bodies]
    edited = [edited_at(world, number, moment) for number, moment in enumerate(times, first)]
    world.add(
        POSTS,
        posts.ids[first:last].tolist(),
        created_at=times,
        updated_at=[change or moment for change, moment in zip(edited, times, strict=True)],
        author_id=[people[author] for author in batch.authors],
        content=batch.contents,
        media_urls=Ready(
            text_array(media_urls(world, n)) if n % 5 == 2 else NO_MEDIA for n in range(first, last)
        ),
        hashtags=Ready(phrase.tag_field for phrase in phrases),
        status=Ready(post_status(number) for number in range(first, last)),
        visibility=Ready(VISIBILITY[number % 16] for number in range(first, last)),
        circle_id=batch.circles,
        language=Ready(phrase.language_field for phrase in phrases),
        edited_at=edited,
        deleted_at=[end - 1 if is_deleted(number) else None for number in range(first, last)],
    )
