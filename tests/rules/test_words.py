"""The words of the rules are those of the CHECKs."""

from typing import Any

import pytest
from django.db import models

from skeletal import models as m
from skeletal.rules import words

COLUMNS: dict[str, tuple[type[models.Model], str]] = {
    "POST_AUDIENCES": (m.Post, "posts_visibility"),
    "VIDEO_AUDIENCES": (m.Video, "videos_visibility"),
    "FILES": (m.MediaAttachment, "media_attachments_kind"),
    "RENDITIONS": (m.VideoRendition, "video_renditions_kind"),
    "RENDITION_STATES": (m.VideoRendition, "video_renditions_state"),
    "LIKEABLE": (m.Like, "likes_type"),
    "BOOKMARKABLE": (m.Bookmark, "bookmarks_type"),
    "CIRCLES": (m.Circle, "circles_kind"),
    "MUTES": (m.Mute, "mutes_scope"),
    "FILTERS": (m.KeywordFilter, "keyword_filters_action"),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_words_are_those_of_the_check(name: str) -> None:
    model, constraint = COLUMNS[name]
    (check,) = (c for c in model._meta.constraints if c.name == constraint)
    assert isinstance(check, models.CheckConstraint)
    condition: Any = check.condition
    ((_, allowed),) = condition.children
    assert sorted(allowed) == sorted(getattr(words, name))


def test_every_word_is_looked_at_here() -> None:
    assert {name for name in vars(words) if name.isupper()} == COLUMNS.keys()
