"""Organisation code 组织机构代码 (GB 11714): 8 digits or letters and a check character, MOD 11; part of every USCC."""

import re

from domain.values import uscc
from domain.values.filler import code_filler, why_unreadable
from domain.values.uscc import code_check_character as check_character
from domain.values.value import Value, unreadable
from domain.values.width import compact, fold

__all__ = ["check_character", "code_filler", "parse"]

_code = re.compile(r"[0-9A-Z]{8}[0-9X]", re.ASCII).fullmatch
_pair = re.compile(r"([0-9A-Z]{8})(\W?)([0-9X])\W+([0-9A-Z]{8})(\W?)([0-9X])", re.ASCII).fullmatch
_USCC_LENGTH = 18


def parse(text: str) -> Value:
    """Read an organisation code; the normal form is nine characters without the hyphen, as inside a USCC.

    A whole USCC in its place gives its characters 9-17 (flag from_uscc), strong if the USCC is. Flags: bad_checksum, repeated, sequence,
    wrong_format, placeholder, and those of a USCC.
    """
    number, flags = compact(text)
    if len(number) == _USCC_LENGTH:
        return _of_uscc(text, number, flags)
    if not _code(number) or "scientific_notation" in flags:
        return unreadable(*flags, why_unreadable(number, "wrong_format"))
    checksum = check_character(number[:8]) == number[8]
    filler = code_filler(number)
    flags += filler if checksum else (*filler, "bad_checksum")
    return Value(number, flags, format=True, checksum=checksum, plausible=not filler, strong=checksum and not filler)


def _of_uscc(text: str, number: str, flags: tuple[str, ...]) -> Value:
    """Judge 18 characters: they are one USCC, unless they were written as two codes or neither check speaks for it."""
    whole = uscc.parse(number)
    if whole.normal is None:
        return unreadable(*dict.fromkeys((*flags, *whole.flags)))
    code = number[8:17]
    fits = check_character(code[:8]) == code[8]
    if (number != text and _are_two(text)) or not (whole.checksum or fits):
        return unreadable(*flags, why_unreadable(number, "wrong_format"))
    told = (*flags, "from_uscc", *whole.flags)
    return Value(code, told, True, whole.checksum and fits, whole.region, whole.plausible, whole.strong)


def _are_two(text: str) -> bool:
    """Return whether two codes are written, each with its hyphen or with a check character that fits."""
    found = _pair(fold(text)[0].upper())
    if found is None:
        return False
    return bool(found[2] and found[5]) or (check_character(found[1]) == found[3] and check_character(found[4]) == found[6])
