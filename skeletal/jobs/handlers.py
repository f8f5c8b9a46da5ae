"""Event name → actions. An event that is not named here has no effects of ours."""

from collections.abc import Callable

from skeletal.actions.social.notifications import notify
from skeletal.models import OutboxEvent

Handler = Callable[[OutboxEvent], object]


def tell_the_author_of_a_like(event: OutboxEvent) -> None:
    """All likes of one thing are shown as one."""
    told = event.payload
    notify(
        "like",
        receiver_id=int(told["author_id"]),
        actor_id=int(told["user_id"]),
        subject_type=told["likeable_type"],
        subject_id=int(told["likeable_id"]),
        group_key=f"like:{told['likeable_type']}:{told['likeable_id']}",
    )


def tell_of_a_follower(event: OutboxEvent) -> None:
    """All new followers of a day are shown as one."""
    told = event.payload
    notify(
        "follow",
        receiver_id=int(told["followee_id"]),
        actor_id=int(told["follower_id"]),
        subject_type="user",
        subject_id=int(told["follower_id"]),
        group_key=f"follow:{event.created_at:%Y%m%d}",
    )


def tell_of_a_request(event: OutboxEvent) -> None:
    """Each request stands alone: it wants an answer."""
    told = event.payload
    notify(
        "request",
        receiver_id=int(told["followee_id"]),
        actor_id=int(told["follower_id"]),
        subject_type="user",
        subject_id=int(told["follower_id"]),
        group_key=f"request:{told['follower_id']}",
    )


HANDLERS: dict[str, tuple[Handler, ...]] = {
    "like.created": (tell_the_author_of_a_like,),
    "follow.created": (tell_of_a_follower,),
    "follow.requested": (tell_of_a_request,),
}
