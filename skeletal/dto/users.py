"""What makes and changes an account."""

from rest_framework import serializers

from skeletal.dto.base import Input, RuleField
from skeletal.rules import contacts, limits, usernames


class CreateUser(Input):
    """The arguments of `register_user`."""

    username = RuleField(usernames.username)
    email = RuleField(contacts.email)
    password = serializers.CharField(
        min_length=limits.PASSWORD[0], max_length=limits.PASSWORD[1], trim_whitespace=False
    )
    display_name = serializers.CharField(max_length=limits.DISPLAY_NAME, required=False)
    phone = serializers.CharField(max_length=40, required=False, allow_null=True)
    region = serializers.RegexField("^[A-Z]{2}$", required=False)
    locale = serializers.CharField(max_length=limits.LOCALE, required=False)


class UpdateUser(Input):
    """The changes that `update_profile` takes; what is left out stays as it is."""

    display_name = serializers.CharField(max_length=limits.DISPLAY_NAME, required=False)
    bio = serializers.CharField(
        max_length=limits.BIO, required=False, allow_blank=True, trim_whitespace=False
    )
    avatar_url = RuleField(contacts.url, required=False)
    locale = serializers.CharField(max_length=limits.LOCALE, required=False)
    is_private = serializers.BooleanField(required=False)
