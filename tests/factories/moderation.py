"""Reports, reviews, audit rows; and the marks of seeded worlds."""

from typing import Any

from django.db import models

from skeletal import models as m
from tests.factories.base import make, number, point_at
from tests.factories.content import make_post
from tests.factories.users import make_user


def make_report(*, target: models.Model | None = None, **overrides: Any) -> m.ContentReport:
    """An open report of spam about `target` (a new post if none is given)."""
    if target or "content_id" not in overrides:
        overrides = point_at(target or make_post(), "content", overrides)
    return make(m.ContentReport, overrides, reporter=make_user, content_type="post", reason="spam")


def make_review(**overrides: Any) -> m.ModerationReview:
    return make(
        m.ModerationReview, overrides, report=make_report, reviewer=make_user, decision="dismissed"
    )


def make_audit_log(**overrides: Any) -> m.AuditLog:
    return make(
        m.AuditLog,
        overrides,
        admin=make_user,
        action="user.suspend",
        resource_type="user",
        resource_id=number,
    )


def make_audit_detail(**overrides: Any) -> m.AuditDetail:
    return make(
        m.AuditDetail, overrides, audit_log=make_audit_log, ip_address="192.0.2.1", note="by phone"
    )


def make_world_marker(**overrides: Any) -> m.SeededWorld:
    return make(m.SeededWorld, overrides, name=lambda: f"world{number()}")
