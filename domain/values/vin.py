"""Vehicle identification number 车辆识别代号 (ISO 3779, GB 16735): 17 characters without I, O, Q; check character at place 9.

Only China and North America demand the check character, so elsewhere a wrong one is a doubt and no more, of what otherwise looks like
a VIN: four last digits, a maker that is no 0, a letter.
"""

import re
from operator import mul

from domain.values.filler import counts_on, filler_flags, why_unreadable
from domain.values.value import Value, unreadable
from domain.values.width import compact

_code = re.compile(r"[A-HJ-NPR-Z0-9]{17}", re.ASCII).fullmatch
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_value_of = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", (*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)
).__getitem__
_CHECKS = "0123456789X"
_CHECK_DEMANDED = frozenset("L12345")  # first character: China, and North America
_LENGTH = 17
_FEW = 3
_NO_MAKER = "0"  # ISO 3780 gives 0 to no region
_SERIAL_FROM = 11  # makers number from 000001, so zeros are no filler from place 12 on, nor some before where the check is right
_run = re.compile(r"([1-9A-Z])\1{4}|0{7}").search
_unchecked_run = re.compile(r"(.)\1{4}").search


def check_character(number: str) -> str:
    """Return what place 9 should hold; KeyError for characters a VIN cannot have."""
    return _CHECKS[sum(map(mul, _WEIGHTS, map(_value_of, number))) % 11]


def parse(text: str) -> Value:
    """Read a VIN; the normal form is 17 upper-case characters.

    Flags: bad_checksum, repeated (three different characters at most, or one five times running), sequence, serial_not_digits (places
    14-17), wrong_length, wrong_format, placeholder (TEST).
    """
    if _code(text):
        return _judge(text, ())
    number, flags = compact(text)
    if _code(number):
        return _judge(number, flags)
    return unreadable(*flags, why_unreadable(number, "wrong_format" if len(number) == _LENGTH else "wrong_length"))


def _judge(number: str, flags: tuple[str, ...]) -> Value:
    checksum = check_character(number) == number[8]
    filler = _filler(number, checksum)
    flags += filler
    if not checksum:
        flags += ("bad_checksum",)
    if not number[13:].isdigit():
        flags += ("serial_not_digits",)
    strong = not filler and (checksum or _convinces(number))
    return Value(number, flags, format=True, checksum=checksum, plausible=not filler, strong=strong)


def _filler(number: str, checksum: bool) -> tuple[str, ...]:  # noqa: FBT001  # the verdict so far
    if len(set(number)) <= _FEW or _run(number[:_SERIAL_FROM]) or (not checksum and _unchecked_run(number[: _SERIAL_FROM + 1])):
        return ("repeated",)
    if "TEST" in number:
        return ("placeholder",)
    return ("sequence",) if counts_on(number) else filler_flags(number)


def _convinces(number: str) -> bool:
    """Return whether a VIN whose check is wrong may be a maker's who uses none."""
    return number[0] not in _CHECK_DEMANDED and number[0] != _NO_MAKER and number[13:].isdigit() and not number.isdigit()
