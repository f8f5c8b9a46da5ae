"""PostgreSQL folds, parts words and misspells names as the rules do, on whatever it can store."""

import gzip
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from skeletal.db import folding
from skeletal.rules.folding import fold
from skeletal.rules.searching import LONGEST_WORD, misspelt, words
from tests.db.walking import EXAMPLES

STEP = 2048
STORED = [code for code in range(1, 0x110000) if not 0xD800 <= code < 0xE000]
"""Every code point but NUL and the halves of surrogate pairs."""
ASKED = """
SELECT daira_fold(one), tsvector_to_array(daira_words(daira_fold(one)))
FROM unnest(%s::text[]) WITH ORDINALITY AS each (one, place) ORDER BY place
"""


def agree(texts: list[str]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(ASKED, [texts])
        found = cursor.fetchall()
    return bool(found == [(fold(text), in_order(words(text))) for text in texts])


def in_order(found: list[str]) -> list[str]:
    """Each once, in the order of a tsvector: by bytes."""
    return sorted(set(found), key=str.encode)


def stretches(form: str) -> Iterator[str]:
    for start in range(0, len(STORED), STEP):
        yield "".join(form.format(chr(code)) for code in STORED[start : start + STEP])


def test_every_code_point_folds_as_in_python(db: None) -> None:
    assert agree(list(stretches("{}")))


def test_every_code_point_parts_words_as_in_python(db: None) -> None:
    assert agree(list(stretches("a{}b ")))


@EXAMPLES
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_has_the_same_words(db: None, text: str) -> None:
    assert agree([text, text + "é", text * 40])


def test_a_long_word_is_cut_alike(db: None) -> None:
    for letter in ("x", "é", "م", "ﷺ", "𐐷"):
        for length in (LONGEST_WORD - 1, LONGEST_WORD, LONGEST_WORD + 1, 5000):
            assert agree([letter * length, f"{letter * length} {letter}"])


def test_naughty_strings_and_real_posts_have_the_same_words(db: None, data: Path) -> None:
    naughty = json.loads((data / "naughty-strings" / "blns.json").read_text("utf-8"))
    assert agree([text for text in naughty if "\0" not in text])
    posts = [line for path in sorted((data / "posts").glob("*.gz")) for line in lines(path)]
    assert len(posts) > 10_000
    assert agree(posts)


def lines(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [line.replace("\0", "") for line in file]


@EXAMPLES
@given(name=st.text(st.sampled_from("abcالمد ى_é1-"), max_size=60))
def test_a_name_is_near_what_misspells_it_alike(db: None, name: str) -> None:
    wanted = misspelt(fold(name))
    held = {form.strip("()'") for part in wanted.split(" & ") for form in part.split(" | ")}
    held = {form.strip("()'") for form in held} - {""}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(daira_near(daira_fold(%s)))", [name])
        (found,) = cursor.fetchone() or ([],)
    assert set(found) == held


def test_nothing_depends_on_a_locale_or_a_search_path(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT daira_fold(NULL), daira_words(''), daira_near('')")
        assert cursor.fetchone() == (None, "", "")
        cursor.execute("SELECT current_schema()")
        (schema,) = cursor.fetchone() or ("",)
        cursor.execute("SET LOCAL search_path = pg_catalog, pg_temp")
        cursor.execute(f"SELECT {schema}.daira_words({schema}.daira_fold('Éa مُ'))::text")
        assert cursor.fetchone() == ("'ea' 'م'",)


def test_the_newest_migration_built_its_indexes_by_these_functions() -> None:
    """Where this fails a table was changed: write a migration, as `skeletal/db/folding.py` says."""
    assert folding.digest() == import_module("skeletal.migrations.0019_search").FOLDING
