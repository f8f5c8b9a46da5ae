"""Posts that wait: kept, put off to a time, and published once. Nobody else learns of them."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from django.db.models.functions import Now

from skeletal import metrics
from skeletal.actions.acting import one_at_a_time, require_actor
from skeletal.actions.content.facts import DRAFT_FAILED
from skeletal.actions.content.posts import publish_post
from skeletal.actions.content.reading import read_post
from skeletal.actions.repeating import once
from skeletal.db.transactions import execute_transaction
from skeletal.errors import Conflict, DairaError, InvalidInput, NotFound
from skeletal.models import Draft
from skeletal.records import Made
from skeletal.records.social import Changed
from skeletal.rules import limits, texts
from skeletal.rules.ids import whole_id
from skeletal.rules.values import parts, whole_number

FIELDS = ("content", "visibility", "circle_id", "media_urls", "media", "language", "poll")
"""The arguments of `publish_post` that a draft holds."""
LONGEST_WAIT = timedelta(days=366)
MOST_AT_ONCE = 1000
MOST_PUT_OFF = 100
T = TypeVar("T")
log = logging.getLogger("daira.drafts")


class Due(NamedTuple):
    """Ids of the posts that were published, and of the drafts that the rules refused.

    `put_off` are drafts that anything else kept from being published: they are due still.
    """

    published: list[int]
    failed: list[int]
    put_off: list[int]


def save_draft(
    author_id: int, payload: Mapping[str, Any], *, idempotency_key: str | None = None
) -> Made:
    """Keep a post for later; return the draft's id: 4 statements within BEGIN and COMMIT.

    2 more with a key. `payload` holds arguments of `publish_post`; of these only shape and size
    are judged now. Raises Forbidden for an account that is not active, Conflict where 500 drafts
    wait and for a key that stands for another, and InvalidInput.
    """
    values = _payload(payload)

    def work() -> int:
        require_actor(author_id)
        waiting = Draft.objects.filter(author_id=author_id).exclude(state=Draft.State.PUBLISHED)
        if waiting.count() >= limits.DRAFTS:
            raise Conflict(f"at most {limits.DRAFTS} drafts")
        return Draft.objects.create(author_id=author_id, payload=values).pk

    arguments = {"draft": values}
    return once(author_id, idempotency_key, arguments, lambda: one_at_a_time(author_id, work))


def update_draft(author_id: int, draft_id: int, payload: Mapping[str, Any]) -> Changed:
    """Give a draft another payload: 3 statements within BEGIN and COMMIT. Repeatable.

    One that failed is open again; one that is scheduled stays so and must be fit to publish.
    Raises Forbidden, NotFound for a draft that is absent or another's, Conflict for one that was
    published, and InvalidInput.
    """
    values = _payload(payload)

    def work(draft: Draft) -> bool:
        if draft.state == Draft.State.FAILED:
            draft.state, draft.error = Draft.State.OPEN, ""
        elif draft.payload == values:
            return False
        elif draft.state == Draft.State.SCHEDULED:
            _read(values)
        draft.payload = values
        draft.save(update_fields=["payload", "state", "error", "updated_at"])
        return True

    return Changed(changed=_with(author_id, draft_id, work))


def schedule_draft(author_id: int, draft_id: int, scheduled_at: datetime | None) -> Changed:
    """Let a draft be published at a time to come, within a year: 3 statements. Repeatable.

    None takes the time away. What the rules refuse today is refused now; what happens until then
    is judged then. Raises Forbidden, NotFound for a draft that is absent or another's, Conflict
    for one that was published, and InvalidInput.
    """
    moment = None if scheduled_at is None else _to_come(scheduled_at)
    state = Draft.State.OPEN if moment is None else Draft.State.SCHEDULED

    def work(draft: Draft) -> bool:
        if moment is not None:
            _read(draft.payload)
        if (draft.state, draft.scheduled_at) == (state, moment):
            return False
        draft.state, draft.scheduled_at, draft.error = state, moment, ""
        draft.save(update_fields=["state", "scheduled_at", "error", "updated_at"])
        return True

    return Changed(changed=_with(author_id, draft_id, work))


def delete_draft(author_id: int, draft_id: int) -> Changed:
    """Throw a draft away: 1 statement. Repeatable; one that was published stays."""
    waiting = Draft.objects.exclude(state=Draft.State.PUBLISHED)
    count, _ = waiting.filter(**_own(author_id, draft_id)).delete()
    return Changed(changed=count > 0)


def publish_draft(author_id: int, draft_id: int) -> Made:
    """Publish a draft now; return the post's id: 2 statements and those of `publish_post`.

    Repeatable: one that was published gives its post again. Raises NotFound for a draft that is
    absent or another's, and what `publish_post` raises.
    """

    def work() -> Made:
        draft = _held(author_id, draft_id)
        if draft.state == Draft.State.PUBLISHED:
            if draft.published_post_id is None:
                raise NotFound("no such post")
            return Made(id=draft.published_post_id, repeated=True)
        return _publish(draft)

    return execute_transaction(work)


def publish_due(limit: int = 100) -> Due:
    """Publish drafts whose time has come, the oldest first, `limit` at most (1 to 1,000).

    Each in a transaction of its own: 2 statements and those of `publish_post`. Several callers at
    once share the work: none waits for what another one holds. A draft that the rules refuse is
    `failed` and says the code. Any other error leaves its draft as it was, for the next run; it is
    counted and logged, and those behind it go on, until 100 of a run were put off. An error before
    a draft was found, such as a server that is away, ends the run; what was published stands.
    """
    whole_number(limit, "limit", MOST_AT_ONCE, 1)
    due = Due([], [], [])
    while len(due.published) + len(due.failed) < limit and len(due.put_off) < MOST_PUT_OFF:
        ended = _end_next(due.put_off)
        if ended is None:
            break
        kind, number = ended
        getattr(due, kind).append(number)
    return due


def _end_next(passed_over: Sequence[int]) -> tuple[str, int] | None:
    """What became of the next draft; its id is known although its transaction rolled back."""
    taken: list[int] = []
    try:
        return execute_transaction(lambda: _publish_next(passed_over, taken))
    except Exception as error:
        if not taken:
            raise
        metrics.FAILED_DRAFTS.inc()
        log.error("draft %d failed: %s", taken[-1], type(error).__name__, exc_info=error)
        return "put_off", taken[-1]


def _publish_next(passed_over: Sequence[int], taken: list[int]) -> tuple[str, int] | None:
    rows = Draft.objects.filter(state=Draft.State.SCHEDULED, scheduled_at__lte=Now())
    rows = rows.exclude(pk__in=passed_over).order_by("scheduled_at", "pk")
    draft = rows.select_for_update(skip_locked=True, no_key=True).first()
    if draft is None:
        return None
    taken.append(draft.pk)
    try:
        return "published", _publish(draft).id
    except DairaError as error:
        if error.status >= 500:
            raise
        _fail(draft, error.code)
        return "failed", draft.pk


def _publish(draft: Draft) -> Made:
    """What was published is the post's own: the draft keeps no second copy of its words."""
    made = publish_post(draft.author_id, **{"content": "", **_payload(draft.payload)})
    Draft.objects.filter(pk=draft.pk).update(
        state=Draft.State.PUBLISHED,
        published_post_id=made.id,
        payload={},
        error="",
        updated_at=Now(),
    )
    return made


def _fail(draft: Draft, code: str) -> None:
    rows = Draft.objects.filter(pk=draft.pk)
    rows.update(state=Draft.State.FAILED, error=code, updated_at=Now())
    author = draft.author_id
    DRAFT_FAILED.tell(of=draft.pk, actor=None, draft_id=draft.pk, author_id=author, reason=code)


def _with(author_id: int, draft_id: int, work: Callable[[Draft], T]) -> T:
    def held() -> T:
        require_actor(author_id)
        draft = _held(author_id, draft_id)
        if draft.state == Draft.State.PUBLISHED:
            raise Conflict("this draft was published")
        return work(draft)

    return execute_transaction(held)


def _held(author_id: int, draft_id: int) -> Draft:
    rows = Draft.objects.select_for_update(no_key=True)
    draft = rows.filter(**_own(author_id, draft_id)).first()
    if draft is None:
        raise NotFound("no such draft")
    return draft


def _own(author_id: int, draft_id: int) -> dict[str, int]:
    return {
        "pk": whole_id(draft_id, "draft_id"),
        "author_id": whole_id(author_id, "author_id"),
    }


def _payload(given: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(parts(given, "payload", (), FIELDS))
    texts.json_value(values, field="payload", size=limits.DRAFT_BYTES)
    texts.text(values.get("content", ""), field="content", most=limits.POST)
    return values


def _read(payload: Mapping[str, Any]) -> None:
    read_post(**{"content": "", **_payload(payload)})


def _to_come(moment: object) -> datetime:
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise InvalidInput("a time with its zone", field="scheduled_at")
    wait = moment - datetime.now(UTC)
    if not timedelta(0) < wait <= LONGEST_WAIT:
        raise InvalidInput("a time to come, within a year", field="scheduled_at")
    return moment
