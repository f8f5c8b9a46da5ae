"""Videos like those that a person liked."""

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from skeletal.db.likeness import likeness
from skeletal.db.prepared import Param, read
from skeletal.models import Like, UserVector, Video
from skeletal.queries.pages import size_of
from skeletal.queries.visibility import Sight, visible
from skeletal.records.content import VideoRecord


def list_similar_videos(user_id: int, limit: int = 20) -> list[VideoRecord]:
    """List what is nearest to a person's vector of what they see, did not make and not like yet.

    1 statement, which asks every video that has an embedding. The nearest first; none that points
    the other way, and none for who has no vector. Raises InvalidInput for a limit outside 1..100.
    """
    found = _similar(size_of(limit)).all(user_id=user_id, viewer=user_id)
    return found[:limit]


@read(VideoRecord, plan="generic")
def _similar(size: int) -> QuerySet[Video]:
    vector = UserVector.objects.filter(pk=Param("user_id")).values("embedding")
    liked = Like.objects.filter(
        user_id=Param("user_id"), likeable_type="video", likeable_id=OuterRef("pk")
    )
    near = Video.objects.annotate(near=likeness(F("embeddings"), Subquery(vector)))
    others = near.filter(~Exists(liked), near__gt=0).exclude(author_id=Param("user_id"))
    return visible(others, Sight.PERSON).order_by("-near", "-pk")[:size]
