"""The privacy classes from which erasure and export of a person are planned."""

from enum import StrEnum


class Privacy(StrEnum):
    """What a column means to the person behind the row."""

    IDENTITY = "identity"
    """Names or reaches a person: exported to them, blanked by erasure."""
    CONTENT = "content"
    """Made by a person: exported to them, removed by erasure."""
    RELATION = "relation"
    """Points at a person: exported to both ends' owner, removed with the person."""
    SECRET = "secret"  # noqa: S105 - the name of a class, not a password
    """A credential or its digest: never exported, never shown, deleted by erasure."""
    MONEY = "money"
    """Kept by law after erasure, without a name: exported to the person."""
    RECORD = "record"
    """Kept for safety and audit: ids and codes only, outlives the person."""
    SYSTEM = "system"
    """Says nothing of a person by itself: keys, times, states, counters."""
