"""What makes and changes an account."""

from functools import partial
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from skeletal.dto.base import Input, RuleField
from skeletal.errors import InvalidInput
from skeletal.rules import contacts, limits, people, texts, usernames


class CreateUser(Input):
    """The arguments of `register_user`."""

    username = RuleField(usernames.username)
    email = RuleField(contacts.email)
    password = RuleField(people.password)
    display_name = RuleField(partial(texts.text, most=limits.DISPLAY_NAME), required=False)
    phone = serializers.CharField(max_length=40, required=False, allow_null=True)
    region = RuleField(people.region, required=False)
    locale = RuleField(people.locale, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A phone number is one or none by the region in which it is dialled."""
        if attrs.get("phone") is not None:
            try:
                contacts.phone(attrs["phone"], region=attrs.get("region"))
            except InvalidInput as error:
                raise ValidationError({"phone": [error.message]}) from error
        return attrs


class UpdateUser(Input):
    """The changes that `update_profile` takes; what is left out stays as it is."""

    display_name = RuleField(people.display_name, required=False)
    bio = RuleField(people.bio, required=False)
    avatar_url = RuleField(people.avatar_url, required=False)
    locale = RuleField(people.locale, required=False)
    is_private = serializers.BooleanField(required=False)
