"""What people are interested in, as numbers made from what they liked."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from skeletal.models.base import EditableRow, PlannedQuerySet, classified
from skeletal.models.users.accounts import User


class UserVectorQuerySet(PlannedQuerySet["UserVector"]):
    list_related = ("user",)


class UserVector(EditableRow):
    """The decayed mean of the embeddings of the videos that a person liked, of length 1."""

    privacy = classified(relation="user", content="embedding")

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="vector", db_column="user_id"
    )
    embedding = ArrayField(models.FloatField())

    objects = UserVectorQuerySet.as_manager()

    class Meta:
        db_table = "user_vectors"

    def __str__(self) -> str:
        return f"vector of {self.user_id}"
