"""The two roles and the database of a fresh cluster, said again until they stand."""

import hashlib
import subprocess

from daira.embedded import processes, programs
from daira.embedded.places import write_private
from daira.embedded.postgres import Postgres
from daira.embedded.words import EmbeddedError, in_words

DATABASE = "daira"
OWNER = "daira_owner"
APPLICATION = "daira_app"

_SQL = r"""
SELECT pg_advisory_lock(hashtext('daira set-up'));
SET client_min_messages = warning;
SELECT format('CREATE ROLE %I', name) FROM (VALUES ('daira_owner'), ('daira_app')) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE daira_owner LOGIN CREATEDB NOCREATEROLE NOSUPERUSER;
ALTER ROLE daira_app LOGIN NOCREATEDB NOCREATEROLE NOSUPERUSER;
GRANT pg_monitor, pg_signal_backend TO daira_owner;
SELECT 'CREATE DATABASE daira OWNER daira_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'daira') \gexec
ALTER DATABASE daira OWNER TO daira_owner;
ALTER DATABASE daira SET "pgtrigger.ignore" = '{}';
\connect daira
SELECT pg_advisory_lock(hashtext('daira set-up'));
SET client_min_messages = warning;
ALTER SCHEMA public OWNER TO daira_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO daira_app;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
"""
_DIGEST = hashlib.sha256(_SQL.encode()).hexdigest()


def prepared(server: Postgres) -> bool:
    """Tell whether this very set-up was carried out to its end in the cluster."""
    mark = server.data / "daira.prepared"
    return mark.exists() and mark.read_text(encoding="ascii") == _DIGEST


def prepare(server: Postgres) -> None:
    """Make roles, database, extensions and rights where they are missing; needs a running server.

    A kill half-way leaves no mark, and the next call says all of it again, after the psql that
    the kill may have orphaned: the advisory locks hold it off.
    """
    if prepared(server):
        return
    with in_words(f"prepare the database in {server.folder}"):
        _run(server, _SQL)
        write_private(server.data / "daira.prepared", _DIGEST)


def _run(server: Postgres, sql: str) -> None:
    done = subprocess.run(
        [str(programs.binaries() / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", server.url()],
        input=sql,
        env=processes.clean_environment(),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        reason = (done.stderr.strip() or f"psql ended with {done.returncode}").splitlines()[0]
        raise EmbeddedError(f"Cannot prepare the database in {server.folder}: {reason}.")
