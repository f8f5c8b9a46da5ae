"""Makes folding.txt: `python -m skeletal.rules.tables.make_folding`, by a Python with Unicode 14.

What a character folds to is found by taking the first of these steps that changes it, and again
for each character of what came out, until nothing changes:

1. what is not seen, and marks of scripts that are read without them, go;
2. the letters of LETTERS become their likes;
3. a decimal digit of any script becomes an ASCII digit;
4. the case is folded (Unicode's full case folding);
5. it is decomposed, canonically or by compatibility (NFKD, one step at a time).

Hangul syllables and jamo stay as they are: their parts are letters, not marks.
"""

import sys
import unicodedata

from skeletal.rules import tables

UNICODE = "14.0.0"
REMARKS = f"""Unicode {UNICODE}: code point, what it folds to; one that is absent folds to itself.
Made by make_folding.py, not to be edited."""

UNSEEN = (
    "00AD 034F 061C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-2064 2066-206F"
    " 3164 FE00-FE0F FEFF FFA0 FFF9-FFFB 1BCA0-1BCA3 1D173-1D17A E0001 E0020-E007F E0100-E01EF"
)
"""Zero-width and bidirectional controls, fillers, variation selectors, tags."""

MARKS = (
    "0300-0344 0346-034E 0350-036F 0483-0489 1AB0-1ACE 1DC0-1DFF 20D0-20F0 FE20-FE2F"  # general
    " 2DE0-2DFF A66F-A672 A674-A67D A69E-A69F"  # Cyrillic
    " 0591-05BD 05BF 05C1-05C2 05C4-05C5 05C7"  # Hebrew points and accents
    " 0640 0610-061A 064B-065F 0670 06D6-06DC 06DF-06E4 06E7-06E8 06EA-06ED 0898-089F 08CA-08E1"
    " 08E3-08FF"  # Arabic: tatweel, harakat, marks of the Quran
    " 0711 0730-074A"  # Syriac
)
"""Marks that Latin, Greek, Cyrillic, Hebrew, Arabic and Syriac are read without.

Other scripts keep theirs: there a mark is a vowel, a tone or another consonant. U+0345 is no mark
here, since its case folds to the letter iota.
"""

LETTERS = {
    **dict.fromkeys("ٱٲٳ", "ا"),
    **dict.fromkeys("ىی", "ي"),
    **dict.fromkeys("ةەہۃ", "ه"),
    **dict.fromkeys("کڪ", "ك"),
    **dict(zip("ıøđłħŧ", "iodlht", strict=True)),
    "æ": "ae",
    "œ": "oe",
}
"""Arabic letters that are written for one another, and Latin ones that do not decompose.

Those with hamza or madda (آ أ إ ؤ ئ) decompose, and the mark goes.
"""

HANGUL = "1100-11FF 3131-318E A960-A97C AC00-D7A3 D7B0-D7FB"


def ranges(text: str) -> frozenset[str]:
    """The characters of `0300-036F 0483`."""
    found: set[str] = set()
    for span in text.split():
        first, _, last = span.partition("-")
        found.update(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return frozenset(found)


GONE = ranges(UNSEEN) | ranges(MARKS)
WHOLE = ranges(HANGUL)


def step(character: str) -> str:
    """The character after the first step that changes it."""
    if character in GONE:
        return ""
    if character in LETTERS:
        return LETTERS[character]
    if unicodedata.category(character) == "Nd":
        return str(unicodedata.decimal(character))
    cased = character.casefold()
    return cased if cased != character else decomposed(character)


def decomposed(character: str) -> str:
    """The character after one step of its decomposition, if it has any and is no Hangul."""
    parts = [part for part in unicodedata.decomposition(character).split() if part[0] != "<"]
    if not parts or character in WHOLE:
        return character
    return "".join(chr(int(part, 16)) for part in parts)


def folded(character: str) -> str:
    """The character after every step."""
    done = step(character)
    return done if done == character else "".join(map(folded, done))


def make() -> dict[int, str]:
    """The whole table: what each assigned code point folds to, where it is not itself."""
    if unicodedata.unidata_version != UNICODE:
        sys.exit(f"Unicode {UNICODE} is needed, this Python has {unicodedata.unidata_version}")
    assigned = (
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")
    )
    return {code: result for code in assigned if (result := folded(chr(code))) != chr(code)}


if __name__ == "__main__":
    tables.write("folding.txt", REMARKS, make())
