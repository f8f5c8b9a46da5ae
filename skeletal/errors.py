"""What can go wrong, by name and stable code: every floor raises these, the api shows them."""


class DairaError(Exception):
    """An expected failure. `code` is stable for callers; `status` is its HTTP status."""

    code = "error"
    status = 500

    def __init__(self, message: str, **context: object) -> None:
        super().__init__(message)
        self.message = message
        self.context = context


class NotFound(DairaError):
    """No such row, or none that this viewer may see: the two are never told apart."""

    code = "not_found"
    status = 404


class InvalidInput(DairaError):
    """The caller's value breaks a rule; nothing was written."""

    code = "invalid_input"
    status = 400


class Unauthenticated(DairaError):
    """The token lets nobody in: unknown, ended, taken back, or of an account that is not active."""

    code = "unauthenticated"
    status = 401


class Forbidden(DairaError):
    """The one who acts may not: the account is suspended, or the thing is not theirs."""

    code = "forbidden"
    status = 403


class Conflict(DairaError):
    """It stands against something that is there: a name that is taken, a key used for another."""

    code = "conflict"
    status = 409


class KeyReused(Conflict):
    """The key of a write that may be sent again stands for another one."""

    code = "key_reused"


class InvalidCursor(InvalidInput):
    """The page token is damaged, forged, of another list or of another order."""

    code = "invalid_cursor"


class Unavailable(DairaError):
    """A server we depend on cannot answer now; the same call may succeed later."""

    code = "unavailable"
    status = 503
    retry_after = 1


class PoolExhausted(Unavailable):
    """All database connections are taken and the wait for one ran out."""

    code = "pool_exhausted"


class SerializationConflict(Unavailable):
    """Other transactions kept coming in between; nothing was written, the call may be repeated."""

    code = "conflict_retry"


class UnknownOutcome(DairaError):
    """The connection was lost while committing: the work stands or does not, nobody can say.

    Look before repeating. It is not a 503, which would invite to try again.
    """

    code = "unknown_outcome"


class RepeatedQuery(DairaError):
    """One request sent the same statement again and again: a loop where one read would do."""

    code = "repeated_query"


class SetupError(DairaError):
    """The installation is not as it must be: one sentence says what and what to do."""

    code = "setup"


class SchemaDrift(SetupError):
    """The database differs from what the models say; `differences` names each place."""

    code = "schema_drift"

    def __init__(self, differences: list[str]) -> None:
        super().__init__(f"schema differs from the models in {len(differences)} places")
        self.differences = differences
