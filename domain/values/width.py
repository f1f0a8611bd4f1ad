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
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))
# NFKC makes plain digits of these, which would join those beside them: 12² is not 122, 12① is not 121.
_NUMBERED = re.compile(
    f"[{''.join(_RAISED)}\u2080-\u2089\u2460-\u2473\u2488-\u249b\u24ea\u3251-\u325f\u3280-\u3289\u32b1-\u32cb\u3358-\u3370\u33e0-\u33fe"
    "\U0001f100-\U0001f10a]"
)
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
        text = _INVISIBLE.sub("", text)
    if _LOST.search(text):
        flags += ("lost_character",)
    text = _NUMBERED.sub(_apart, text)
    for _ in range(_ROUNDS):
        before = text
        text = " ".join(unicodedata.normalize("NFKC", _LOST.sub("\ufffd", _INVISIBLE.sub("", text))).split())
        if text == before:
            break
    return text, flags


def _apart(sign: re.Match[str]) -> str:
    """Return ² as ^2, and ① in brackets where a digit, a numeral or another such sign stands beside it."""
    if sign[0] in _RAISED:
        return f"^{_RAISED[sign[0]]}"
    beside = sign.string[sign.start() - 1 : sign.start()] + sign.string[sign.end() : sign.end() + 1]
    return sign[0] if all(unicodedata.numeric(character, None) is None for character in beside) else f"({sign[0]})"


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
