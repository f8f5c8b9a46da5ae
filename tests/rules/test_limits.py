"""What the rules allow is what the columns hold."""

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import models

from skeletal import models as m
from skeletal.rules import limits

COLUMNS: dict[str, list[tuple[type[models.Model], str]]] = {
    "DISPLAY_NAME": [(m.UserProfile, "display_name")],
    "BIO": [(m.UserProfile, "bio")],
    "EMAIL": [(m.User, "email")],
    "PHONE": [(m.User, "phone")],
    "LOCALE": [(m.User, "locale"), (m.Post, "language"), (m.VideoRendition, "language")],
    "URL": [
        (m.User, "avatar_url"),
        (m.Post, "media_urls"),
        (m.Message, "media_urls"),
        (m.MediaAttachment, "url"),
        (m.Video, "hls_url"),
        (m.VideoRendition, "url"),
        (m.ContentReport, "evidence_urls"),
    ],
    "POST": [(m.Post, "content")],
    "COMMENT": [(m.Comment, "content")],
    "MESSAGE": [(m.Message, "body")],
    "TITLE": [(m.Video, "title")],
    "DESCRIPTION": [(m.Video, "description")],
    "MIME": [(m.MediaAttachment, "mime")],
    "BLURHASH": [(m.MediaAttachment, "blurhash")],
    "ALT_TEXT": [(m.MediaAttachment, "alt_text")],
    "HASHTAG": [(m.Hashtag, "name"), (m.Hashtag, "display_name"), (m.Post, "hashtags")],
    "POLL_OPTION": [(m.Poll, "options")],
    "CIRCLE_NAME": [(m.Circle, "name")],
    "LIST_NAME": [(m.UserList, "name")],
    "FOLDER_NAME": [(m.Bookmark, "folder")],
    "NOTE": [(m.ContentReport, "note"), (m.AuditDetail, "note")],
    "KEY": [(m.IdempotencyKey, "key")],
    "FINGERPRINT": [(m.UserDevice, "fingerprint")],
    "NONCE": [(m.Message, "client_nonce")],
}
NO_COLUMN = {
    "EMAIL_LOCAL",
    "HASHTAGS_PER_POST",
    "MENTIONS_PER_POST",
    "MEDIA_PER_POST",
    "MEDIA_PER_MESSAGE",
    "EVIDENCE_PER_REPORT",
    "EVENT_ATTEMPTS",
    "JSON_BYTES",
    "JSON_DEPTH",
    "DRAFTS",
    "DRAFT_BYTES",
    "EDITS_PER_POST",
    "POLL_SECONDS",
    "LASTING",
    "OTHERS_PER_CONVERSATION",
    "RENDITIONS_PER_VIDEO",
    "VIEW",
    "VISITOR",
}


def longest(model: type[models.Model], name: str) -> int | None:
    """The longest text of a column, as its type or its CHECK has it."""
    field: Any = model._meta.get_field(name)
    base = getattr(field, "base_field", field)
    if base.max_length is not None:
        return int(base.max_length)
    checks = [
        constraint.condition
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
        and constraint.name == f"{model._meta.db_table}_{name}_length"
    ]
    return int(checks[0].rhs) if checks else None  # type: ignore[union-attr]


@pytest.mark.parametrize("name", COLUMNS)
def test_a_limit_is_its_columns_own(name: str) -> None:
    held = {f"{model.__name__}.{column}": longest(model, column) for model, column in COLUMNS[name]}
    assert held == dict.fromkeys(held, getattr(limits, name))


def test_a_username_fits_its_column() -> None:
    assert longest(m.User, "username") == limits.USERNAME[1]


def test_a_password_s_hash_fits_its_column() -> None:
    longest_password = "x" * limits.PASSWORD[1]
    assert len(make_password(longest_password)) <= (longest(m.User, "password") or 0)


def test_a_poll_needs_as_many_options_as_its_check() -> None:
    [check] = m.Poll._meta.constraints
    assert isinstance(check, models.CheckConstraint)
    assert check.condition == models.Q(options__len__gte=limits.POLL_OPTIONS[0])


def test_every_limit_is_looked_at_here() -> None:
    named = {name for name in vars(limits) if name.isupper()}
    assert named == COLUMNS.keys() | NO_COLUMN | {"USERNAME", "PASSWORD", "POLL_OPTIONS"}
