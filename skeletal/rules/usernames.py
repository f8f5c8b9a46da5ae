"""What a username may be: one normal form, one script, no look-alike of a reserved name."""

import re

from precis_i18n import get_profile

from skeletal.errors import InvalidInput
from skeletal.rules import limits, tables
from skeletal.rules.folding import fold

SHORTEST, LONGEST = limits.USERNAME

LATIN = "a-z"
ARABIC = (
    "\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u0673\u0679-\u06d3\u06d5\u06ee\u06ef"
    "\u06fa-\u06fc\u06ff"
)
"""The letters of each script that a name may be written in, as a class of `re`."""

PROFILE = get_profile("UsernameCaseMapped")
SHAPE = re.compile(f"[{LATIN}0-9_]+|[{ARABIC}0-9_]+")
DIGITS = {first + digit: str(digit) for first in (0x0660, 0x06F0) for digit in range(10)}
RESERVED = frozenset(tables.lines("reserved.txt"))
LOOKS = tables.characters("confusables.txt")


def username(value: object, *, field: str = "username", reserved: bool = False) -> str:
    """Return the normal form of a username, which is stored and compared.

    White space around it goes; then PRECIS UsernameCaseMapped (RFC 8265: width, lower case, NFC,
    the rule for right-to-left names) and ASCII digits. It holds 3 to 30 letters, digits and
    underscores, its letters all of a to z or all Arabic without marks, at least one of them a
    letter. Raises InvalidInput, also for a reserved name and one that looks like it; `reserved`
    lets those pass, for accounts that the operator makes.
    """
    name = _normal(value, field)
    if not SHORTEST <= len(name) <= LONGEST:
        raise InvalidInput(f"a username has {SHORTEST} to {LONGEST} characters", field=field)
    if not SHAPE.fullmatch(name) or not name.strip("0123456789_"):
        raise InvalidInput(
            "a username holds letters (all of a to z, or all Arabic), digits and underscores, "
            "at least one of them a letter",
            field=field,
        )
    if not reserved:
        _refuse_reserved(name, field)
    return name


def skeleton(text: str) -> str:
    """Return what `text` looks like: equal for names that may be mistaken for each other.

    That is its folded form, each character replaced by Unicode's prototype of its look-alikes
    (1 and l, 0 and o, rn and m, Cyrillic а and a). To compare, never to show or to feed again.
    Of a username it has at most 60 characters.
    """
    return fold(text).translate(LOOKS)


LOOK_RESERVED = {skeleton(name): name for name in RESERVED if not name.isdecimal()}
"""A number is no username, so nothing can pass for it: "lol" is not taken for 101."""


def _normal(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise InvalidInput("a username is a text", field=field)
    name = value.strip()
    if not name or len(name) > 2 * LONGEST:
        raise InvalidInput(f"a username has {SHORTEST} to {LONGEST} characters", field=field)
    try:
        normal: str = PROFILE.enforce(name.translate(DIGITS))
    except UnicodeEncodeError as error:
        raise InvalidInput(_refusal(error.reason), field=field) from None
    return normal


def _refusal(reason: str) -> str:
    if "bidi" in reason:
        return "an Arabic username begins with a letter and ends with a letter or a digit"
    return "a username cannot hold one of these characters"


def _refuse_reserved(name: str, field: str) -> None:
    if name in RESERVED:
        raise InvalidInput(f"the username {name} is reserved", field=field)
    taken = LOOK_RESERVED.get(skeleton(name))
    if taken is not None:
        raise InvalidInput(f"the username looks like {taken}, which is reserved", field=field)
