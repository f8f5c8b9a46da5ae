"""How a factory makes a row: given values first, then defaults, made only when needed."""

from hashlib import sha256
from itertools import count
from typing import Any, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)

_numbers = count(1)


def number() -> int:
    """The next number of this process: what a unique column may be built from."""
    return next(_numbers)


def make(model: type[M], overrides: dict[str, Any], **defaults: Any) -> M:
    """Create a row; a callable default runs only where neither `name` nor `name_id` is given."""
    for name, value in defaults.items():
        if name not in overrides and f"{name}_id" not in overrides:
            overrides[name] = value() if callable(value) else value
    return model._default_manager.create(**overrides)


def digest() -> str:
    return sha256(f"token {number()}".encode()).hexdigest()


def point_at(target: models.Model, kind: str, overrides: dict[str, Any]) -> dict[str, Any]:
    """Fill the pair of columns `<kind>_type` and `<kind>_id` that names a row of some table."""
    return {f"{kind}_type": target._meta.model_name, f"{kind}_id": target.pk} | overrides
