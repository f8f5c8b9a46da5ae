"""Videos: announced, made ready with their files, and changed."""

from collections.abc import Sequence
from typing import Any

from django.db.models.functions import Now

from skeletal.actions.acting import require_actor
from skeletal.actions.content.facts import VIDEO_PUBLISHED
from skeletal.actions.content.values import parts, several, whole_number, word
from skeletal.actions.repeating import once
from skeletal.db.transactions import execute_transaction
from skeletal.errors import Forbidden, NotFound
from skeletal.models import Video, VideoRendition
from skeletal.records import Made
from skeletal.records.social import Changed
from skeletal.rules import contacts, limits, texts

AUDIENCES = ("public", "followers", "private")
KINDS = ("hls", "mp4", "caption", "thumb", "storyboard")
FILE, MORE_OF_A_FILE = ("kind", "url", "bytes"), ("resolution", "language")
MOST_RENDITIONS = 50


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

    With `hls_url` it is published, without it waits for `finish_video`. A rendition has kind, url,
    bytes, and may have resolution and language. 2 to 4 statements within BEGIN and COMMIT, 2 more
    with a key. `duration` in milliseconds, `resolution` in pixels of height. Raises InvalidInput,
    Forbidden for an account that is not active, and Conflict for a key of another video.
    """
    values: dict[str, Any] = {
        "title": texts.text(title, field="title", most=limits.TITLE, least=1),
        "description": texts.text(description, field="description", most=limits.DESCRIPTION),
        "hls_url": contacts.url(hls_url, field="hls_url") if hls_url else "",
        "duration": whole_number(duration, "duration", 2**31 - 1),
        "resolution": whole_number(resolution, "resolution", 2**15 - 1),
        "visibility": word(visibility, AUDIENCES, "visibility"),
    }
    files = _files(renditions)

    def work() -> int:
        require_actor(author_id)
        video = Video.objects.create(author_id=author_id, **values, **_state(values["hls_url"]))
        _write_files(video.pk, files)
        if video.status == Video.Status.PUBLISHED:
            VIDEO_PUBLISHED.tell(
                of=video.pk, actor=author_id, video_id=video.pk, author_id=author_id
            )
        return video.pk

    return once(author_id, idempotency_key, values | {"files": files}, work)


def finish_video(
    video_id: int, *, hls_url: str, renditions: Sequence[dict[str, Any]] = ()
) -> Changed:
    """Publish a video that was processed: 3 or 4 statements within BEGIN and COMMIT. Repeatable.

    Called by the processing, not by a person. Raises NotFound for a video that is absent,
    InvalidInput.
    """
    address, files = contacts.url(hls_url, field="hls_url"), _files(renditions)

    def work() -> bool:
        video = Video.objects.select_for_update(no_key=True).filter(pk=video_id).first()
        if video is None:
            raise NotFound("no such video")
        if video.status != Video.Status.PROCESSING:
            return False
        Video.objects.filter(pk=video_id).update(**_state(address), hls_url=address)
        _write_files(video_id, files)
        author = video.author_id
        VIDEO_PUBLISHED.tell(of=video_id, actor=author, video_id=video_id, author_id=author)
        return True

    return Changed(changed=execute_transaction(work))


def update_video(author_id: int, video_id: int, **changes: Any) -> Changed:
    """Change `title`, `description` or `visibility`: 2 statements within BEGIN and COMMIT.

    Raises InvalidInput, TypeError for what is none of these, NotFound for a video that is absent
    or was taken away, Forbidden for one of somebody else.
    """
    if unknown := changes.keys() - RULES.keys():
        raise TypeError(f"a video has no {', '.join(sorted(unknown))} to change")
    read = {name: RULES[name](value) for name, value in changes.items()}

    def work() -> bool:
        rows = Video.objects.select_for_update(no_key=True)
        video = rows.filter(pk=video_id, deleted_at=None).first()
        if video is None:
            raise NotFound("no such video")
        if video.author_id != author_id:
            raise Forbidden("this video is somebody else's")
        for name, value in read.items():
            setattr(video, name, value)
        if read:
            video.save(update_fields=[*read, "updated_at"])
        return bool(read)

    return Changed(changed=execute_transaction(work))


def _state(hls_url: str) -> dict[str, Any]:
    if not hls_url:
        return {"status": Video.Status.PROCESSING}
    return {"status": Video.Status.PUBLISHED, "published_at": Now()}


def _files(given: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_file(one) for one in several(given, "renditions", MOST_RENDITIONS)]


def _file(one: object) -> dict[str, Any]:
    given = parts(one, "renditions", FILE, MORE_OF_A_FILE)
    language = given.get("language", "")
    return {
        "kind": word(given["kind"], KINDS, "renditions"),
        "url": contacts.url(given["url"], field="renditions"),
        "bytes": whole_number(given["bytes"], "renditions", 2**63 - 1),
        "resolution": whole_number(given.get("resolution", 0), "renditions", 2**15 - 1),
        "language": texts.text(language, field="renditions", most=limits.LOCALE),
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
    "visibility": lambda value: word(value, AUDIENCES, "visibility"),
}
