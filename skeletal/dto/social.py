"""What makes and changes the edges between people, and what they say to each other.

Who acts is never among the fields: the api knows that from the session.
"""

from functools import partial

from rest_framework import serializers

from skeletal.dto.base import IdField, Input, Keyed, RuleField
from skeletal.rules import contacts, entities, filters, limits, texts, words


class CreateFollow(Input):
    """Whom to follow."""

    followee_id = IdField()


class CreateBlock(Input):
    """Whom to block."""

    blocked_id = IdField()


class CreateMute(Input):
    """Whom to mute, in what, and for how many seconds."""

    muted_id = IdField()
    seconds = serializers.IntegerField(
        min_value=limits.LASTING[0], max_value=limits.LASTING[1], required=False, allow_null=True
    )
    scope = serializers.ChoiceField(words.MUTES, required=False)


class CreateLike(Input):
    """What to like."""

    likeable_type = serializers.ChoiceField(words.LIKEABLE)
    likeable_id = IdField()


class CreateBookmark(Input):
    """What to keep, and in which folder."""

    bookmarkable_type = serializers.ChoiceField(words.BOOKMARKABLE)
    bookmarkable_id = IdField()
    folder = RuleField(partial(texts.text, most=limits.FOLDER_NAME), required=False)


class CreateHashtagFollow(Input):
    """The hashtag to follow, with or without its sign."""

    hashtag = RuleField(entities.hashtag_name)


class CreateCircle(Keyed):
    """A circle's name."""

    name = RuleField(partial(texts.text, most=limits.CIRCLE_NAME, least=1))
    kind = serializers.ChoiceField(words.CIRCLES, required=False)


class CreateList(Keyed):
    """A list's name."""

    name = RuleField(partial(texts.text, most=limits.LIST_NAME, least=1))


class UpdateCircle(Input):
    """The name that a circle is given."""

    name = RuleField(partial(texts.text, most=limits.CIRCLE_NAME, least=1))


class UpdateList(Input):
    """The name that a list is given."""

    name = RuleField(partial(texts.text, most=limits.LIST_NAME, least=1))


class CreateMember(Input):
    """Who comes into a circle or onto a list."""

    member_id = IdField()


class UpdateKeywordFilter(Input):
    """A phrase to hide or to mark, where, and for how many seconds: all of a filter.

    What is left out is as it is for a new one.
    """

    phrase = RuleField(partial(texts.text, most=filters.LONGEST_SHOWN, least=1))
    contexts = serializers.MultipleChoiceField(choices=filters.CONTEXTS, required=False)
    whole_word = serializers.BooleanField(required=False)
    action = serializers.ChoiceField(words.FILTERS, required=False)
    seconds = serializers.IntegerField(
        min_value=limits.LASTING[0], max_value=limits.LASTING[1], required=False, allow_null=True
    )


class CreateKeywordFilter(UpdateKeywordFilter, Keyed):
    """The same for a new filter."""


class CreateConversation(Input):
    """With whom to speak; a key makes a group that is opened again the same."""

    other_ids = serializers.ListField(
        child=IdField(), min_length=1, max_length=limits.OTHERS_PER_CONVERSATION
    )
    idempotency_key = RuleField(partial(texts.text, most=limits.KEY, least=1), required=False)


class UpdateConversation(Input):
    """The message up to which one has read."""

    message_id = IdField()


class CreateConversationMute(Input):
    """For how many seconds to be told of a conversation's messages no more."""

    seconds = serializers.IntegerField(
        min_value=limits.LASTING[0], max_value=limits.LASTING[1], required=False, allow_null=True
    )


class CreateMessage(Input):
    """What to say in a conversation; the nonce makes a repeated send one message."""

    body = RuleField(partial(texts.text, most=limits.MESSAGE))
    client_nonce = RuleField(partial(texts.text, most=limits.NONCE, least=1))
    media_urls = serializers.ListField(
        child=RuleField(contacts.url), max_length=limits.MEDIA_PER_MESSAGE, required=False
    )


class UpdateMessage(Input):
    """The text that a message is given."""

    body = RuleField(partial(texts.text, most=limits.MESSAGE, least=1))


class UpdateNotifications(Input):
    """The notification up to which all are read."""

    up_to_id = IdField()
