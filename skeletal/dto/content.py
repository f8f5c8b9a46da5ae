"""What makes and changes posts and comments."""

from functools import partial

from rest_framework import serializers

from skeletal.dto.base import IdField, Input, RuleField
from skeletal.rules import contacts, limits, texts

AUDIENCES = ("public", "followers", "circle", "private")


class Keyed(Input):
    """A write that may be sent again under the same key."""

    idempotency_key = serializers.CharField(max_length=64, required=False)


class CreatePost(Keyed):
    """The arguments of `publish_post` but the author."""

    content = RuleField(partial(texts.text, most=limits.POST))
    visibility = serializers.ChoiceField(AUDIENCES, required=False)
    circle_id = IdField(required=False, allow_null=True)
    media_urls = serializers.ListField(
        child=RuleField(contacts.url), max_length=limits.MEDIA_PER_POST, required=False
    )
    language = serializers.CharField(max_length=limits.LOCALE, required=False)


class UpdatePost(Input):
    """The arguments of `edit_post` but author and post."""

    content = RuleField(partial(texts.text, most=limits.POST, least=1))


class CreateComment(Keyed):
    """The arguments of `add_comment` but author and post."""

    content = RuleField(partial(texts.text, most=limits.COMMENT, least=1))
    parent_id = IdField(required=False, allow_null=True)
    video_id = IdField(required=False)
