"""One form for all spellings of a text: what search, hashtags and filters compare."""

from skeletal.rules import tables

TABLE = tables.characters("folding.txt")
"""Code point → what stands in its place, for each one assigned in Unicode 14 that folds."""


def fold(text: str) -> str:
    """Return `text` in the form that is compared, never shown.

    Case, width, ligatures and other compatibility forms, invisible characters, the accents of
    Latin, Greek and Cyrillic, the points of Hebrew, and in Arabic the tashkeel, tatweel, carriers
    of hamza, forms of alef, yaa, kaf and haa (taa marbuta among them) no longer matter; decimal
    digits are ASCII. `tables/make_folding.py` says which, character by character.

    Each code point is replaced by itself, whatever stands beside it, and by TABLE alone. So any
    language that reads the table gives the same result; the Unicode version of neither Python nor
    PostgreSQL has a say, and a code point that the table does not name passes as it is. From it
    follow: fold(a + b) is fold(a) + fold(b), fold(fold(a)) is fold(a), and texts which Unicode
    calls canonically equivalent fold alike (composed accents to their letter, kana and Indic
    letters to their parts). Two things cannot be had that way: Hangul written in jamo stays other
    than its syllables, and marks that are kept are not put into one order.

    A folded text may be longer: up to 18 times (ﷺ). Linear in the text.
    """
    return text.translate(TABLE)
