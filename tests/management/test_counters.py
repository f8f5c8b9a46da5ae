"""`manage.py counters` names what is wrong, mends it, folds, and tells what the log holds."""

import io
import json
import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from skeletal import models as m
from skeletal.actions.counters import sweep
from skeletal.queries.drift import counters
from tests import factories as f
from tests.management.commands import manage


def run(*arguments: str, code: int = 0) -> str:
    """What `manage.py counters` says on the database of this test."""
    said, ended = io.StringIO(), 0
    try:
        call_command("counters", *arguments, stdout=said)
    except CommandError as error:
        said.write(str(error))
        ended = error.returncode
    except SystemExit as end:
        ended = int(end.code or 0)
    assert ended == code
    return said.getvalue()


def run_json(*arguments: str, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code))


@pytest.fixture
def wrong(committed_db: None) -> m.Post:
    """A post with one like whose counter says three, all folded."""
    post = f.make_post()
    f.make_like(target=post)
    m.CounterDelta.objects.create(
        object_type="post", object_id=post.pk, counter="likes_count", delta=2
    )
    sweep()
    return post


def test_what_is_wrong_is_named_mended_and_folded(wrong: m.Post) -> None:
    told = run("verify", code=1)
    assert f"post {wrong.pk}: likes_count is 3, its sources say 1" in told
    assert "1 wrong; mend them by `manage.py counters repair`" in told
    assert f"post {wrong.pk}: likes_count was 3, its sources say 1" in run("repair")
    status = run("status")
    assert re.search(r"^1 differences open, the oldest for \d+\.\d s$", status, re.M)
    assert "post likes_count: 1 open, sum -2" in status
    assert f"{len(counters())} counters compared, 0 wrong" in run("verify")
    assert run("fold") == "1 differences folded\n"
    assert m.Post.objects.get(pk=wrong.pk).likes_count == 1


def test_the_same_as_json(wrong: m.Post) -> None:
    drift = {
        "object_type": "post",
        "object_id": wrong.pk,
        "counter": "likes_count",
        "kept": 3,
        "counted": 1,
    }
    compared = {"counters": len(counters())}
    assert run_json("verify", code=1) == compared | {"wrong": [drift]}
    assert run_json("repair") == compared | {"repaired": [drift]}
    backlog = run_json("status")
    assert backlog.pop("oldest_seconds") > 0
    one = {"object_type": "post", "counter": "likes_count", "open": 1, "sum": -2}
    assert backlog == {"open": 1, "counters": [one]}
    assert run_json("sweep") == {"folded": 1}
    assert run_json("verify") == compared | {"wrong": []}
    assert run_json("status") == {"open": 0, "oldest_seconds": 0.0, "counters": []}


def test_without_a_schema_it_is_one_sentence(empty_database: str) -> None:
    done = manage(empty_database, "counters", "verify")
    assert done.returncode == 1
    assert "run `manage.py init`" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
