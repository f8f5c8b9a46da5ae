"""Keeps what a person is interested in, whenever they like a video or do so no more."""

from django.conf import settings

from skeletal.actions.users.copies import forget_vector
from skeletal.actions.users.facts import INTEREST_CHANGED
from skeletal.db.ids import moment_of
from skeletal.db.transactions import execute_transaction
from skeletal.models import Like, User, UserVector, Video
from skeletal.rules.ids import whole_id
from skeletal.rules.interests import LIKES, decayed_mean

DAY = 86_400


def refresh_interest(user_id: int) -> bool:
    """Make a person's vector anew from the newest 200 videos that they like; whether it is another.

    3 statements where it is as it was, 5 where not, in a transaction. A like is as old as its id.
    Repeatable, and nothing for an account that is absent. Who likes nothing that has an embedding
    has no vector. Raises InvalidInput for what is no id.
    """
    whole_id(user_id, "user_id")

    def work() -> bool:
        people = User.objects.filter(pk=user_id).select_for_update(no_key=True)
        if not people.values_list("pk"):
            return False
        rows = UserVector.objects.filter(pk=user_id)
        before = rows.values_list("embedding", flat=True).first()
        after = decayed_mean(_liked(user_id), settings.VECTOR_DIMENSIONS)
        if before == after:
            return False
        if after is None:
            rows.delete()
        else:
            UserVector.objects.update_or_create(pk=user_id, defaults={"embedding": after})
        INTEREST_CHANGED.tell(of=user_id, actor=user_id, user_id=user_id)
        forget_vector(user_id)
        return True

    return execute_transaction(work)


def _liked(user_id: int) -> list[tuple[float, list[float]]]:
    """Days before the newest like, and embedding, of each: the same until the next like."""
    likes = Like.objects.filter(user_id=user_id, likeable_type="video").order_by("-pk")[:LIKES]
    made = {video: moment_of(pk) for pk, video in likes.values_list("pk", "likeable_id")}
    videos = Video.objects.filter(
        pk__in=made, status="published", deleted_at=None, embeddings__isnull=False
    )
    newest = max(made.values(), default=None)
    return [
        ((newest - made[pk]).total_seconds() / DAY, embedding)
        for pk, embedding in videos.order_by("-pk").values_list("pk", "embeddings")
        if newest is not None and embedding is not None
    ]
