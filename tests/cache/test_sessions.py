"""Access tokens in their tier: kept by digest, ended by use and by age, judged by their rows."""

from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from time import sleep
from typing import Any

import pytest

from skeletal.cache import sessions
from skeletal.cache.tier import lease
from skeletal.errors import InvalidInput
from skeletal.records.users import JudgedSession, SessionTicket
from skeletal.security.tokens import digest_of
from tests.cache.conftest import Own
from tests.cache.test_tier import events, raw

pytestmark = pytest.mark.usefixtures("own")
TOKEN = "a-token"
TICKET = SessionTicket(user_id=2**62, session_id=5, device_id=None)
ENDS = datetime.now(UTC) + timedelta(hours=2)
ROW = JudgedSession(user_id=2**62, session_id=5, device_id=None, ends=ENDS)


class Row:
    """What a token's row says, and how often it was asked."""

    def __init__(self, answer: JudgedSession | None = ROW) -> None:
        self.answer, self.asked = answer, 0

    def __call__(self, digest: str) -> JudgedSession | None:
        assert digest == digest_of(TOKEN)
        self.asked += 1
        return self.answer


def life() -> int:
    [found] = raw(sessions._tier, lambda key: ("PTTL", key(digest_of(TOKEN))))
    return int(found)


def test_the_named_methods() -> None:
    assert sessions.get_session_token(TOKEN) is None
    assert sessions.set_session_token(2**62, TOKEN, 60, session_id=5)
    assert sessions.get_session_token(TOKEN) == TICKET
    assert sessions.invalidate_session(TOKEN)
    assert sessions.get_session_token(TOKEN) is None


def test_no_key_and_no_value_holds_the_token() -> None:
    sessions.set_session_token(7, TOKEN, 60)
    [keys] = raw(sessions._tier, lambda key: ("KEYS", "*"))
    [key] = keys
    assert key.decode().endswith(f":session:{{{digest_of(TOKEN)}}}")
    [value] = raw(sessions._tier, lambda _: ("GET", key))
    assert TOKEN.encode() not in value


def test_each_use_puts_its_end_off_and_never_beyond_the_token_s(settings: Any) -> None:
    settings.CACHE_SECONDS = {**settings.CACHE_SECONDS, "sessions": 600}
    for whole in (900, 300):
        sessions.set_session_token(7, TOKEN, whole)
        for _ in range(2):
            raw(sessions._tier, lambda key: ("PEXPIRE", key(digest_of(TOKEN)), 60_000))
            assert life() <= 60_000
            assert sessions.get_session_token(TOKEN)
            assert min(whole, 600) - 100 < life() / 1000 <= min(whole, 600)


def test_with_the_token_s_end_it_is_over() -> None:
    sessions.set_session_token(7, TOKEN, 0.05)
    sleep(0.1)
    assert sessions.get_session_token(TOKEN) is None


def test_without_use_it_ends_sooner(settings: Any) -> None:
    settings.CACHE_SECONDS = {**settings.CACHE_SECONDS, "sessions": 1}
    sessions.set_session_token(7, TOKEN, 60)
    sleep(1.1)
    assert sessions.get_session_token(TOKEN) is None


def test_the_row_judges_first_and_is_then_believed() -> None:
    row = Row()
    sessions.set_session_token(7, TOKEN, 60)
    assert [sessions.load_session(TOKEN, row) for _ in range(3)] == [TICKET] * 3
    assert row.asked == 1
    left = (ENDS - datetime.now(UTC)) / timedelta(milliseconds=1)
    assert left - 1000 < life() <= left + 1000


def test_after_a_minute_the_row_judges_again(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Row()
    for _ in range(3):
        assert sessions.load_session(TOKEN, row) == TICKET
    assert row.asked == 1
    monkeypatch.setattr(sessions, "JUDGED_SECONDS", 0.05)
    sleep(0.1)
    row.answer = None
    assert sessions.load_session(TOKEN, row) is None
    assert row.asked == 2
    assert sessions.get_session_token(TOKEN) is None


def test_a_minute_is_a_minute() -> None:
    assert sessions.JUDGED_SECONDS == 60


def test_a_good_token_is_one_round_trip() -> None:
    sessions.load_session(TOKEN, Row())
    before = events(sessions._tier)
    sessions.load_session(TOKEN, Row())
    assert events(sessions._tier) - before == {"calls": 1, "hit": 1}


def test_a_token_that_no_row_knows_is_not_kept() -> None:
    row = Row(None)
    assert sessions.load_session(TOKEN, row) is None
    assert sessions.load_session(TOKEN, row) is None
    assert row.asked == 2
    [size] = raw(sessions._tier, lambda key: ("DBSIZE",))
    assert size == 0


def test_who_read_the_row_before_it_was_taken_back_keeps_nothing() -> None:
    began, go = Event(), Event()

    def slow(digest: str) -> JudgedSession:
        began.set()
        go.wait(5)
        return ROW

    reader = Thread(target=sessions.load_session, args=(TOKEN, slow))
    reader.start()
    assert began.wait(5)
    sessions.invalidate_session(TOKEN)
    go.set()
    reader.join()
    assert sessions.get_session_token(TOKEN) is None
    assert sessions.load_session(TOKEN, Row(None)) is None


def test_while_one_asks_the_row_others_do_not_wait() -> None:
    raw(sessions._tier, lambda key: ("SET", lease(key(digest_of(TOKEN))), "other", "PX", 60_000))
    row = Row()
    assert sessions.load_session(TOKEN, row) == TICKET
    assert row.asked == 1
    assert sessions.get_session_token(TOKEN) is None


@pytest.mark.parametrize("text", [b"", b"x", b"9" * 26, b"9" * 26 + b"\xc1", b"9" * 13])
def test_what_cannot_be_read_lets_nobody_in(text: bytes) -> None:
    raw(sessions._tier, lambda key: ("SET", key(digest_of(TOKEN)), text, "PX", 60_000))
    assert sessions.get_session_token(TOKEN) is None
    assert sessions.load_session(TOKEN, Row(None)) is None
    raw(sessions._tier, lambda key: ("SET", key(digest_of(TOKEN)), text, "PX", 60_000))
    assert sessions.load_session(TOKEN, Row()) == TICKET
    assert sessions.load_session(TOKEN, Row(None)) == TICKET


def test_a_key_of_another_kind_lets_nobody_in() -> None:
    raw(sessions._tier, lambda key: ("RPUSH", key(digest_of(TOKEN)), "x"))
    raw(sessions._tier, lambda key: ("EXPIRE", key(digest_of(TOKEN)), 60))
    assert sessions.get_session_token(TOKEN) is None
    assert sessions.load_session(TOKEN, Row()) == TICKET


@pytest.mark.parametrize("token", ["", "x" * 513, "نور", "\ud800", None, 7, b"x"])
def test_what_is_no_token_lets_nobody_in(token: Any) -> None:
    assert sessions.get_session_token(token) is None
    assert sessions.load_session(token, Row()) is None
    assert sessions.invalidate_session(token)
    with pytest.raises(InvalidInput):
        sessions.set_session_token(7, token, 60)


@pytest.mark.parametrize("seconds", [0, -1, 367 * 86_400, float("nan"), "60", None])
def test_what_is_no_life_is_refused(seconds: Any) -> None:
    with pytest.raises(InvalidInput):
        sessions.set_session_token(7, TOKEN, seconds)


def test_away_the_row_speaks_alone(own: Own) -> None:
    sessions.set_session_token(7, TOKEN, 60)
    own.stop()
    assert not sessions.set_session_token(7, TOKEN, 60)
    assert sessions.get_session_token(TOKEN) is None
    assert not sessions.invalidate_session(TOKEN)
    assert sessions.load_session(TOKEN, Row()) == TICKET
    assert sessions.load_session(TOKEN, Row(None)) is None


def test_an_older_memory_lets_nobody_in(own: Own) -> None:
    sessions.load_session(TOKEN, Row())
    raw(sessions._tier, lambda key: ("SAVE",))
    sessions.invalidate_session(TOKEN)
    own.kill()
    own.start()
    assert sessions.load_session(TOKEN, Row(None)) is None
