"""Published data with known answers: LDBC's network and three graphs."""

import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from skeletal.errors import InvalidInput
from skeletal.management.seeding import Report, load, sources
from skeletal.management.seeding.ldbc import message_ids, person_ids
from skeletal.models import Comment, Post, User
from skeletal.queries.platform import get_statistics

pytestmark = pytest.mark.usefixtures("committed_db")


def seed(**options: str) -> Report:
    call_command("loaddata", "roles", verbosity=0)
    return load(sources.choose(**options))  # type: ignore[arg-type]


def test_ldbc_s_network_raises_the_users_by_its_222_people(data: Path) -> None:
    before = get_statistics()
    report = seed(ldbc=str(data / "ldbc-tiny"))
    after = get_statistics()
    assert after.users - before.users == 222
    assert after.follows - before.follows == 2 * 825
    assert after.posts - before.posts == 5924
    assert (report.rows["comments"], report.rows["likes"]) == (2218, 1383)
    assert report.refused["forum (out of scope)"] == 805
    assert report.refused["forum membership (out of scope)"] == 3584


def test_ids_can_be_told_from_the_files_alone(data: Path) -> None:
    folder = data / "ldbc-tiny"
    seed(ldbc=str(folder))
    people = person_ids(folder)
    assert {f"ldbc_{theirs}": ours for theirs, ours in people.items()} == dict(
        User.objects.values_list("username", "id")
    )
    messages = message_ids(folder)
    assert {ours for kind, ours in messages.values() if kind == "post"} == set(
        Post.objects.values_list("id", flat=True)
    )
    assert {ours for kind, ours in messages.values() if kind == "comment"} == set(
        Comment.objects.values_list("id", flat=True)
    )


def test_facebook_s_friendships_are_follows_both_ways(data: Path) -> None:
    report = seed(graph=str(data / "graph/ego-facebook-undirected.csv.xz"))
    assert report.rows["follows"] == get_statistics().follows == 176_468
    assert report.rows["users"] == 4039
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM follows f WHERE NOT EXISTS (SELECT FROM follows"
            " WHERE follower_id = f.followee_id AND followee_id = f.follower_id)"
        )
        assert cursor.fetchone() == (0,)


def test_distrust_is_a_block_and_no_follow_crosses_one(data: Path) -> None:
    report = seed(graph=str(data / "graph/bitcoin-otc-trust.csv.xz"))
    refused = report.refused["follow across a block"]
    assert report.rows["blocks"] == 3563
    assert report.rows["follows"] + refused == 32_029
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(created_at)::date::text, max(created_at)::date::text FROM blocks"
        )
        first, last = cursor.fetchone()
    assert "2010-11-08" <= first < last <= "2016-01-25"


@pytest.mark.slow
def test_slashdot_s_follows_stand_and_its_self_loops_are_named(data: Path) -> None:
    report = seed(graph=str(data / "graph/slashdot0902-directed.csv.xz"))
    assert report.rows["follows"] == get_statistics().follows == 870_161
    assert dict(report.refused) == {"self-follow": 78_303}


Write = Callable[[str], Path]


@pytest.fixture
def graph(tmp_path: Path) -> Write:
    """Write a graph file."""

    def write(text: str) -> Path:
        path = tmp_path / "made.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_refusals_are_counted_by_reason(graph: Write) -> None:
    report = seed(graph=str(graph("source,target\n1,2\n1,2\n2,2\n2,1\n")))
    assert report.rows["follows"] == 2
    assert dict(report.refused) == {"duplicate follow": 1, "self-follow": 1}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("from,to\n1,2\n", "made.csv, line 1: the header is"),
        ("source,target\n1,2\n1\n", "made.csv, line 3: 1 columns instead of 2"),
        ("source,target\n1,two\n", 'made.csv, line 2: "two" is not a whole number'),
        ("source,target\n-1,2\n", 'made.csv, line 2: "-1" is not a whole number'),
        ("source,target\n1,99999999999999999999\n", "is not a whole number of at most 18 digits"),
        ("source,target,rating,epoch_seconds\n1,2,3,nan\n", "is not a time"),
        ("source,target,rating,epoch_seconds\n1,2,3,5\n", "outside 2010 to 2079"),
    ],
)
def test_a_broken_row_is_named_and_nothing_is_kept(graph: Write, text: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        seed(graph=str(graph(text)))
    assert User.objects.count() == 0


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv.xz"
    path.write_bytes(lzma.compress(b"source,target\n" + b"1,2\n" * 5000)[:-40])
    with pytest.raises(InvalidInput, match="is damaged"):
        seed(graph=str(path))


def test_an_ldbc_folder_that_lacks_a_file_is_named(data: Path, tmp_path: Path) -> None:
    for folder in ("dynamic", "static"):
        (tmp_path / folder).mkdir()
        for path in (data / "ldbc-tiny" / folder).iterdir():
            if "person_likes_post" not in path.name:
                (tmp_path / folder / path.name).symlink_to(path)
    with pytest.raises(InvalidInput, match=r"person_likes_post_0_0\.csv\.gz is missing"):
        seed(ldbc=str(tmp_path))
