"""The rules of text as functions of PostgreSQL, written from the same tables as Python's.

A change of a table changes what indexes hold: it takes a migration that replaces the functions
and rebuilds each index that calls them. A test compares the `digest()` that the newest such
migration names with today's, and the functions with the rules on every code point.
"""

import hashlib
import json
from itertools import groupby

from skeletal.rules import searching
from skeletal.rules.folding import TABLE

ASCII = 128

FOLD = """
CREATE OR REPLACE FUNCTION daira_fold(original text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500 AS $folding$
DECLARE
    folded text := lower(original COLLATE "C");
    folding text;
    one text;
BEGIN
    IF octet_length(folded) <> char_length(folded) THEN
        folding := regexp_replace(folded, '[^{folding}]+', '', 'g');
        WHILE folding <> '' LOOP
            one := left(folding, 1);
            folded := replace(folded, one, {table}::jsonb ->> one);
            folding := replace(folding, one, '');
        END LOOP;
    END IF;
    RETURN folded;
END
$folding$;
"""
WORDS = """
CREATE OR REPLACE FUNCTION daira_words(folded text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $words$
DECLARE
    words text[] := array_remove(regexp_split_to_array(folded, '[{separators}]+'), '');
BEGIN
    IF char_length(folded) > {longest} THEN
        words := ARRAY(SELECT left(word, {longest}) FROM unnest(words) AS word);
    END IF;
    RETURN array_to_tsvector(words);
END
$words$;
"""
NEAR = """
CREATE OR REPLACE FUNCTION daira_near(folded text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $near$
BEGIN
    RETURN array_to_tsvector(ARRAY(
        SELECT left(word, place) || substr(word, place + 2)
        FROM (
            SELECT left(part, {longest})
            FROM regexp_split_to_table(folded, '[{separators}]+') AS part
        ) AS each (word)
        CROSS JOIN generate_series(
            CASE WHEN char_length(word) < {shortest} THEN char_length(word) ELSE 0 END,
            char_length(word)
        ) AS place
        WHERE word <> ''
    ));
END
$near$;
"""


def functions() -> list[str]:
    """The statements that make the functions, or replace them.

    `daira_fold` folds a text; `daira_words` takes a folded one and gives its words, `daira_near`
    its words and each of them without one letter. They are plpgsql, which keeps
    its constants for the session: a function in SQL reads them anew for each statement. None calls
    another, since an index is built without a search path. Nothing in them asks for a locale.

    What a character folds to folds no more, so each kind of character that folds is replaced once,
    in any order.
    """
    separators = searching.SEPARATORS
    return [
        FOLD.format(folding=_folding(), table=_table()),
        WORDS.format(separators=separators, longest=searching.LONGEST_WORD),
        NEAR.format(
            separators=separators,
            longest=searching.LONGEST_NAME_WORD,
            shortest=searching.SHORTEST_MISSPELT,
        ),
    ]


def digest() -> str:
    """What tells one version of the functions from another."""
    return hashlib.sha256("".join(functions()).encode()).hexdigest()[:16]


def _beyond_ascii() -> dict[int, str]:
    """What folds, but for the capitals that `lower` sees to."""
    return {code: text for code, text in TABLE.items() if code >= ASCII}


def _folding() -> str:
    """All that folds, as it stands between the brackets of a regular expression."""
    runs = groupby(enumerate(sorted(_beyond_ascii())), lambda pair: pair[1] - pair[0])
    spans = ([code for _, code in run] for _, run in runs)
    return "".join(f"\\U{span[0]:08x}-\\U{span[-1]:08x}" for span in spans)


def _table() -> str:
    """The table of folding as a literal of JSON."""
    rows = {chr(code): text for code, text in _beyond_ascii().items()}
    quoted = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).replace("'", "''")
    return f"'{quoted}'"
