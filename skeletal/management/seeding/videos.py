"""Videos of a made-up world, and the files that a player asks for."""

from skeletal.management.seeding.chance import WRITES
from skeletal.management.seeding.encoding import Encoder, Ready, text
from skeletal.management.seeding.posts import open_to_all
from skeletal.management.seeding.timeline import SECOND
from skeletal.management.seeding.world import World
from skeletal.models import Video, VideoRendition

VIDEOS = Encoder(Video)
RENDITIONS = Encoder(VideoRendition)
HEIGHTS = (360, 480, 720, 1080)
STATUSES = {11: "processing", 47: "failed", 71: "hidden", 83: "removed"}
"""Of each 97 videos; the others are published."""
UNREADY = (11, 47)
STATUS_FIELDS = [text(STATUSES.get(number, "published")) for number in range(97)]
VISIBILITIES = [text({7: "private", 3: "followers"}.get(number, "public")) for number in range(16)]


def watchable(number: int) -> int:
    """The number itself, or that of a video before it that is ready and for many to see."""
    while number % 97 in UNREADY or open_to_all(number) != number:
        number -= 1
    return number


def write_videos(world: World) -> None:
    """Write videos, then their renditions."""
    videos = world.videos
    for first, last in videos.series.chunks():
        rng = world.random(f"videos {first}")
        author = WRITES.chooser(rng, world.people.present(videos.series.share(first)))
        times = videos.series.times(first, last)
        videos.ids.extend(videos.series.ids(first, times))
        videos.owners.extend(author() for _ in range(first, last))
        _add(world, range(first, last), times)
    for first, last in videos.series.chunks():
        _add_renditions(world, range(first, last))


def _add(world: World, numbers: range, times: list[int]) -> None:
    videos, people, name = world.videos, world.people.ids, world.name
    remarks = world.phrases.remarks
    unready = {n for n in numbers if n % 97 in UNREADY}
    world.add(
        VIDEOS,
        videos.ids[numbers.start : numbers.stop].tolist(),
        created_at=times,
        updated_at=times,
        author_id=[people[owner] for owner in videos.owners[numbers.start : numbers.stop]],
        title=[f"{remarks[n % len(remarks)].decode()[:150]} {n}" for n in numbers],
        description=[remarks[n * 7 % len(remarks)].decode() if n % 3 else "" for n in numbers],
        hls_url=[
            "" if n in unready else f"https://media.example.invalid/{name}/v{n}/index.m3u8"
            for n in numbers
        ],
        duration=[0 if n in unready else 3_000 + n * 7919 % 600_000 for n in numbers],
        resolution=[0 if n in unready else HEIGHTS[n % 4] for n in numbers],
        status=Ready(STATUS_FIELDS[n % 97] for n in numbers),
        visibility=Ready(VISIBILITIES[n % 16] for n in numbers),
        embeddings=[
            [(n * k % 17 - 8) / 8 for k in range(1, 9)] if n % 4 == 0 else None for n in numbers
        ],
        published_at=[
            None if n in unready else moment + 40 * SECOND
            for n, moment in zip(numbers, times, strict=True)
        ],
        deleted_at=[world.year.end - 1 if n % 67 == 9 else None for n in numbers],
    )


def _add_renditions(world: World, numbers: range) -> None:
    """Two files for each video, a caption for some."""
    videos, rows = world.videos, []
    for n in numbers:
        rows += [(n, "hls", HEIGHTS[n % 4], "", "m3u8"), (n, "thumb", 360, "", "webp")]
        if n % 6 == 1:
            rows.append((n, "caption", 0, "ar" if n % 4 == 1 else "en", "vtt"))
    times = videos.series.times_of(row[0] for row in rows)
    stem = f"https://media.example.invalid/{world.name}"
    world.add(
        RENDITIONS,
        videos.series.ids(numbers.start * 3, times),
        created_at=times,
        video_id=[videos.ids[n] for n, *_ in rows],
        kind=[kind for _, kind, *_ in rows],
        resolution=[height for _, _, height, _, _ in rows],
        language=[language for *_, language, _ in rows],
        url=[f"{stem}/v{n}/{kind}.{suffix}" for n, kind, _, _, suffix in rows],
        bytes=[9_000 + n * 31 % 9_000_000 for n, *_ in rows],
        state=[
            "failed" if n % 97 == 47 else "pending" if n % 97 == 11 else "ready" for n, *_ in rows
        ],
    )
