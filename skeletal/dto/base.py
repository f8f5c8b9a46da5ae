"""What all input has in common: unknown fields are refused, and errors are ours."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from skeletal.errors import InvalidInput
from skeletal.rules import limits, texts

LONGEST_NAME = 50
MAX_ID = (1 << 63) - 1


class Input(serializers.Serializer[Any]):
    """The keyword arguments of one action, as JSON gives them.

    Who acts is never among them: the api knows that from the session.
    """

    @classmethod
    def read(cls, data: Any) -> dict[str, Any]:
        """Return what an action takes; raises InvalidInput that names each field in `fields`."""
        given = cls(data=data)
        try:
            given.is_valid(raise_exception=True)
        except ValidationError as error:
            raise InvalidInput("the input breaks a rule", fields=error.detail) from error
        return dict(given.validated_data)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := data.keys() - self.fields.keys()):
            names = sorted(str(name)[:LONGEST_NAME] for name in unknown)
            raise ValidationError({name: ["unknown field"] for name in names})
        return super().to_internal_value(data)


class RuleField(serializers.Field[Any, Any, Any, Any]):
    """A value that a function of `rules` reads: `rule(value, field=name)`."""

    def __init__(self, rule: Callable[..., Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rule = rule

    def to_internal_value(self, data: Any) -> Any:
        try:
            return self.rule(data, field=self.field_name)
        except InvalidInput as error:
            raise ValidationError(error.message) from error

    def to_representation(self, value: Any) -> Any:
        return value


class IdField(serializers.Field[int, Any, str, Any]):
    """An id: digits as JSON carries it, or a whole number."""

    def to_internal_value(self, data: Any) -> int:
        plain = isinstance(data, int) and not isinstance(data, bool)
        if not plain and not (isinstance(data, str) and data.isascii() and data.isdigit()):
            raise ValidationError("not an id")
        if isinstance(data, str) and len(data) > len(str(MAX_ID)):
            raise ValidationError("not an id")
        number = int(data)
        if not 0 < number <= MAX_ID:
            raise ValidationError("not an id")
        return number

    def to_representation(self, value: int) -> str:
        return str(value)


class Keyed(Input):
    """A write that may be sent again under the same key."""

    idempotency_key = RuleField(partial(texts.text, most=limits.KEY, least=1), required=False)
