"""Rows of what the seed leaves empty: where people and videos lie, and a mark of feed windows."""

from skeletal.models import FeedState, User, UserVector, Video
from tests.conftest import owner

PLACED, BATCH = 5_000, 1_000
DIMENSIONS = 8


def fill() -> None:
    """Write them, and tidy up: what was replaced would count among the blocks that are read."""
    FeedState.objects.get_or_create(defaults={"lineage": "nobody"})
    people = User.objects.order_by("pk").values_list("pk", flat=True)[:PLACED]
    vectors = [UserVector(user_id=person, embedding=_direction(person)) for person in people]
    UserVector.objects.bulk_create(vectors, batch_size=BATCH)
    videos = list(Video.objects.order_by("-pk").only("pk", "embeddings")[:PLACED])
    for video in videos:
        video.embeddings = _direction(video.pk)
    Video.objects.bulk_update(videos, ["embeddings"], batch_size=BATCH)
    with owner() as link:
        link.execute("VACUUM (ANALYZE) user_vectors, videos, feed_state")


def _direction(number: int) -> list[float]:
    """Any vector of length 1."""
    parts = [float(number // 7**n % 7 + 1) for n in range(DIMENSIONS)]
    length = sum(part * part for part in parts) ** 0.5
    return [part / length for part in parts]
