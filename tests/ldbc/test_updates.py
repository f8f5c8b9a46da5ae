"""The update stream as a file: what is read of it, and how a broken one is told."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from skeletal.errors import InvalidInput
from skeletal.management.seeding.ldbc.files import Link
from skeletal.management.seeding.ldbc.updates import Befriended, Beyond, Liked, read_updates

Write = Callable[[str, str], Path]
LIKE = "1290687902110|0|3|21|39|1290687902110"
FRIENDS = "1290687902109|0|8|21|22|1290687902109"


@pytest.fixture
def stream(tmp_path: Path) -> Write:
    """Write the two files of a stream."""

    def write(people: str, forum: str) -> Path:
        folder = tmp_path / "update_streams"
        folder.mkdir()
        (folder / "updateStream_0_0_person.csv").write_text(people, encoding="utf-8")
        (folder / "updateStream_0_0_forum.csv").write_text(forum, encoding="utf-8")
        return tmp_path

    return write


def test_both_files_are_one_stream_in_order_of_time(stream: Write) -> None:
    forum = "1290687902108|0|5|1|2|1290687902108\n"
    updates = read_updates(stream(f"{LIKE}\n", f"{FRIENDS}\n{forum}"))
    assert [type(update.what) for update in updates] == [Beyond, Befriended, Liked]
    like = updates[-1]
    assert like.at == datetime(2010, 11, 25, 12, 25, 2, 110_000, UTC)
    assert like.what == Liked("comment", Link(21, 39, like.moment))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "forum.csv, line 2: is no write of LDBC's update stream"),
        ("1290687902110|0|9|1", "line 2: is no write of LDBC's update stream"),
        ("1290687902110|0|3|21|39", "line 2: 2 fields instead of 3 for the operation 3"),
        (LIKE.replace("|39|", "|x|"), 'line 2: "x" is not a whole number'),
        (LIKE.replace("1290687902110|0", "17|0"), "line 2: the time lies outside 2010 to 2079"),
    ],
)
def test_a_broken_line_is_named(stream: Write, line: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        read_updates(stream("", f"{FRIENDS}\n{line}\n"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"updateStream_0_0_person\.csv\.gz is missing"):
        read_updates(tmp_path)


@pytest.mark.usefixtures("committed_db")
def test_a_stream_needs_its_network(data: Path) -> None:
    with pytest.raises(CommandError, match=r"run manage\.py seed --ldbc first"):
        call_command("seed", "--ldbc-updates", str(data / "ldbc-tiny"), verbosity=0)
