"""Erasure and export are planned from the privacy classes, so no column may lack one."""

from typing import Any

import pytest
from django.apps import apps

from skeletal.models import Post, User, UserDevice, UserSession
from skeletal.models.checks import check_privacy
from skeletal.rules.privacy import Privacy

MODELS = list(apps.get_app_config("skeletal").get_models())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_column_has_a_class(model: Any) -> None:
    columns = [field.name for field in model._meta.concrete_fields if field.name != "pk"]
    assert {name: type(model.privacy[name]) for name in columns} == dict.fromkeys(columns, Privacy)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_what_points_at_a_person_is_a_relation(model: Any) -> None:
    for field in model._meta.concrete_fields:
        if field.related_model is User:
            assert model.privacy[field.name] == Privacy.RELATION, field.name


def test_credentials_are_secrets() -> None:
    secrets = {(User, "password"), (UserDevice, "push_token")}
    secrets |= {(UserSession, "refresh_token"), (UserSession, "access_digest")}
    assert secrets == {
        (model, name)
        for model in MODELS
        for name, kind in model.privacy.items()  # type: ignore[attr-defined]
        if kind == Privacy.SECRET
    }


def test_the_check_names_a_column_without_class(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_privacy() == []
    classes = {name: kind for name, kind in Post.privacy.items() if name != "content"}
    monkeypatch.setattr(Post, "privacy", classes)
    [error] = check_privacy()
    assert (error.id, error.obj, error.msg) == (
        "skeletal.E001",
        Post,
        "no privacy class for content",
    )


def test_the_check_names_a_model_without_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Post, "privacy", {})
    [error] = check_privacy()
    assert "author, circle, comments_count, content" in error.msg


def test_the_check_names_a_class_without_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Post, "privacy", Post.privacy | {"mood": Privacy.CONTENT})
    [error] = check_privacy()
    assert (error.id, error.msg) == ("skeletal.E002", "privacy class for no field: mood")
