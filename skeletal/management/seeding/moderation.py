"""Moderation of a made-up world: reports, reviews, and the record of both."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from skeletal.management.seeding.attachments import batched
from skeletal.management.seeding.encoding import Encoder
from skeletal.management.seeding.people import staff, status
from skeletal.management.seeding.posts import HIDDEN, PUBLISHED, post_status
from skeletal.management.seeding.timeline import DAY, identifier
from skeletal.management.seeding.world import World
from skeletal.models import AuditDetail, AuditLog, ContentReport, ModerationReview

REPORTS = Encoder(ContentReport)
REVIEWS = Encoder(ModerationReview)
AUDITS = Encoder(AuditLog)
DETAILS = Encoder(AuditDetail)
REASONS = ("spam", "abuse", "violence", "nudity", "fraud", "other")
ANSWER_TIME = DAY // 5


@dataclass(frozen=True)
class Case:
    """A report and what became of it; an empty `decision` is still open."""

    moment: int
    reporter: int
    kind: str
    subject: int
    decision: str = ""
    action: str = "none"

    @property
    def status(self) -> str:
        return {"upheld": "resolved", "dismissed": "dismissed", "escalated": "claimed"}.get(
            self.decision, "open"
        )


def write_moderation(world: World) -> None:
    """Write a report for all that was hidden, removed or suspended, and others besides."""
    cases = sorted(_cases(world), key=lambda case: (case.moment, case.subject, case.reporter))
    moderators = [world.people.ids[person] for person in staff(world.sizes.users)[0]]
    ids = [identifier(case.moment, world.year.node, n) for n, case in enumerate(cases)]
    rows = list(enumerate(cases))
    for batch in batched(rows):
        _add_reports(world, batch, ids, moderators)
    decided = [row for row in rows if row[1].decision]
    for batch in batched(decided):
        _add_reviews(world, batch, ids, moderators)
    for batch in batched(decided):
        _add_audits(world, batch, ids, moderators)
    for batch in batched(decided):
        _add_details(world, batch)


def _cases(world: World) -> Iterator[Case]:
    rng, people = world.random("moderation"), world.people

    def reporter(share: float) -> int:
        return people.ids[int(people.present(share) * rng.random())]

    yield from _cases_of_posts(world, reporter)
    latest = world.year.end - 20 * DAY
    for person, subject in enumerate(people.ids):
        if status(person) == "suspended":
            yield Case(latest + 1000 * person, reporter(0.9), "user", subject, "upheld", "suspend")
    for number in range(40, len(world.comments.ids), 997):
        moment = world.comments.series.times_of((number,))[0] + DAY // 9
        if moment < world.year.end:
            yield Case(moment, reporter(0.5), "comment", world.comments.ids[number])


def _cases_of_posts(world: World, reporter: Callable[[float], int]) -> Iterator[Case]:
    """Every post that was hidden or removed, and one in 401 of the others."""
    latest = world.year.end - 20 * DAY
    for number, subject in enumerate(world.posts.ids):
        decided = post_status(number)
        if decided is PUBLISHED and number % 401 != 44:
            continue
        moment = min(world.posts.series.times_of((number,))[0] + DAY // 3, latest + number)
        who = reporter(world.posts.series.share(number))
        if decided is PUBLISHED:
            answer = ("", "dismissed", "escalated")[number // 401 % 3]
            yield Case(moment, who, "post", subject, answer)
        else:
            action = "hide" if decided is HIDDEN else "remove"
            yield Case(moment, who, "post", subject, "upheld", action)


def _add_reports(
    world: World, batch: list[tuple[int, Case]], ids: list[int], moderators: list[int]
) -> None:
    end = world.year.end
    world.add(
        REPORTS,
        [ids[n] for n, _ in batch],
        created_at=[case.moment for _, case in batch],
        updated_at=[case.moment + bool(case.decision) * ANSWER_TIME for _, case in batch],
        reporter_id=[case.reporter for _, case in batch],
        content_type=[case.kind for _, case in batch],
        content_id=[case.subject for _, case in batch],
        reason=[REASONS[n % len(REASONS)] for n, _ in batch],
        severity=[1 + n % 5 for n, _ in batch],
        status=[case.status for _, case in batch],
        evidence_urls=[
            [f"https://media.example.invalid/{world.name}/e{n}.webp"] if n % 7 == 2 else []
            for n, _ in batch
        ],
        note=["منشور مزعج" if n % 4 == 1 else "" for n, _ in batch],
        assigned_to_id=[
            moderators[n % len(moderators)] if case.decision else None for n, case in batch
        ],
        lease_until=[end + DAY // 48 if case.status == "claimed" else None for _, case in batch],
        fence=[int(bool(case.decision)) for _, case in batch],
        resolved_at=[
            case.moment + ANSWER_TIME if case.status in ("resolved", "dismissed") else None
            for _, case in batch
        ],
    )


def _add_reviews(
    world: World, batch: list[tuple[int, Case]], ids: list[int], moderators: list[int]
) -> None:
    times = [case.moment + ANSWER_TIME for _, case in batch]
    world.add(
        REVIEWS,
        [identifier(t, world.year.node, n) for t, (n, _) in zip(times, batch, strict=True)],
        created_at=times,
        report_id=[ids[n] for n, _ in batch],
        reviewer_id=[moderators[n % len(moderators)] for n, _ in batch],
        decision=[case.decision for _, case in batch],
        action_taken=[case.action for _, case in batch],
    )


def _add_audits(
    world: World, batch: list[tuple[int, Case]], ids: list[int], moderators: list[int]
) -> None:
    times = [case.moment + ANSWER_TIME for _, case in batch]
    world.add(
        AUDITS,
        [identifier(t, world.year.node, n) for t, (n, _) in zip(times, batch, strict=True)],
        created_at=times,
        admin_id=[moderators[n % len(moderators)] for n, _ in batch],
        action=["report.review" for _ in batch],
        resource_type=[case.kind for _, case in batch],
        resource_id=[case.subject for _, case in batch],
        changes=[
            {"report": str(ids[n]), "decision": case.decision, "action": case.action}
            for n, case in batch
        ],
    )


def _add_details(world: World, batch: list[tuple[int, Case]]) -> None:
    node = world.year.node
    world.stream.add(
        DETAILS,
        len(batch),
        audit_log_id=[identifier(case.moment + ANSWER_TIME, node, n) for n, case in batch],
        ip_address=[f"203.0.113.{n % 256}" if n % 5 else None for n, _ in batch],
        note=["راجع المنشور مرتين" if n % 3 == 0 else "" for n, _ in batch],
    )
