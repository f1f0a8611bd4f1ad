"""Engine number 发动机号: letters and digits as stamped, without the maker's asterisks, blanks and hyphens; no national standard."""

import re

from domain.values.filler import filler_flags, why_unreadable
from domain.values.value import Value, unreadable
from domain.values.width import compact

_MARKS = re.compile(r"[*#./·_☆★]")
_serial = re.compile(r"(?=.*\d)[A-Z0-9]{4,30}", re.ASCII).fullmatch


def parse(text: str) -> Value:
    """Read an engine number; makers' numbers overlap, so it never joins alone.

    Flags: placeholder, repeated, sequence, wrong_format (not 4-30 letters and digits with a digit among them).
    """
    number, flags = ("", ()) if not text else (text, ()) if _serial(text) else compact(text)
    number = _MARKS.sub("", number)
    if not _serial(number):
        return unreadable(*flags, why_unreadable(number, "wrong_format"))
    filler = filler_flags(number)
    return Value(number, flags + filler, format=True, plausible=not filler)
