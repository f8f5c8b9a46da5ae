"""Conversations between two or more people."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from skeletal.models.base import PlannedQuerySet, Table, classified, longest, one_of


class ConversationQuerySet(PlannedQuerySet["Conversation"]):
    detail_related = ("members__user",)


class Conversation(Table):
    """A thread of messages; `direct_key` ("low:high" of two user ids) makes a direct one unique."""

    privacy = classified(relation="direct_key", system="kind last_message_id")

    kind = models.CharField(max_length=10, default="direct")
    direct_key = models.CharField(max_length=41, unique=True, null=True, blank=True)
    last_message_id = models.BigIntegerField(null=True, blank=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        db_table = "conversations"
        constraints = [one_of("kind", "direct group", "conversations_kind")]

    def __str__(self) -> str:
        return f"{self.kind} conversation {self.pk}"


class ConversationMemberQuerySet(PlannedQuerySet["ConversationMember"]):
    list_related = ("conversation", "user")


class ConversationMember(Table):
    """A person takes part, has read up to a message, and may have left."""

    privacy = classified(
        relation="conversation user",
        system="last_read_message_id last_activity_at muted_until left_at",
    )

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="members", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="conversations", db_index=False
    )
    last_read_message_id = models.BigIntegerField(null=True, blank=True)
    last_activity_at = models.DateTimeField()
    muted_until = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    objects = ConversationMemberQuerySet.as_manager()

    class Meta:
        db_table = "conversation_members"
        constraints = [
            models.UniqueConstraint(fields=["conversation", "user"], name="uq_conversation_member")
        ]
        indexes = [
            models.Index(
                fields=["user", "-last_activity_at", "-conversation"],
                name="idx_conversations_recent",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.conversation_id}"


class MessageQuerySet(PlannedQuerySet["Message"]):
    list_related = ("sender", "conversation")


class Message(Table):
    """What a person said; `client_nonce` makes a repeated send one message."""

    privacy = classified(
        relation="conversation sender",
        content="body media_urls",
        system="client_nonce edited_at deleted_at",
    )

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="messages", db_index=False
    )
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="messages", db_index=False
    )
    body = models.TextField(blank=True)
    media_urls = ArrayField(models.URLField(max_length=2048), default=list, blank=True)
    client_nonce = models.CharField(max_length=36)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        db_table = "messages"
        constraints = [
            models.UniqueConstraint(fields=["sender", "client_nonce"], name="uq_message_nonce"),
            longest("body", 5000, "messages_body_length"),
        ]
        indexes = [models.Index(fields=["conversation", "-id"], name="idx_messages_recent")]

    def __str__(self) -> str:
        return f"message {self.pk}"
