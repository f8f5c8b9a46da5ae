"""What the outbox tells of posts and comments."""

from skeletal.actions.events import fact

POST = {"post_id": "id", "author_id": "id"}
VIDEO = {"video_id": "id", "author_id": "id"}
COMMENT = {"comment_id": "id", "author_id": "id", "post_id": "id?", "video_id": "id?"}

POST_PUBLISHED = fact(
    "post.published",
    "post",
    "A post is there; `mentioned` are the people whom it names and who see its author.",
    **POST,
    visibility="word",
    circle_id="id?",
    mentioned="ids",
)
POST_DELETED = fact("post.deleted", "post", "An author took a post away.", **POST)
COMMENT_ADDED = fact(
    "comment.added",
    "comment",
    "A comment is there; `answered_id` wrote what it answers.",
    **COMMENT,
    parent_id="id?",
    answered_id="id",
    mentioned="ids",
)
COMMENT_DELETED = fact("comment.deleted", "comment", "A comment was taken away.", **COMMENT)
COMMENT_EDITED = fact(
    "comment.edited",
    "comment",
    "A comment's text was changed; `mentioned` are people whom it did not name before.",
    **COMMENT,
    mentioned="ids",
)
POST_EDITED = fact(
    "post.edited",
    "post",
    "A text was changed; `mentioned` are people whom it did not name before.",
    **POST,
    version="number",
    mentioned="ids",
)
POST_REPOSTED = fact(
    "post.reposted", "post", "A person passes a post on.", repost_id="id", user_id="id", **POST
)
VIDEO_PUBLISHED = fact("video.published", "video", "A video can be watched.", **VIDEO)
VIDEO_EDITED = fact("video.edited", "video", "A video's words, audience or files changed.", **VIDEO)
VIDEO_FAILED = fact("video.failed", "video", "A video could not be processed.", **VIDEO)
VIDEO_DELETED = fact("video.deleted", "video", "An author took a video away.", **VIDEO)
POLL_VOTED = fact("poll.voted", "poll", "A person voted.", poll_id="id", post_id="id", user_id="id")
DRAFT_FAILED = fact(
    "draft.failed",
    "draft",
    "The time of a draft came and the rules refused it; `reason` is the error's code.",
    draft_id="id",
    author_id="id",
    reason="word",
)
