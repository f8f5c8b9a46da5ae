"""What makes and changes posts, comments, polls and videos."""

from functools import partial
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from skeletal.dto.base import IdField, Input, Keyed, RuleField
from skeletal.rules import contacts, interests, limits, texts, words

INTEGER, BIGINT, SMALLINT = 2**31 - 1, 2**63 - 1, 2**15 - 1
LANGUAGE = partial(texts.text, most=limits.LOCALE)


class File(Input):
    """An image, a clip or a sound of a post; `duration` in milliseconds.

    One that was uploaded and waits is named by its id alone.
    """

    id = IdField(required=False)
    kind = serializers.ChoiceField(words.FILES, required=False)
    url = RuleField(contacts.url, required=False)
    mime = RuleField(partial(texts.text, most=limits.MIME), required=False)
    bytes = serializers.IntegerField(min_value=0, max_value=BIGINT, required=False)
    width = serializers.IntegerField(min_value=0, max_value=INTEGER, required=False)
    height = serializers.IntegerField(min_value=0, max_value=INTEGER, required=False)
    duration = serializers.IntegerField(min_value=0, max_value=INTEGER, required=False)
    blurhash = RuleField(partial(texts.text, most=limits.BLURHASH), required=False)
    alt_text = RuleField(partial(texts.text, most=limits.ALT_TEXT), required=False)

    def validate(self, attrs: Any) -> Any:
        """An id, or what describes a file; never both."""
        needed = {"id"} if "id" in attrs else {"kind", "url", "mime", "bytes"}
        if needed - attrs.keys() or ("id" in attrs and len(attrs) > 1):
            raise ValidationError("an id alone, or kind, url, mime and bytes")
        return attrs


class Poll(Input):
    """A question's answers, for how many seconds it is open, whether several may be chosen."""

    options = serializers.ListField(
        child=RuleField(partial(texts.text, most=limits.POLL_OPTION, least=1)),
        min_length=limits.POLL_OPTIONS[0],
        max_length=limits.POLL_OPTIONS[1],
    )
    seconds = serializers.IntegerField(
        min_value=limits.POLL_SECONDS[0], max_value=limits.POLL_SECONDS[1]
    )
    multiple = serializers.BooleanField(required=False)


class Body(Input):
    """What a post is made of, its text aside."""

    visibility = serializers.ChoiceField(words.POST_AUDIENCES, required=False)
    circle_id = IdField(required=False, allow_null=True)
    media_urls = serializers.ListField(
        child=RuleField(contacts.url), max_length=limits.MEDIA_PER_POST, required=False
    )
    media = serializers.ListField(child=File(), max_length=limits.MEDIA_PER_POST, required=False)
    language = RuleField(LANGUAGE, required=False)
    poll = Poll(required=False, allow_null=True)


class CreatePost(Body, Keyed):
    """The arguments of `publish_post` but the author."""

    content = RuleField(partial(texts.text, most=limits.POST))


class UpdatePost(Input):
    """The text that a post is given; it may be empty where the post has a file."""

    content = RuleField(partial(texts.text, most=limits.POST))


class DraftPost(Body):
    """As much of a post as is there."""

    content = RuleField(partial(texts.text, most=limits.POST), required=False)


class CreateDraft(Keyed):
    """A post that is kept for later."""

    payload = DraftPost()


class UpdateDraft(Input):
    """All that a draft now holds."""

    payload = DraftPost()


class ScheduleDraft(Input):
    """When a draft is to be published; null takes the time away."""

    scheduled_at = serializers.DateTimeField(allow_null=True)


class CreateVote(Input):
    """The places of the options that are chosen, counted from 0."""

    choices = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=limits.POLL_OPTIONS[1] - 1),
        min_length=1,
        max_length=limits.POLL_OPTIONS[1],
    )


class CreateComment(Keyed):
    """The arguments of `add_comment` but author and post."""

    content = RuleField(partial(texts.text, most=limits.COMMENT, least=1))
    parent_id = IdField(required=False, allow_null=True)
    video_id = IdField(required=False)


class UpdateComment(Input):
    """The text that a comment is given."""

    content = RuleField(partial(texts.text, most=limits.COMMENT, least=1))


class Rendition(Input):
    """One file of a video."""

    kind = serializers.ChoiceField(words.RENDITIONS)
    url = RuleField(contacts.url)
    bytes = serializers.IntegerField(min_value=0, max_value=BIGINT)
    resolution = serializers.IntegerField(min_value=0, max_value=SMALLINT, required=False)
    language = RuleField(LANGUAGE, required=False)
    state = serializers.ChoiceField(words.RENDITION_STATES, required=False)


class CreateVideo(Keyed):
    """The arguments of `publish_video` but the author."""

    title = RuleField(partial(texts.text, most=limits.TITLE, least=1))
    description = RuleField(partial(texts.text, most=limits.DESCRIPTION), required=False)
    hls_url = RuleField(contacts.url, required=False)
    duration = serializers.IntegerField(min_value=0, max_value=INTEGER, required=False)
    resolution = serializers.IntegerField(min_value=0, max_value=SMALLINT, required=False)
    visibility = serializers.ChoiceField(words.VIDEO_AUDIENCES, required=False)
    renditions = serializers.ListField(
        child=Rendition(), max_length=limits.RENDITIONS_PER_VIDEO, required=False
    )


class UpdateVideo(Input):
    """The changes that `update_video` takes; what is left out stays as it is."""

    title = RuleField(partial(texts.text, most=limits.TITLE, least=1), required=False)
    description = RuleField(partial(texts.text, most=limits.DESCRIPTION), required=False)
    visibility = serializers.ChoiceField(words.VIDEO_AUDIENCES, required=False)


class FinishVideo(Input):
    """Where a video that was processed is found."""

    hls_url = RuleField(contacts.url)
    renditions = serializers.ListField(
        child=Rendition(), max_length=limits.RENDITIONS_PER_VIDEO, required=False
    )


class UpdateRenditions(Input):
    """Files of a video that are new, or take the place of others."""

    renditions = serializers.ListField(child=Rendition(), max_length=limits.RENDITIONS_PER_VIDEO)


class UpdateEmbedding(Input):
    """Where a video lies among others."""

    embedding = RuleField(interests.embedding)


class CreateView(Input):
    """The arguments of `record_view` but video and viewer."""

    watched = serializers.IntegerField(min_value=0, max_value=limits.VIEW)
    visitor = RuleField(partial(texts.text, most=limits.VISITOR, least=1), required=False)
