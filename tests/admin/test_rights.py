"""Who sees and does what in the admin: roles open tables, and every write leaves an audit row."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from skeletal import models as m
from tests import factories as make
from tests.admin.conftest import address

MODERATED = {m.User, m.UserProfile, m.Post, m.Video, m.Comment, m.ContentReport, m.ModerationReview}


def signed_in(user: m.User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def staff(*permissions: str) -> m.User:
    user = make.make_user(is_staff=True)
    role = make.make_role(permissions=list(permissions))
    make.make_role_assignment(user=user, role=role)
    return user


def sign_in(username: str, password: str) -> Any:
    return Client().post(reverse("admin:login"), {"username": username, "password": password})


def test_staff_sign_in_with_their_password(moderator: m.User) -> None:
    assert sign_in("mona", "a long secret").status_code == 302
    assert sign_in("mona", "a wrong secret").status_code == 200


@pytest.mark.parametrize(
    "change", [{"is_staff": False}, {"status": "suspended"}, {"status": "erased"}], ids=str
)
def test_others_do_not(moderator: m.User, change: dict[str, Any]) -> None:
    m.User.objects.filter(pk=moderator.pk).update(**change)
    assert sign_in("mona", "a long secret").status_code == 200


def test_a_suspended_session_ends(moderator: m.User) -> None:
    client = signed_in(moderator)
    assert client.get(address(m.Post)).status_code == 200
    m.User.objects.filter(pk=moderator.pk).update(status="suspended")
    assert client.get(address(m.Post)).status_code == 302


@pytest.mark.parametrize("model", make.FACTORIES, ids=lambda model: model.__name__)
def test_a_moderator_sees_what_the_role_says(moderator: m.User, model: type[Any]) -> None:
    client = signed_in(moderator)
    expected = 200 if model in MODERATED else 403
    assert client.get(address(model)).status_code == expected
    row = make.FACTORIES[model]()
    assert client.get(address(model, "change", row.pk)).status_code == expected
    assert client.get(address(model, "add")).status_code == 403
    assert client.post(address(model, "change", row.pk), {"status": "hidden"}).status_code == 403
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_the_front_page_groups_what_may_be_seen(moderator: m.User) -> None:
    page = signed_in(moderator).get(reverse("admin:index"))
    groups = {app["name"]: len(app["models"]) for app in page.context["app_list"]}
    assert groups == {"Users": 2, "Content": 3, "Moderation": 2}
    assert "Daira" in page.content.decode()


def test_the_front_page_groups_every_table(site: Client) -> None:
    page = site.get(reverse("admin:index"))
    groups = {app["name"]: len(app["models"]) for app in page.context["app_list"]}
    assert list(groups) == ["Users", "Content", "Social", "Payments", "Moderation", "Platform"]
    assert sum(groups.values()) == len(make.FACTORIES) + 2
    assert site.get(reverse("admin:app_list", args=["skeletal"])).status_code == 200


def test_an_expired_role_opens_nothing(moderator: m.User) -> None:
    m.RoleAssignment.objects.update(expires_at="2020-01-01T00:00:00Z")
    assert signed_in(moderator).get(address(m.Post)).status_code == 403


def test_a_state_is_changed_alone_and_audited(site: Client, chief: m.User) -> None:
    post = make.make_post(content="stays")
    page = site.get(address(m.Post, "change", post.pk))
    assert list(page.context["adminform"].form.fields) == ["status"]
    sent = {"status": "hidden", "content": "forged", "likes_count": 9}
    with CaptureQueriesContext(connection) as context:
        assert site.post(address(m.Post, "change", post.pk), sent).status_code == 302
    [update] = [q["sql"] for q in context if q["sql"].startswith('UPDATE "posts"')]
    assert re.findall(r'"(\w+)" =', update) == ["updated_at", "status", "id"]
    row = m.AuditLog.objects.get(resource_type="post", resource_id=post.pk)
    assert (row.action, row.admin, row.changes) == ("admin.change", chief, {"fields": ["status"]})


@pytest.mark.parametrize("model", [m.Comment, m.ContentReport])
def test_a_word_outside_the_check_is_a_message_of_the_form(site: Client, model: type[Any]) -> None:
    row = make.FACTORIES[model]()
    response = site.post(address(model, "change", row.pk), {"status": "nonsense", "severity": 1})
    assert response.status_code == 200
    assert "status" in response.context["adminform"].form.errors


def test_an_account_is_not_erased_by_a_form(site: Client) -> None:
    user = make.make_user()
    assert site.post(address(m.User, "change", user.pk), {"status": "erased"}).status_code == 200
    assert m.User.objects.get(pk=user.pk).status == "active"


def test_only_a_superuser_makes_superusers(site: Client) -> None:
    user, sent = make.make_user(), {"status": "active", "is_staff": "on", "is_superuser": "on"}
    client = signed_in(staff("skeletal.view_user", "skeletal.change_user"))
    assert client.post(address(m.User, "change", user.pk), sent).status_code == 302
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert site.post(address(m.User, "change", user.pk), sent).status_code == 302
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser) == (True, True)


def test_only_a_superuser_changes_a_superuser(chief: m.User) -> None:
    client = signed_in(staff("skeletal.view_user", "skeletal.change_user"))
    sent = {"status": "suspended"}
    assert client.post(address(m.User, "change", chief.pk), sent).status_code == 403


def test_only_a_superuser_grants_roles(site: Client, chief: m.User) -> None:
    user, role = make.make_user(), make.make_role(name="editor")
    sent = {"user": user.pk, "role": role.pk, "expires_at_0": "", "expires_at_1": ""}
    client = signed_in(staff("skeletal.view_roleassignment", "skeletal.add_roleassignment"))
    assert client.post(address(m.RoleAssignment, "add"), sent).status_code == 403
    assert site.post(address(m.RoleAssignment, "add"), sent).status_code == 302
    assert m.RoleAssignment.objects.get(user=user).granted_by == chief


def test_a_role_is_made(site: Client) -> None:
    sent = {
        "name": "editor",
        "permissions": "skeletal.view_post,skeletal.view_video",
        "position": 1,
    }
    assert site.post(address(m.Role, "add"), sent).status_code == 302
    made = m.Role.objects.get(name="editor")
    assert made.permissions == ["skeletal.view_post", "skeletal.view_video"]


def test_an_edge_goes_with_its_count_and_leaves_an_audit_row(site: Client) -> None:
    follow = make.make_follow()
    m.CounterDelta.objects.all().delete()
    assert site.post(address(m.Follow, "delete", follow.pk), {"post": "yes"}).status_code == 302
    assert not m.Follow.objects.filter(pk=follow.pk).exists()
    deltas = m.CounterDelta.objects.filter(object_type="user_profile")
    assert sorted(deltas.values_list("counter", "delta")) == [
        ("followers_count", -1),
        ("following_count", -1),
    ]
    row = m.AuditLog.objects.get(resource_type="follow", resource_id=follow.pk)
    assert row.action == "admin.delete"


DELETABLE = [
    m.RoleAssignment, m.Repost, m.PostHashtag, m.Mention, m.Follow, m.Block, m.Mute, m.Like,
    m.Bookmark, m.HashtagFollow, m.CircleMember, m.UserListMember, m.FollowRequest,
]  # fmt: skip


@pytest.mark.parametrize("model", make.FACTORIES, ids=lambda model: model.__name__)
def test_only_relation_rows_may_go(site: Client, model: type[Any]) -> None:
    row = make.FACTORIES[model]()
    expected = 302 if model in DELETABLE else 403
    response = site.post(address(model, "delete", row.pk), {"post": "yes"})
    assert response.status_code == expected
    assert model.objects.filter(pk=row.pk).exists() == (expected == 403)


def test_the_password_is_changed_only_by_its_owner(site: Client, moderator: m.User) -> None:
    page = site.get(address(m.User, "change", moderator.pk)).content.decode()
    assert "password" not in page.split("<main")[1].split("</main")[0]
    client = signed_in(moderator)
    sent = {"old_password": "a long secret"}
    sent |= dict.fromkeys(("new_password1", "new_password2"), "another long secret 7")
    assert client.post(reverse("admin:password_change"), sent).status_code == 302
    moderator.refresh_from_db()
    assert moderator.check_password("another long secret 7")


def test_a_superuser_retries_events_that_were_given_up(site: Client, chief: m.User) -> None:
    given_up, open_ = make.make_event(attempts=10, error="Broken"), make.make_event(attempts=3)
    done = make.make_event(attempts=10, done_at=timezone.now())
    listed = site.get(address(m.OutboxEvent), {"standing": "given_up"}).context["cl"].result_list
    assert list(listed) == [given_up]
    listed = site.get(address(m.OutboxEvent), {"standing": "open"}).context["cl"].result_list
    assert list(listed) == [open_]
    sent = {"action": "retry", "_selected_action": [given_up.pk, open_.pk, done.pk]}
    assert site.post(address(m.OutboxEvent), sent).status_code == 302
    attempts = m.OutboxEvent.objects.order_by("id").values_list("attempts", flat=True)
    assert list(attempts) == [0, 3, 10]
    row = m.AuditLog.objects.get()
    assert (row.action, row.admin, row.resource_id) == ("admin.retry", chief, given_up.pk)


def test_other_staff_retry_nothing(db: None) -> None:
    event = make.make_event(attempts=10)
    client = signed_in(staff("skeletal.view_outboxevent"))
    sent = {"action": "retry", "_selected_action": [event.pk]}
    client.post(address(m.OutboxEvent), sent)
    event.refresh_from_db()
    assert event.attempts == 10
