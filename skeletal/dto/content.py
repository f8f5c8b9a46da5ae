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


class Rendition(Input):
    """One file of a video."""

    kind = serializers.ChoiceField(("hls", "mp4", "caption", "thumb", "storyboard"))
    url = RuleField(contacts.url)
    bytes = serializers.IntegerField(min_value=0)
    resolution = serializers.IntegerField(min_value=0, max_value=32_767, required=False)
    language = serializers.CharField(max_length=limits.LOCALE, required=False)


class CreateVideo(Keyed):
    """The arguments of `publish_video` but the author."""

    title = RuleField(partial(texts.text, most=limits.TITLE, least=1))
    description = RuleField(partial(texts.text, most=limits.DESCRIPTION), required=False)
    hls_url = RuleField(contacts.url, required=False)
    duration = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    resolution = serializers.IntegerField(min_value=0, max_value=32_767, required=False)
    visibility = serializers.ChoiceField(("public", "followers", "private"), required=False)
    renditions = Rendition(many=True, required=False)


class UpdateVideo(Input):
    """The changes that `update_video` takes; what is left out stays as it is."""

    title = RuleField(partial(texts.text, most=limits.TITLE, least=1), required=False)
    description = RuleField(partial(texts.text, most=limits.DESCRIPTION), required=False)
    visibility = serializers.ChoiceField(("public", "followers", "private"), required=False)


class UpdateComment(Input):
    """The text that a comment is given."""

    content = RuleField(partial(texts.text, most=limits.COMMENT, least=1))


class CreateView(Input):
    """The arguments of `record_view` but video and viewer."""

    watched = serializers.IntegerField(min_value=0, max_value=86_400_000)
    visitor = serializers.CharField(max_length=200, required=False)
