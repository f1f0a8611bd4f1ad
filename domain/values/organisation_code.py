"""Organisation code 组织机构代码 (GB 11714): 8 digits or letters and a check character, MOD 11; part of every USCC."""

import re

from domain.values.filler import filler_flags, why_unreadable
from domain.values.value import Value, unreadable
from domain.values.width import compact

_code = re.compile(r"[0-9A-Z]{8}[0-9X]", re.ASCII).fullmatch
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_VALUES = {character: number for number, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_CHECKS = "0X987654321"
_USCC_LENGTH = 18


def check_character(body: str) -> str:
    """Return the ninth character for the first eight; KeyError for characters other than 0-9 and A-Z."""
    return _CHECKS[sum(weight * _VALUES[character] for weight, character in zip(_WEIGHTS, body, strict=True)) % 11]


def code_filler(code: str) -> tuple[str, ...]:
    """Return why a code of nine characters is filler: of two characters at most, or counting digits before its check character."""
    return filler_flags(code) or (("sequence",) if filler_flags(code[:8]) == ("sequence",) else ())


def parse(text: str) -> Value:
    """Read an organisation code; the normal form is nine characters without the hyphen, as inside a USCC.

    A whole USCC in its place gives its characters 9-17 (flag from_uscc). Flags: bad_checksum, repeated, sequence, wrong_format,
    placeholder.
    """
    number, flags = compact(text)
    if len(number) == _USCC_LENGTH:
        number, flags = number[8:17], (*flags, "from_uscc")
    if not _code(number) or "scientific_notation" in flags:
        return unreadable(*flags, why_unreadable(number, "wrong_format"))
    checksum = check_character(number[:8]) == number[8]
    filler = code_filler(number)
    flags += filler if checksum else (*filler, "bad_checksum")
    return Value(number, flags, format=True, checksum=checksum, plausible=not filler, strong=checksum and not filler)
