"""Videos: announced, made ready with their files, and changed."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models.functions import Now

from skeletal.actions.acting import require_actor
from skeletal.actions.content.facts import (
    VIDEO_DELETED,
    VIDEO_EDITED,
    VIDEO_FAILED,
    VIDEO_PUBLISHED,
)
from skeletal.actions.content.owning import Stands, require_own
from skeletal.actions.events import Fact
from skeletal.actions.repeating import once
from skeletal.db.transactions import execute_transaction
from skeletal.errors import Conflict, InvalidInput, NotFound
from skeletal.models import Video, VideoRendition
from skeletal.queries.visibility import Sight, visible
from skeletal.records import Made
from skeletal.records.social import Changed
from skeletal.rules import contacts, interests, limits, texts, words
from skeletal.rules.ids import whole_id
from skeletal.rules.values import parts, several, whole_number, word

FILE, MORE_OF_A_FILE = ("kind", "url", "bytes"), ("resolution", "language", "state")
UNFINISHED = (Video.Status.PROCESSING, Video.Status.FAILED)


def publish_video(
    author_id: int,
    title: str,
    *,
    description: str = "",
    hls_url: str = "",
    duration: int = 0,
    resolution: int = 0,
    visibility: str = "public",
    renditions: Sequence[dict[str, Any]] = (),
    idempotency_key: str | None = None,
) -> Made:
    """Publish a video whose files are there, or announce one that is still processed.

    With `hls_url` it is published, without it waits for `finish_video`. A rendition has kind, url
    and bytes, and may have resolution, language and state. 2 to 4 statements within BEGIN and
    COMMIT, 2 more with a key. `duration` in milliseconds, `resolution` in pixels of height. Raises
    InvalidInput, Forbidden for an account that is not active, and Conflict for a key of another
    video.
    """
    values: dict[str, Any] = {
        "title": texts.text(title, field="title", most=limits.TITLE, least=1),
        "description": texts.text(description, field="description", most=limits.DESCRIPTION),
        "hls_url": contacts.url(hls_url, field="hls_url") if hls_url else "",
        "duration": whole_number(duration, "duration", 2**31 - 1),
        "resolution": whole_number(resolution, "resolution", 2**15 - 1),
        "visibility": word(visibility, words.VIDEO_AUDIENCES, "visibility"),
    }
    files = _files(renditions)

    def work() -> int:
        require_actor(author_id)
        video = Video.objects.create(author_id=author_id, **values, **_state(values["hls_url"]))
        _write_files(video.pk, files)
        if video.status == Video.Status.PUBLISHED:
            _tell(VIDEO_PUBLISHED, video)
        return video.pk

    return once(author_id, idempotency_key, values | {"files": files}, work)


def finish_video(
    video_id: int, *, hls_url: str, renditions: Sequence[dict[str, Any]] = ()
) -> Changed:
    """Publish a video that was processed: 3 or 4 statements within BEGIN and COMMIT. Repeatable.

    Also one whose processing had failed. Called by the processing, not by a person. Raises
    NotFound for a video that is absent or was taken away, InvalidInput.
    """
    address, files = contacts.url(hls_url, field="hls_url"), _files(renditions)

    def work() -> bool:
        video = _held(video_id)
        if video.status not in UNFINISHED:
            return False
        Video.objects.filter(pk=video_id).update(**_state(address), hls_url=address)
        _write_files(video_id, files)
        _tell(VIDEO_PUBLISHED, video)
        return True

    return Changed(changed=execute_transaction(work))


def fail_video(video_id: int) -> Changed:
    """Say that a video cannot be processed: 3 statements within BEGIN and COMMIT. Repeatable.

    Called by the processing, not by a person. Raises NotFound for a video that is absent or was
    taken away, Conflict for one that is published.
    """

    def work() -> bool:
        video = _held(video_id)
        if video.status not in UNFINISHED:
            raise Conflict("this video is published")
        if video.status == Video.Status.FAILED:
            return False
        Video.objects.filter(pk=video_id).update(status=Video.Status.FAILED, updated_at=Now())
        _tell(VIDEO_FAILED, video)
        return True

    return Changed(changed=execute_transaction(work))


def put_renditions(video_id: int, renditions: Sequence[dict[str, Any]]) -> Changed:
    """Add files to a video, in place of those of the same kind, resolution and language.

    3 statements within BEGIN and COMMIT. A rendition's `state` is ready if it is not pending or
    failed. Called by the processing, not by a person. Raises NotFound for a video that is absent
    or was taken away, InvalidInput.
    """
    files = _files(renditions)

    def work() -> bool:
        video = _held(video_id)
        _write_files(video_id, files)
        if files:
            _tell(VIDEO_EDITED, video)
        return bool(files)

    return Changed(changed=execute_transaction(work))


def put_embedding(video_id: int, embedding: Sequence[float]) -> Changed:
    """Say where a video lies among others, in VECTOR_DIMENSIONS numbers: `list_similar_videos`.

    3 statements within BEGIN and COMMIT, 1 where it is known. Called by the processing, not by a
    person. Who liked it before has it in their vector from their next like on. Raises NotFound for
    a video that is absent or was taken away, InvalidInput.
    """
    numbers = interests.embedding(embedding, field="embedding", size=settings.VECTOR_DIMENSIONS)

    def work() -> bool:
        video = _held(video_id)
        if video.embeddings == numbers:
            return False
        Video.objects.filter(pk=video_id).update(embeddings=numbers, updated_at=Now())
        _tell(VIDEO_EDITED, video)
        return True

    return Changed(changed=execute_transaction(work))


def update_video(author_id: int, video_id: int, **changes: Any) -> Changed:
    """Change `title`, `description` or `visibility`: 4 statements within BEGIN and COMMIT.

    2 where all of it stands already. Raises InvalidInput, TypeError for what is none of these,
    NotFound for a video that is absent, not visible or was taken away, Forbidden for one of
    somebody else and for an account that is not active.
    """
    if unknown := changes.keys() - RULES.keys():
        raise TypeError(f"a video has no {', '.join(sorted(unknown))} to change")
    read = {name: RULES[name](value) for name, value in changes.items()}

    def work() -> bool:
        require_actor(author_id)
        video = _held(video_id)
        _require_own(video, author_id)
        changed = {name: value for name, value in read.items() if getattr(video, name) != value}
        if changed:
            Video.objects.filter(pk=video_id).update(**changed, updated_at=Now())
            _tell(VIDEO_EDITED, video)
        return bool(changed)

    return Changed(changed=execute_transaction(work))


def delete_video(author_id: int, video_id: int) -> Changed:
    """Take a video away: 3 statements within BEGIN and COMMIT. Repeatable.

    Raises NotFound for a video that is absent or not visible, Forbidden for one of somebody else.
    """

    def work() -> bool:
        video = _held(video_id, gone=True)
        _require_own(video, whole_id(author_id, "author_id"))
        if video.deleted_at is not None:
            return False
        Video.objects.filter(pk=video_id).update(deleted_at=Now(), updated_at=Now())
        _tell(VIDEO_DELETED, video)
        return True

    return Changed(changed=execute_transaction(work))


def _held(video_id: int, *, gone: bool = False) -> Video:
    rows = Video.objects.select_for_update(no_key=True)
    video = rows.filter(pk=whole_id(video_id, "video_id")).first()
    if video is None or (video.deleted_at is not None and not gone):
        raise NotFound("no such video")
    return video


def _require_own(video: Video, author_id: int) -> None:
    if video.author_id == author_id:
        return
    seen = visible(Video.objects.filter(pk=video.pk), Sight.PERSON, viewer=author_id)
    require_own(Stands(own=False, seen=seen.exists()), "video")


def _tell(fact: Fact, video: Video) -> None:
    author = video.author_id
    fact.tell(of=video.pk, actor=author, video_id=video.pk, author_id=author)


def _state(hls_url: str) -> dict[str, Any]:
    if not hls_url:
        return {"status": Video.Status.PROCESSING}
    return {"status": Video.Status.PUBLISHED, "published_at": Now()}


def _files(given: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    files = [_file(one) for one in several(given, "renditions", limits.RENDITIONS_PER_VIDEO)]
    if len({(one["kind"], one["resolution"], one["language"]) for one in files}) < len(files):
        raise InvalidInput("two files of one kind, resolution and language", field="renditions")
    return files


def _file(one: object) -> dict[str, Any]:
    given = parts(one, "renditions", FILE, MORE_OF_A_FILE)
    language = given.get("language", "")
    return {
        "kind": word(given["kind"], words.RENDITIONS, "renditions"),
        "url": contacts.url(given["url"], field="renditions"),
        "bytes": whole_number(given["bytes"], "renditions", 2**63 - 1),
        "resolution": whole_number(given.get("resolution", 0), "renditions", 2**15 - 1),
        "language": texts.text(language, field="renditions", most=limits.LOCALE),
        "state": word(given.get("state", "ready"), words.RENDITION_STATES, "renditions"),
    }


def _write_files(video_id: int, files: list[dict[str, Any]]) -> None:
    """One that is there already gives way to the new one."""
    if files:
        VideoRendition.objects.bulk_create(
            [VideoRendition(video_id=video_id, **one) for one in files],
            update_conflicts=True,
            unique_fields=["video", "kind", "resolution", "language"],
            update_fields=["url", "bytes", "state"],
        )


RULES: dict[str, Any] = {
    "title": lambda value: texts.text(value, field="title", most=limits.TITLE, least=1),
    "description": lambda value: texts.text(value, field="description", most=limits.DESCRIPTION),
    "visibility": lambda value: word(value, words.VIDEO_AUDIENCES, "visibility"),
}
