"""What the people of a made-up world were told about: a sample of what happened."""

from skeletal.management.seeding.attachments import batched
from skeletal.management.seeding.encoding import Encoder
from skeletal.management.seeding.timeline import DAY
from skeletal.management.seeding.world import Notice, World
from skeletal.models import Notification

NOTIFICATIONS = Encoder(Notification)


def write_notices(world: World) -> None:
    """Write notifications in order of time; the older ones are mostly read."""
    world.notices.sort(key=lambda notice: (notice.moment, notice.user, notice.kind, notice.subject))
    newest = {(notice.user, _group(notice)): n for n, notice in enumerate(world.notices)}
    end, written = world.year.end, 0
    for batch in batched(world.notices):
        times = [notice.moment for notice in batch]
        world.add(
            NOTIFICATIONS,
            world.posts.series.ids(written, times),
            created_at=times,
            user_id=[notice.user for notice in batch],
            actor_id=[notice.actor for notice in batch],
            kind=[notice.kind for notice in batch],
            subject_type=[notice.subject_type for notice in batch],
            subject_id=[notice.subject for notice in batch],
            group_key=[_group(notice) for notice in batch],
            is_newest=[
                newest[notice.user, _group(notice)] == n for n, notice in enumerate(batch, written)
            ],
            read_at=[
                None if n % 4 == 0 or end - t < 14 * DAY else t + DAY
                for n, t in enumerate(times, written)
            ],
        )
        written += len(batch)


def _group(notice: Notice) -> str:
    """Followers are shown as one, and what concerns one subject is."""
    if notice.kind == "follow":
        return f"{notice.kind}:{notice.subject_type}"
    return f"{notice.kind}:{notice.subject_type}:{notice.subject}"
