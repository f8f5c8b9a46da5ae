"""Circles (who may see a post) and lists (whom a person reads)."""

from django.conf import settings
from django.db import models
from django.db.models import F
from django.db.models.functions import Lower

from skeletal.db.fields import CounterField
from skeletal.db.triggers import Tally, counted_by
from skeletal.models.base import PlannedQuerySet, Table, classified, one_of


class CircleQuerySet(PlannedQuerySet["Circle"]):
    list_related = ("owner",)
    detail_related = ("members__member",)


class Circle(Table):
    """An audience that its owner chose, such as close friends."""

    privacy = classified(relation="owner", content="name", system="kind members_count")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="circles", db_index=False
    )
    name = models.CharField(max_length=50)
    kind = models.CharField(max_length=15, default="custom")
    members_count = CounterField()

    objects = CircleQuerySet.as_manager()

    class Meta:
        db_table = "circles"
        constraints = [
            models.UniqueConstraint(F("owner"), Lower("name"), name="uq_circle_name"),
            one_of("kind", "close_friends custom", "circles_kind"),
        ]

    def __str__(self) -> str:
        return self.name


class CircleMemberQuerySet(PlannedQuerySet["CircleMember"]):
    list_related = ("circle", "member")


class CircleMember(Table):
    """A person belongs to a circle; only its owner sees that."""

    privacy = classified(relation="circle member")

    circle = models.ForeignKey(Circle, models.CASCADE, related_name="members", db_index=False)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="in_circles", db_index=False
    )

    objects = CircleMemberQuerySet.as_manager()

    class Meta:
        db_table = "circle_members"
        constraints = [
            models.UniqueConstraint(fields=["circle", "member"], name="uq_circle_member")
        ]
        indexes = [models.Index(fields=["member", "circle"], name="idx_circle_members_member")]
        triggers = counted_by(Tally("circle", "circle_id", "members_count"))

    def __str__(self) -> str:
        return f"{self.member_id} in {self.circle_id}"


class UserListQuerySet(PlannedQuerySet["UserList"]):
    list_related = ("owner",)
    detail_related = ("members__member",)


class UserList(Table):
    """People whom the owner reads together, in a feed of their own."""

    privacy = classified(relation="owner", content="name", system="members_count")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="lists", db_index=False
    )
    name = models.CharField(max_length=50)
    members_count = CounterField()

    objects = UserListQuerySet.as_manager()

    class Meta:
        db_table = "user_lists"
        constraints = [models.UniqueConstraint(F("owner"), Lower("name"), name="uq_list_name")]

    def __str__(self) -> str:
        return self.name


class UserListMemberQuerySet(PlannedQuerySet["UserListMember"]):
    list_related = ("user_list", "member")


class UserListMember(Table):
    """A person is on a list."""

    privacy = classified(relation="user_list member")

    user_list = models.ForeignKey(UserList, models.CASCADE, related_name="members", db_index=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="on_lists")

    objects = UserListMemberQuerySet.as_manager()

    class Meta:
        db_table = "user_list_members"
        constraints = [
            models.UniqueConstraint(fields=["user_list", "member"], name="uq_list_member")
        ]
        triggers = counted_by(Tally("user_list", "user_list_id", "members_count"))

    def __str__(self) -> str:
        return f"{self.member_id} on {self.user_list_id}"
