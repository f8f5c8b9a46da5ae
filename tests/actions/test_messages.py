"""Conversations and messages: one direct thread for two, one message for a nonce."""

from functools import partial
from typing import Any

import pytest

from skeletal.actions import social
from skeletal.errors import Conflict, Forbidden, InvalidCursor, InvalidInput, NotFound
from skeletal.models import Conversation, ConversationMember, Message, User
from skeletal.queries.social import list_conversations, list_messages
from skeletal.records import Made
from skeletal.records.social import Changed
from tests.actions.crowds import at_once, behind
from tests.actions.facts import told
from tests.factories import make_user
from tests.queries.crowd import INACTIVE
from tests.queries.statements import statements


@pytest.fixture
def direct(alice: User, bob: User) -> int:
    """The conversation of alice and bob."""
    return social.open_conversation(alice.pk, [bob.pk]).id


def said(person: User, conversation: int) -> list[str]:
    return [message.body for message in list_messages(person.pk, conversation).data]


def test_two_have_one_direct_conversation(alice: User, bob: User) -> None:
    made = social.open_conversation(alice.pk, [bob.pk])
    assert not made.repeated
    again = Made(id=made.id, repeated=True)
    assert social.open_conversation(alice.pk, [bob.pk, bob.pk]) == again
    assert social.open_conversation(bob.pk, [alice.pk]) == again
    row = Conversation.objects.get()
    low, high = sorted([alice.pk, bob.pk])
    assert (row.kind, row.direct_key) == ("direct", f"{low}:{high}")
    assert ConversationMember.objects.count() == 2
    assert [name for name, _ in told()] == ["conversation.opened"]


def test_a_group_is_new_each_time_unless_a_key_says_so(alice: User, bob: User) -> None:
    third = make_user()
    open_it = partial(social.open_conversation, alice.pk, [bob.pk, third.pk])
    first, second = open_it(idempotency_key="one"), open_it()
    assert first.id != second.id
    assert open_it(idempotency_key="one") == Made(id=first.id, repeated=True)
    with pytest.raises(Conflict):
        social.open_conversation(
            alice.pk, [third.pk, bob.pk, make_user().pk], idempotency_key="one"
        )
    assert ConversationMember.objects.filter(conversation_id=first.id).count() == 3
    assert Conversation.objects.get(pk=first.id).direct_key is None


def test_whom_one_does_not_see_one_does_not_write_to(alice: User, bob: User, carol: User) -> None:
    for one, others in ((alice, [carol]), (carol, [alice]), (carol, [bob, alice])):
        with pytest.raises(NotFound):
            social.open_conversation(one.pk, [other.pk for other in others])
    for wrong in ([], [alice.pk], [alice.pk, bob.pk], range(1, 51), ["1"], [True]):
        with pytest.raises(InvalidInput):
            social.open_conversation(alice.pk, wrong)  # type: ignore[arg-type]
    for absent in (1, -1, 2**63, 2**70):
        with pytest.raises(NotFound):
            social.open_conversation(alice.pk, [absent])
    assert not Conversation.objects.exists()


def test_a_nonce_makes_one_message(alice: User, bob: User, direct: int) -> None:
    told()
    send = partial(social.send_message, alice.pk, direct)
    made = send("hello", "n1")
    assert not made.repeated
    assert send("hello", "n1") == Made(id=made.id, repeated=True)
    for other in (partial(send, "other", "n1"), partial(send, "hello", "n1", ["https://a.test/b"])):
        with pytest.raises(Conflict):
            other()
    group = social.open_conversation(alice.pk, [bob.pk, make_user().pk]).id
    with pytest.raises(Conflict):
        social.send_message(alice.pk, group, "hello", "n1")
    assert not social.send_message(bob.pk, direct, "hello", "n1").repeated
    assert Message.objects.count() == 2
    ids = {"conversation_id": str(direct), "sender_id": str(alice.pk)}
    assert told()[0] == ("message.sent", {"message_id": str(made.id), **ids})


def test_a_changed_message_answers_its_nonce_for_the_same_files(alice: User, direct: int) -> None:
    send = partial(social.send_message, alice.pk, direct)
    made = send("hello", "n1", ["https://a.test/b"])
    social.edit_message(alice.pk, made.id, "changed")
    for words in ("hello", "changed"):
        assert send(words, "n1", ["https://a.test/b"]) == Made(id=made.id, repeated=True)
    for files in ([], ["https://a.test/c"]):
        with pytest.raises(Conflict):
            send("hello", "n1", files)
    assert Message.objects.get().body == "changed"


def test_a_message_moves_its_conversation(alice: User, bob: User, direct: int) -> None:
    before = ConversationMember.objects.order_by("id").first()
    made = social.send_message(alice.pk, direct, "hello", "n1", ["https://a.test/b"])
    assert Conversation.objects.get().last_message_id == made.id
    mine, theirs = (ConversationMember.objects.get(user=one) for one in (alice, bob))
    assert (mine.last_read_message_id, theirs.last_read_message_id) == (made.id, None)
    assert before is not None
    assert mine.last_activity_at == theirs.last_activity_at
    assert mine.last_activity_at >= before.last_activity_at
    (seen,) = list_conversations(bob.pk).data
    assert (seen.id, seen.unread, [one.id for one in seen.people]) == (direct, True, [alice.pk])
    assert seen.last_message == list_messages(bob.pk, direct).data[0]
    assert seen.last_message.media_urls == ["https://a.test/b"]
    assert list_conversations(alice.pk).data[0].unread is False


def test_what_each_costs(alice: User, bob: User) -> None:
    def cost(call: Any) -> int:
        return len([text for text in statements(call) if "SAVEPOINT" not in text])

    for _ in range(2):
        assert cost(partial(social.open_conversation, alice.pk, [bob.pk])) == 1
    id_ = Conversation.objects.get().pk
    for _ in range(2):
        assert cost(partial(social.send_message, alice.pk, id_, "hello", "n1")) == 1
    message = Message.objects.get().pk
    assert cost(partial(social.edit_message, alice.pk, message, "hi")) == 1
    assert cost(partial(social.mark_conversation_read, bob.pk, id_, message)) == 1
    assert cost(partial(social.mute_conversation, bob.pk, id_)) == 1
    assert cost(partial(list_messages, bob.pk, id_)) == 1
    for _ in range(30):
        other = social.open_conversation(bob.pk, [make_user().pk, make_user().pk]).id
        social.send_message(bob.pk, other, "hello", f"to {other}")
    assert cost(partial(list_conversations, bob.pk)) == 3
    assert cost(partial(social.delete_message, alice.pk, message)) == 2
    assert cost(partial(list_messages, bob.pk, id_)) == 2
    assert cost(partial(social.leave_conversation, bob.pk, id_)) == 1


def test_only_members_say_and_read(alice: User, bob: User, direct: int) -> None:
    stranger = make_user()
    message = social.send_message(alice.pk, direct, "hello", "n1").id
    for wrong in (direct, 1, 2**70):
        for call in (
            partial(social.send_message, stranger.pk, wrong, "hello", "n1"),
            partial(social.mark_conversation_read, stranger.pk, wrong, message),
            partial(social.mute_conversation, stranger.pk, wrong),
            partial(social.unmute_conversation, stranger.pk, wrong),
            partial(social.leave_conversation, stranger.pk, wrong),
            partial(list_messages, stranger.pk, wrong),
        ):
            with pytest.raises(NotFound):
                call()
    for person in (bob, stranger):
        for call in (
            partial(social.edit_message, person.pk, message, "mine"),
            partial(social.delete_message, person.pk, message),
        ):
            with pytest.raises(NotFound):
                call()
    assert not list_conversations(stranger.pk).data
    assert said(alice, direct) == ["hello"]


@pytest.mark.parametrize("turned", [False, True])
def test_a_block_closes_a_direct_conversation(
    alice: User, bob: User, direct: int, turned: bool
) -> None:
    social.send_message(alice.pk, direct, "hello", "n1")
    blocker, blocked = (bob, alice) if turned else (alice, bob)
    social.block_user(blocker.pk, blocked.pk)
    for person in (alice, bob):
        with pytest.raises(NotFound):
            social.send_message(person.pk, direct, "again", "n2")
        with pytest.raises(NotFound):
            list_messages(person.pk, direct)
        assert not list_conversations(person.pk).data
    assert social.send_message(alice.pk, direct, "hello", "n1").repeated
    social.unblock_user(blocker.pk, blocked.pk)
    assert said(bob, direct) == ["hello"]


def test_in_a_group_the_blocked_do_not_read_each_other(alice: User, bob: User) -> None:
    third = make_user()
    group = social.open_conversation(alice.pk, [bob.pk, third.pk]).id
    for one in (alice, bob, third):
        social.send_message(one.pk, group, one.username, "n1")
    social.block_user(bob.pk, third.pk)
    social.mute_user(alice.pk, bob.pk)
    social.send_message(third.pk, group, "last", "n2")
    assert said(bob, group) == ["bob", "alice"]
    assert said(third, group) == ["last", third.username, "alice"]
    assert said(alice, group) == ["last", third.username, "bob", "alice"]
    (seen,) = list_conversations(bob.pk).data
    assert seen.last_message is None
    assert [one.username for one in seen.people] == ["alice"]


@pytest.mark.parametrize("state", INACTIVE)
def test_who_is_not_active_says_nothing(alice: User, bob: User, direct: int, state: str) -> None:
    message = social.send_message(alice.pk, direct, "hello", "n1").id
    User.objects.filter(pk=alice.pk).update(**INACTIVE[state])
    for call in (
        partial(social.open_conversation, alice.pk, [bob.pk]),
        partial(social.send_message, alice.pk, direct, "again", "n2"),
        partial(social.edit_message, alice.pk, message, "changed"),
        partial(social.delete_message, alice.pk, message),
    ):
        with pytest.raises(Forbidden):
            call()
    with pytest.raises(NotFound):
        social.send_message(bob.pk, direct, "are you there?", "n1")


def test_one_changes_and_takes_back_ones_own(alice: User, bob: User, direct: int) -> None:
    ids = [social.send_message(alice.pk, direct, text, text).id for text in ("a", "b", "c")]
    told()
    assert social.edit_message(alice.pk, ids[1], "B") == Changed(changed=True)
    assert social.edit_message(alice.pk, ids[1], "B") == Changed(changed=False)
    assert list_messages(bob.pk, direct).data[1].edited_at is not None
    assert social.send_message(alice.pk, direct, "b", "b") == Made(id=ids[1], repeated=True)
    assert social.delete_message(alice.pk, ids[0]) == Changed(changed=True)
    assert Conversation.objects.get().last_message_id == ids[2]
    assert social.delete_message(alice.pk, ids[2]) == Changed(changed=True)
    assert social.delete_message(alice.pk, ids[2]) == Changed(changed=False)
    assert Conversation.objects.get().last_message_id == ids[1]
    assert said(bob, direct) == ["B"]
    with pytest.raises(NotFound):
        social.edit_message(alice.pk, ids[2], "C")
    social.delete_message(alice.pk, ids[1])
    assert Conversation.objects.get().last_message_id is None
    assert [name for name, _ in told()] == ["message.edited", *["message.deleted"] * 3]


def test_reading_never_goes_back(alice: User, bob: User, direct: int) -> None:
    mark = partial(social.mark_conversation_read, bob.pk, direct)
    assert mark(5) == Changed(changed=False)
    ids = [social.send_message(alice.pk, direct, "x", str(n)).id for n in range(3)]
    assert mark(ids[1]) == Changed(changed=True)
    assert mark(ids[0]) == mark(ids[1]) == Changed(changed=False)
    assert list_conversations(bob.pk).data[0].unread
    assert mark(2**62) == Changed(changed=True)
    assert list_conversations(bob.pk).data[0].last_read_message_id == ids[2]
    assert not list_conversations(bob.pk).data[0].unread


def test_one_leaves_and_is_called_back(alice: User, bob: User, direct: int) -> None:
    assert social.leave_conversation(bob.pk, direct) == Changed(changed=True)
    assert social.leave_conversation(bob.pk, direct) == Changed(changed=False)
    assert not list_conversations(bob.pk).data
    with pytest.raises(NotFound):
        list_messages(bob.pk, direct)
    social.send_message(alice.pk, direct, "come back", "n1")
    assert said(bob, direct) == ["come back"]
    social.leave_conversation(bob.pk, direct)
    assert social.open_conversation(bob.pk, [alice.pk]).repeated
    assert said(bob, direct) == ["come back"]

    group = social.open_conversation(alice.pk, [bob.pk, make_user().pk]).id
    social.leave_conversation(bob.pk, group)
    social.send_message(alice.pk, group, "gone?", "n2")
    for call in (
        partial(list_messages, bob.pk, group),
        partial(social.send_message, bob.pk, group, "still here", "n1"),
    ):
        with pytest.raises(NotFound):
            call()


def test_a_conversation_is_muted_for_a_time(bob: User, direct: int) -> None:
    assert social.mute_conversation(bob.pk, direct, seconds=60).changed
    assert ConversationMember.objects.get(user=bob).muted_until is not None
    assert social.unmute_conversation(bob.pk, direct) == Changed(changed=True)
    assert social.unmute_conversation(bob.pk, direct) == Changed(changed=False)
    for wrong in (0, -1, True, 1.5, "60", 10**12):
        with pytest.raises(InvalidInput):
            social.mute_conversation(bob.pk, direct, seconds=wrong)  # type: ignore[arg-type]


WRONG: list[tuple[Any, ...]] = [
    *((body, "n") for body in ("", " ", "\u200b", "x" * 5001, "a\0", "\ud800", None, 5)),
    *(("x", nonce) for nonce in ("", "x" * 37, "a\0", None, 5)),
    *(
        ("x", "n", urls)
        for urls in (["ftp://a.test"], ["x"], "https://a.test", ["https://a.b"] * 11)
    ),
]


@pytest.mark.parametrize("given", WRONG, ids=lambda given: repr(given)[:40])
def test_a_wrong_message_is_refused(alice: User, direct: int, given: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidInput):
        social.send_message(alice.pk, direct, *given)
    assert not Message.objects.exists()


def test_pages_go_on_where_they_ended(alice: User, bob: User, direct: int) -> None:
    for n in range(5):
        social.send_message(alice.pk, direct, str(n), str(n))
    first = list_messages(bob.pk, direct, limit=2)
    assert [one.body for one in first.data] == ["4", "3"]
    second = list_messages(bob.pk, direct, first.next_cursor, limit=3)
    assert [one.body for one in second.data] == ["2", "1", "0"]
    assert not second.has_more
    with pytest.raises(InvalidCursor):
        list_messages(alice.pk, direct, first.next_cursor)
    threads = [social.open_conversation(bob.pk, [make_user().pk]).id for _ in range(4)]
    social.send_message(bob.pk, direct, "up", "up")
    page = list_conversations(bob.pk, limit=2)
    assert page.data[0].id == direct or len({one.last_activity_at for one in page.data}) == 1
    rest = list_conversations(bob.pk, page.next_cursor, limit=100)
    assert {one.id for one in (*page.data, *rest.data)} == {direct, *threads}
    with pytest.raises(InvalidCursor):
        list_conversations(alice.pk, page.next_cursor)


@pytest.mark.usefixtures("committed_db")
def test_fifty_at_once_are_one() -> None:
    one, two = make_user(), make_user()
    opened = at_once(
        [partial(social.open_conversation, a.pk, [b.pk]) for a, b in ((one, two), (two, one)) * 25]
    )
    assert sum(not result.repeated for result in opened) == 1, opened
    (id_,) = {result.id for result in opened}
    sent = at_once([partial(social.send_message, one.pk, id_, "hello", "n1")] * 50)
    assert sum(not result.repeated for result in sent) == 1, sent
    assert Message.objects.count() == 1
    assert sorted(name for name, _ in told()) == ["conversation.opened", "message.sent"]


@pytest.mark.usefixtures("committed_db")
def test_many_say_much_at_once() -> None:
    people = [make_user() for _ in range(5)]
    group = social.open_conversation(people[0].pk, [one.pk for one in people[1:]]).id
    calls: list[Any] = [
        partial(social.send_message, one.pk, group, "x", str(n)) for one in people for n in range(8)
    ]
    sent = at_once(calls)
    assert all(isinstance(result, Made) for result in sent), sent
    assert Conversation.objects.get().last_message_id == max(result.id for result in sent)
    gone = at_once(
        [
            partial(social.delete_message, m.sender_id, m.pk)
            for m in Message.objects.order_by("-id")[:30]
        ]
    )
    assert all(isinstance(result, Changed) for result in gone), gone
    last = Message.objects.filter(deleted_at=None).order_by("-id").first()
    assert last is not None
    assert Conversation.objects.get().last_message_id == last.pk


@pytest.mark.usefixtures("committed_db")
def test_no_message_goes_out_behind_a_block() -> None:
    one, two = make_user(), make_user()
    id_ = social.open_conversation(one.pk, [two.pk]).id
    send = partial(social.send_message, one.pk, id_, "hello", "n1")
    blocked, sent = behind(partial(social.block_user, two.pk, one.pk), send)
    assert blocked == Changed(changed=True)
    assert isinstance(sent, NotFound), sent
    assert not Message.objects.exists()


@pytest.mark.usefixtures("committed_db")
def test_who_sends_the_same_waits_for_the_first() -> None:
    one, two = make_user(), make_user()
    id_ = social.open_conversation(one.pk, [two.pk]).id
    told()
    send = partial(social.send_message, one.pk, id_, "hello", "n1")
    first, second = behind(send, send)
    assert second == Made(id=first.id, repeated=True)
    other = partial(social.send_message, one.pk, id_, "other", "n2")
    _, refused = behind(other, partial(social.send_message, one.pk, id_, "another", "n2"))
    assert isinstance(refused, Conflict), refused
    assert [name for name, _ in told()] == ["message.sent"] * 2
