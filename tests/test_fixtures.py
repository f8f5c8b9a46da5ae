"""The fixtures load as the application's role, once or twice, and are a world that holds together.

`ledger_entries` and `audit_logs` are not in `demo.json`: loaddata saves row by row with an UPDATE
first, which the application's role may not run there, and a single leg is refused since it does not
sum to zero. So the wallets stand at nothing and the one transaction is still pending, as it would
be before its legs are written.
"""

import json
from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.utils import ProgrammingError

from daira.settings import BASE_DIR
from skeletal import models as m
from skeletal.actions import counters
from skeletal.db import ids

DEMO: list[dict[str, Any]] = json.loads((BASE_DIR / "fixtures" / "demo.json").read_text())


def load() -> None:
    call_command("loaddata", "roles", "demo", verbosity=0)
    connection.check_constraints()
    counters.sweep()


@pytest.fixture
def world(db: None) -> None:
    load()


def test_every_row_is_loaded_with_its_key(world: None) -> None:
    for row in DEMO:
        assert apps.get_model(row["model"])._default_manager.filter(pk=row["pk"]).exists(), row


def test_loading_again_changes_nothing(world: None) -> None:
    before = {model: list(model._default_manager.order_by("pk").values()) for model in loaded()}
    load()
    after = {model: list(model._default_manager.order_by("pk").values()) for model in loaded()}
    assert before == after


def loaded() -> list[type[models.Model]]:
    named = Counter(row["model"] for row in DEMO)
    return [apps.get_model(name) for name in named]


def test_keys_carry_their_time(world: None) -> None:
    for row in DEMO:
        if "user" not in row["model"] or row["model"] == "skeletal.user":
            assert str(ids.moment_of(row["pk"])).startswith(row["fields"]["created_at"][:10])
    assert len({row["pk"] for row in DEMO}) == len(DEMO) - 6  # profiles and settings share theirs


def test_three_people_and_what_they_made_are_counted(world: None) -> None:
    alice, bob, carol = (m.User.objects.get(username=name) for name in ("alice", "bob", "carol"))
    profile = alice.profile
    assert (profile.followers_count, profile.following_count, profile.posts_count) == (2, 1, 2)
    assert bob.profile.posts_count == 1, "the hidden one does not count"
    first = m.Post.objects.filter(author=alice).earliest("id")
    assert (first.likes_count, first.comments_count, first.reposts_count) == (2, 2, 1)
    assert m.Poll.objects.get().votes_count == 2
    assert m.Circle.objects.get().members_count == 1
    assert carol.has_perm("skeletal.view_contentreport")


def test_arabic_comes_back_as_written(world: None) -> None:
    assert m.Post.objects.filter(language="ar").count() == 2
    assert m.Hashtag.objects.get(name="قهوة").post_hashtags.count() == 1
    assert m.User.objects.get(username="bob").profile.display_name == "بوب"


def test_answers_stand_in_their_thread(world: None) -> None:
    answer = m.Comment.objects.exclude(parent=None).get()
    assert answer.root == answer.parent
    assert (answer.depth, answer.post) == (1, answer.parent.post if answer.parent else None)


def test_nobody_of_the_demo_can_sign_in(world: None) -> None:
    assert not any(user.has_usable_password() for user in m.User.objects.all())


def test_no_money_moved_without_legs(world: None) -> None:
    assert set(m.Wallet.objects.values_list("balance", "held")) == {(0, 0)}
    assert m.Transaction.objects.get().status == "pending"


def test_legs_cannot_be_loaded_row_by_row(world: None, tmp_path: Any) -> None:
    transaction = m.Transaction.objects.get()
    leg = {"transaction": transaction.pk, "wallet": transaction.wallet_id, "currency": "EGP"}
    leg |= {"amount": -5, "balance_after": 0, "sequence": 1}
    path = tmp_path / "leg.json"
    path.write_text(json.dumps([{"model": "skeletal.ledgerentry", "pk": 1, "fields": leg}]))
    with pytest.raises(ProgrammingError, match="permission denied"):
        call_command("loaddata", str(path), verbosity=0)


def test_the_fixtures_survive_a_dump(world: None, tmp_path: Any) -> None:
    path = tmp_path / "dump.json"
    call_command("dumpdata", "skeletal.post", "skeletal.comment", output=str(path), verbosity=0)
    call_command("loaddata", str(path), verbosity=0)
    counters.sweep()
    assert m.Post.objects.filter(likes_count=2).count() == 1
