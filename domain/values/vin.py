"""Vehicle identification number 车辆识别代号 (ISO 3779, GB 16735): 17 characters without I, O, Q; check character at place 9.

Only China and North America demand the check character, so elsewhere a wrong one is a doubt and no more.
"""

import re
from operator import mul

from domain.values.filler import filler_flags, why_unreadable
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


def check_character(number: str) -> str:
    """Return what place 9 should hold; KeyError for characters a VIN cannot have."""
    return _CHECKS[sum(map(mul, _WEIGHTS, map(_value_of, number))) % 11]


def parse(text: str) -> Value:
    """Read a VIN; the normal form is 17 upper-case characters.

    Flags: bad_checksum, repeated (three different characters at most), sequence, serial_not_digits (places 14-17), wrong_length,
    wrong_format, placeholder.
    """
    if _code(text):
        return _judge(text, ())
    number, flags = compact(text)
    if _code(number):
        return _judge(number, flags)
    return unreadable(*flags, why_unreadable(number, "wrong_format" if len(number) == _LENGTH else "wrong_length"))


def _judge(number: str, flags: tuple[str, ...]) -> Value:
    checksum = check_character(number) == number[8]
    filler = ("repeated",) if len(set(number)) <= _FEW else filler_flags(number)
    flags += filler
    if not checksum:
        flags += ("bad_checksum",)
    if not number[13:].isdigit():
        flags += ("serial_not_digits",)
    strong = not filler and (checksum or number[0] not in _CHECK_DEMANDED)
    return Value(number, flags, format=True, checksum=checksum, plausible=not filler, strong=strong)
