"""Windows of circle feeds: what might stand on a reader's first pages, never what does.

A window is one list of post ids, newest first, whose last element is its header. It claims to hold
every candidate of its reader down to its lowest id, or to the beginning where it is complete,
apart from those that PostgreSQL still remembers as pending. Whoever reads judges by one statement;
a wrong window costs time, never a post.

`mark` is a key of its own: a lineage, which every header repeats, and a number that PostgreSQL
knows too. A server that lost or brought back its memory has another mark, and no window of it is
believed. Ids are compared as texts, by length first: Lua's numbers are doubles.
"""

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import pairwise
from typing import Any, Final

from skeletal.cache.resting import Rests
from skeletal.cache.server import Away, Command, Refused
from skeletal.cache.tier import KeyOf, Tier
from skeletal.cache.windows import BEGIN, FILL, MARK, PUSH, READ
from skeletal.errors import InvalidInput
from skeletal.records.caches import Header, Marked, Pushed, Survey, Window

KEPT, LONGEST = 1000, 1050
"""Ids that a window is cut to, and how many make it be cut."""
BUILDING_SECONDS: Final = 30
"""How long a window may be in the making."""
MARK_SECONDS: Final = 7 * 86_400
BUCKET = 0
"""All windows and the mark lie in one slot of a cluster: a function touches only one."""

NOBODYS = -1
"""A version that no reader has."""
RESTING = Window(status="resting")
RESTS, REFUSED = Rests(), Rests()
"""Readers whose window is not asked for, and None for all of them; and whose was of no use."""

_tier = Tier("feeds", "feed", bytes, lasting=True)


def begin(user_id: int, token: str, judged: str = "") -> bool:
    """Put an empty window in the making, before the rows are read that shall fill it.

    Refused while another is in the making, or where one stands that is not `judged`, the token of
    the one that was found wrong; and where there is no mark. It takes what is pushed meanwhile.
    """
    life = BUILDING_SECONDS * 1000
    return _done(user_id, lambda window, mark: BEGIN.call([window, mark], token, judged, life))


def fill(user_id: int, token: str, version: int, ids: Sequence[int], *, complete: bool) -> bool:
    """Fill a window with ids, newest first, if it is still the one of this token.

    `version` and ids come from one snapshot; `complete` says that there are none below the last,
    as it must where there are none. Raises InvalidInput.
    """
    _require_window(ids, complete)
    cut, life = "c" if complete else "p", _tier.seconds * 1000
    done = _done(
        user_id, lambda window, _: FILL.call([window], token, version, cut, KEPT, life, *ids)
    )
    _tier.count("write", int(done))
    return done


def push(post_id: int, readers: Sequence[int]) -> Pushed:
    """Put a post into the windows that stand, of at most 1,000 readers; a repeat is harmless.

    One call. Tells by which run of the server it was done. Raises Away and Refused: then it may be
    done or not, and is to be done again.
    """

    def build(key: KeyOf, _: str) -> list[Command]:
        start = key(BUCKET)
        return [PUSH.call([f"{start}:{one}" for one in readers], post_id, KEPT, LONGEST)]

    [windows], run = _tier.send_in_run(build)
    _tier.count("write", windows)
    return Pushed(run_id=run, windows=windows)


def read(user_id: int, cursor: int | None = None, limit: int = 30, hint: int = 0) -> Window:
    """Return up to `limit` ids below `cursor`, with the header and the mark: one call.

    `hint` is the place where the last page ended. Where Redis is away the window is "away". One
    that is absent is `wanted` if it was read within the last hour already, one that cannot be read
    is so at once. A window that is ready is a hit.
    """
    if limit and (user_id in RESTS or None in RESTS):
        return RESTING
    life = _tier.seconds * 1000
    try:
        [answer] = _send(
            user_id,
            lambda window, mark: READ.call(
                [window, mark, _asked(window)], "" if cursor is None else cursor, limit, hint, life
            ),
        )
    except (Away, Refused):
        return Window(status="away")
    parts: list[Any] = [
        one.decode(errors="replace") if isinstance(one, bytes) else one for one in answer
    ]
    try:
        window = _window_of(*parts)
    except ValueError:
        _tier.count("corrupt")
        window = Window(status="foreign", mark=parts[1], wanted=True)
    _tier.count("hit" if window.status == "ready" else "miss")
    return window


def _window_of(status: str, *rest: Any) -> Window:
    """What the answer of READ says; raises ValueError for what is no window of ours."""
    if not rest:
        return Window(status=status)
    if status == "absent":
        return Window(status=status, mark=rest[0], wanted=bool(rest[1]))
    header = _header(rest[1])
    if status != "ready":
        return Window(status=status, mark=rest[0], header=header, wanted=status == "foreign")
    place, ended, ids = rest[2:]
    return Window(
        status=status,
        mark=rest[0],
        header=header,
        place=place + len(ids),
        ended=bool(ended),
        ids=[int(one) for one in ids],
    )


def mark(lineage: str, number: int, run_id: str, *, step: int = 1) -> Marked:
    """Set the next number of the mark, where it is as PostgreSQL remembers it: one call.

    Given are the lineage and number remembered, and the run that they were set in. Where the
    server has others, or is another, a new lineage begins and all windows are void. One step ahead
    is as remembered (a marker died between its two writes) and goes one further: whoever read the
    mark that it left knows nothing of what came after. `step` 0 sets no new number. Raises Away and
    Refused.
    """
    fresh, life = secrets.token_hex(6), MARK_SECONDS * 1000

    def build(key: KeyOf, run: str) -> list[Command]:
        same = int(bool(lineage) and run == run_id)
        return [MARK.call([_mark(key)], lineage, number, step, fresh, same, life)]

    [value], run = _tier.send_in_run(build)
    lineage_now, _, number_now = value.decode().partition(":")
    return Marked(lineage=lineage_now, number=int(number_now), run_id=run)


def set_circle_feed(
    user_id: int, post_ids: Sequence[int], version: int = NOBODYS, *, complete: bool = False
) -> bool:
    """Put a window of posts, newest first, in place of the one that stands.

    Whether Redis took it. A feed is read by it if `version` is the reader's `following_version`:
    then it must be what `rebuild` would make, and `complete` says that there is no post below the
    last. Without one it is there for `get_circle_feed` alone. Raises InvalidInput.
    """
    ids = post_ids[:KEPT]
    complete = complete and len(ids) == len(post_ids)
    if not ids and not complete:
        return invalidate_feed(user_id)
    _require_window(ids, complete)
    token, window = secrets.token_hex(8), read(user_id, limit=0)
    if window.status == "unmarked":
        with suppress(Away, Refused):  # `begin` says so
            mark("", 0, "")
    judged = window.header.token if window.header else ""
    return begin(user_id, token, judged) and fill(user_id, token, version, ids, complete=complete)


def get_circle_feed(user_id: int, offset: int = 0, limit: int = 20) -> list[int]:
    """Return ids of a window from a place on, as they stand there: nobody judged them.

    Raises InvalidInput for a place or a number below zero.
    """
    if offset < 0 or limit < 0:
        raise InvalidInput("offset and limit are not below zero", field="offset")
    if limit == 0:
        return []
    try:
        [found] = _send(user_id, lambda window, _: ("LRANGE", window, offset, offset + limit - 1))
    except (Away, Refused):
        return []
    return [int(one) for one in found if not one.startswith(b"h")]


def invalidate_feed(user_id: int) -> bool:
    """Take a window away; whether Redis heard it. It saves memory: a wrong one does no harm."""
    try:
        _send(user_id, lambda window, _: ("DEL", window))
    except (Away, Refused):
        return False
    _tier.count("delete")
    return True


def survey(*, clear: bool = False) -> Survey:
    """Walk over all keys of the tier: windows, keys without an end, and the mark.

    `clear` deletes keys without an end: nothing of this tier is made so. One call for each
    thousand keys of the server, and one for the end of each that is ours. Raises Away and Refused.
    """
    windows, endless, cursor = 0, list[bytes](), b"0"
    while True:
        cursor, keys = _scanned(cursor)
        lives = _tier.send(partial(_lives, keys))
        endless += [one for one, life in zip(keys, lives, strict=True) if life == -1]
        windows += sum(one.rpartition(b":")[2].isdigit() for one in keys)
        if cursor == b"0":
            break
    if clear and endless:
        _tier.send(lambda key: [("DEL", *endless)])
    [found] = _tier.send(lambda key: [("GET", _mark(key))])
    return Survey(windows=windows, endless=len(endless), mark=(found or b"").decode())


def _scanned(cursor: bytes) -> tuple[bytes, list[bytes]]:
    """Where the walk over all keys goes on, and those of ours that it met."""
    [[after, keys]] = _tier.send(
        lambda key: [("SCAN", cursor, "MATCH", f"{key(BUCKET)}:*", "COUNT", 1000)]
    )
    return after, keys


def _lives(keys: list[bytes], _: KeyOf) -> list[Command]:
    return [("PTTL", one) for one in keys]


def _require_window(ids: Sequence[int], complete: bool) -> None:
    if any(type(one) is not int or one <= 0 for one in ids) or any(
        one <= other for one, other in pairwise(ids)
    ):
        raise InvalidInput("a window takes ids above 0, newest first, each once", field="ids")
    if not ids and not complete:
        raise InvalidInput("a window without ids is complete", field="ids")


def _send(user_id: int, command: Callable[[str, str], Command]) -> list[Any]:
    return _tier.send(lambda key: [command(_window(key, user_id), _mark(key))])


def _done(user_id: int, command: Callable[[str, str], Command]) -> bool:
    """Whether the command did what it should; not where Redis is away."""
    try:
        [done] = _send(user_id, command)
    except (Away, Refused):
        return False
    return bool(done)


def _window(key: KeyOf, user_id: int) -> str:
    return f"{key(BUCKET)}:{user_id}"


def _asked(window: str) -> str:
    """Stands for an hour after a window that is absent was read."""
    return f"{window}:asked"


def _mark(key: KeyOf) -> str:
    return f"{key(BUCKET)}:mark"


def _header(text: str) -> Header:
    _, state, cut, token, lineage, version = text.split("|")
    return Header(
        ready=state == "r",
        complete=cut == "c",
        token=token,
        lineage=lineage,
        version=int(version),
    )
