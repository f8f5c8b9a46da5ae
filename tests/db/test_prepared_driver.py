"""The parts of psycopg that prepared reads use and its documentation does not name."""

import tomllib

import psycopg
import pytest
from django.db import connection
from psycopg.adapt import Transformer
from psycopg.pq import Format

from tests import servers

ADVICE = (
    "psycopg {} changed a part that it does not document and skeletal.db.prepared uses:"
    " mend skeletal/db/prepared/loading.py and statements.py before psycopg is unpinned"
)


@pytest.mark.django_db
def test_rows_are_loaded_by_types_that_are_told_once() -> None:
    connection.ensure_connection()
    pgconn = connection.connection.pgconn
    advice = ADVICE.format(psycopg.__version__)
    try:
        transformer = Transformer(psycopg.adapters)
        transformer.set_loader_types([20, 25], Format.BINARY)
        answers = []
        for number in (1, 2):
            sql = b"SELECT %d::bigint, 'a' UNION ALL SELECT NULL, 'b'" % number
            result = pgconn.exec_params(sql, None, result_format=Format.BINARY)
            transformer.set_pgresult(result, set_loaders=False)
            answers.append(transformer.load_rows(0, result.ntuples, tuple))
        pgconn.close_prepared(b"stands nowhere")
    except (AttributeError, TypeError, psycopg.Error) as error:
        pytest.fail(f"{advice}: {error!r}")
    assert answers == [[(1, "a"), (None, "b")], [(2, "a"), (None, "b")]], advice


def test_psycopg_is_pinned_below_its_next_version() -> None:
    project = tomllib.loads((servers.ROOT / "pyproject.toml").read_text())["project"]
    (wanted,) = (each for each in project["dependencies"] if each.startswith("psycopg["))
    assert wanted.endswith(",<3.4"), ADVICE.format("3.4")
    assert "binary" in wanted
