"""Folds what departmental files do to text: full-width forms, invisible characters, stray blanks, hyphens and quotes."""

import re
import unicodedata

# Controls, bidirectional marks, zero-width and filler characters, byte-order mark, tags: nothing a reader would see.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff"
    "\uffa0\ufff0-\ufffb\U000e0000-\U000e007f]"
)
_HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")  # of these, what Python calls printable
# A lone surrogate cannot be written as UTF-8, a noncharacter must not be interchanged: both stand for a lost character.
_LOST = re.compile("[\ud800-\udfff\ufffe\uffff\ufdd0-\ufdef]")
_SEPARATORS = re.compile("[\\s\\-\u2010-\u2015\u2212\ufe63'\u2018\u2019\"\u201c\u201d`\u00b4]+")
_EXCEL_FLOAT = re.compile(r"(\d{1,15})\.0+", re.ASCII)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E[+]?\d{1,3}", re.ASCII)
_ROUNDS = 4  # NFKC of a stripped text may bring out something to strip: in practice the second round changes nothing


def fold(text: str) -> tuple[str, tuple[str, ...]]:
    """Return NFKC text without invisible characters, trimmed, each run of blanks one space; and the doubts that raised.

    Flags: ``control_characters`` (something invisible was removed), ``lost_character`` (U+FFFD stands for what cannot be written).
    """
    if text.isprintable() and _HIDDEN.isdisjoint(text) and unicodedata.is_normalized("NFKC", text):
        return " ".join(text.split()) if " " in text else text, ()
    flags: tuple[str, ...] = ()
    if _INVISIBLE.search(text):
        flags += ("control_characters",)
    if _LOST.search(text):
        flags += ("lost_character",)
    for _ in range(_ROUNDS):
        before = text
        text = " ".join(unicodedata.normalize("NFKC", _LOST.sub("\ufffd", _INVISIBLE.sub("", text))).split())
        if text == before:
            break
    return text, flags


def compact(text: str) -> tuple[str, tuple[str, ...]]:
    """Return an identifier as it is printed: folded, upper case, without blanks, hyphens and quotes; Excel's ``.0`` is dropped.

    Adds the flag ``scientific_notation`` where Excel has replaced digits by an exponent: those digits are lost.
    """
    folded, flags = fold(text)
    number = _SEPARATORS.sub("", folded).upper()
    if number.isdigit():
        return number, flags
    if (float_form := _EXCEL_FLOAT.fullmatch(number)) is not None:
        return float_form[1], flags
    return number, (*flags, "scientific_notation") if _SCIENTIFIC.fullmatch(number) else flags
