"""A prepared statement of ours: sent with psycopg.pq, decoded straight into records."""

from collections.abc import Callable
from functools import partial
from itertools import count
from time import perf_counter_ns
from typing import Any, Generic, TypeVar, cast

import psycopg
from django.conf import settings
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg.errors import FeatureNotSupported, InvalidSqlStatementName, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, PipelineStatus, TransactionStatus

from skeletal.db import monitor
from skeletal.db.hot import connected, debugging
from skeletal.db.prepared.compiling import Text
from skeletal.db.prepared.loading import transformer_of
from skeletal.db.prepared.records import Decode

R = TypeVar("R")
Rows = list[tuple[Any, ...]]
Run = Callable[..., Rows]

STALE = (FeatureNotSupported, InvalidSqlStatementName)
"""A type changed under a prepared statement; somebody dropped our statements."""
PLAIN = (None, None, None)
"""A transaction of the server's own isolation, that may write and does not wait."""
ONLY_COUNTED = [monitor.count_statements]
_numbers = count(1)


class Statement(Generic[R]):
    """One shape of a read, ready for every connection of this process.

    `unnamed` sends the text anew each time and so gets a plan for its very values; all
    statements do so where DATABASE_PREPARED is off, as PgBouncer before 1.21 needs it.
    """

    def __init__(
        self, text: Text, decode: Decode[R], *, label: str, unnamed: bool, key: int = 0
    ) -> None:
        connection = cast("Any", connections["default"])
        wires = [param.wire(connection) for param in text.params]
        self.sql, self.label, self.key = text.sql, label, key
        self.unnamed = unnamed or not settings.DATABASE_PREPARED
        self.name = f"daira_{next(_numbers)}".encode()
        self._text, self._decode = text, decode
        self._bytes = text.sql.encode()
        self._oids = [oid for oid, _ in wires]
        self._dumps = [(p.name, dump) for p, (_, dump) in zip(text.params, wires, strict=True)]
        self._formats = [Format.BINARY] * len(wires)
        self._tally = monitor.tally(label)

    def all(self, **values: Any) -> list[R]:
        """Every row as a record, in the statement's order: one round trip.

        Values that the shape does not use are ignored. Raises InvalidInput for a value that does
        not fit its parameter's type, and Django's database errors.
        """
        return self._decode(self.rows(values))

    def first(self, **values: Any) -> R | None:
        """The first row as a record, or None."""
        found = self._decode(self.rows(values)[:1])
        return found[0] if found else None

    def up_to(self, limit: int, **values: Any) -> tuple[list[R], int | None]:
        """At most `limit` records, and the key of the last one where more rows follow."""
        rows = self.rows(values)
        if len(rows) <= limit:
            return self._decode(rows), None
        del rows[limit:]
        return self._decode(rows), rows[-1][self.key]

    def rows(self, values: dict[str, Any]) -> Rows:
        """The rows as tuples."""
        parameters = [dump(values[name]) for name, dump in self._dumps]
        db = connected()
        if db.needs_rollback:
            db.validate_no_broken_transaction()
        if "cursor" in vars(db):  # what SimpleTestCase puts there refuses
            db.cursor()
        if debugging() or db.force_debug_cursor or db.execute_wrappers != ONLY_COUNTED:
            return self._watched(db, parameters)
        return self._timed(db, parameters)

    def _timed(self, db: DatabaseWrapper, parameters: list[Any]) -> Rows:
        started = perf_counter_ns()
        try:
            rows = self._run(db, parameters)
        except BaseException:
            self._tally.fail(perf_counter_ns() - started)
            raise
        self._tally.record(perf_counter_ns() - started)
        return rows

    def _run(self, db: DatabaseWrapper, parameters: list[Any]) -> Rows:
        connection = db.connection
        try:
            return self._send(connection, parameters)
        except STALE:
            with db.wrap_database_errors:
                _doubt(connection)
                if connection.pgconn.transaction_status != TransactionStatus.IDLE:
                    raise
                return self._send(connection, parameters)
        except psycopg.Error:
            with db.wrap_database_errors:
                raise

    def _send(self, connection: Any, parameters: list[Any]) -> Rows:
        pgconn = connection.pgconn
        if not connection.autocommit and pgconn.transaction_status == TransactionStatus.IDLE:
            _begin(connection, pgconn)
        if pgconn.pipeline_status != PipelineStatus.OFF:
            raise psycopg.NotSupportedError("prepared reads do not run in psycopg's pipeline mode")
        if self.unnamed:
            return self._send_unnamed(pgconn, parameters)
        desk = _desk(connection)
        transformer = desk.get(self.name) or self._prepare(desk, pgconn)
        result = pgconn.exec_prepared(self.name, parameters, self._formats, Format.BINARY)
        if result.status != ExecStatus.TUPLES_OK:
            raise _error(pgconn, result)
        transformer.set_pgresult(result, set_loaders=False)
        return cast("Rows", transformer.load_rows(0, result.ntuples, tuple))

    def _send_unnamed(self, pgconn: Any, parameters: list[Any]) -> Rows:
        """One round trip all the same; the server plans anew, for these very values."""
        result = pgconn.exec_params(
            self._bytes, parameters, self._oids, self._formats, Format.BINARY
        )
        if result.status != ExecStatus.TUPLES_OK:
            raise _error(pgconn, result)
        transformer = transformer_of(result, self._text)
        transformer.set_pgresult(result, set_loaders=False)
        return cast("Rows", transformer.load_rows(0, result.ntuples, tuple))

    def _prepare(self, desk: dict[bytes, Any], pgconn: Any) -> Any:
        """Prepare on this connection and keep the loaders of its columns."""
        if self.name in desk:
            pgconn.close_prepared(self.name)
        desk[self.name] = None
        for answer in (
            pgconn.prepare(self.name, self._bytes, self._oids),
            described := pgconn.describe_prepared(self.name),
        ):
            if answer.status != ExecStatus.COMMAND_OK:
                raise _error(pgconn, answer)
        desk[self.name] = transformer_of(described, self._text)
        return desk[self.name]

    def _watched(self, db: DatabaseWrapper, parameters: list[Any]) -> Rows:
        """The same, seen by `execute_wrappers` and by Django's log of queries."""

        def execute(sql: str, params: Any, many: bool, context: Any) -> Rows:
            return self._timed(db, parameters)

        run: Run = execute
        for wrapper in reversed(db.execute_wrappers):
            if wrapper is not monitor.count_statements:
                run = partial(wrapper, run)
        started = perf_counter_ns()
        try:
            return run(self.sql, parameters, False, {"connection": db, "cursor": None})
        finally:
            if db.queries_logged:
                seconds = (perf_counter_ns() - started) / 1e9
                db.queries_log.append({"sql": self.sql, "time": f"{seconds:.3f}"})


def _desk(connection: Any) -> dict[bytes, Any]:
    """What stands prepared on a connection: statement name → loaders; lives and dies with it.

    None is a statement that perhaps stands: it is closed before it is prepared.
    """
    try:
        return cast("dict[bytes, Any]", connection.daira_desk)
    except AttributeError:
        desk: dict[bytes, Any] = {}
        connection.daira_desk = desk
        return desk


def _begin(connection: Any, pgconn: Any) -> None:
    """BEGIN, as psycopg would send it before a statement of its own: one round trip."""
    if (connection.isolation_level, connection.read_only, connection.deferrable) != PLAIN:
        connection.execute("")  # psycopg sends a BEGIN that says so before it
        return
    result = pgconn.exec_(b"BEGIN")
    if result.status != ExecStatus.COMMAND_OK:
        raise _error(pgconn, result)


def _doubt(connection: Any) -> None:
    """What befell one statement befell others: let each be prepared anew."""
    desk = _desk(connection)
    desk.update(dict.fromkeys(desk))


def _error(pgconn: Any, result: Any) -> psycopg.Error:
    if pgconn.status != ConnStatus.OK:
        return psycopg.OperationalError(result.get_error_message())
    return error_from_result(result)
