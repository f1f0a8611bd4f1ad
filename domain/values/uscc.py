"""Unified social credit code 统一社会信用代码 (GB 32100): registrar, kind, region, organisation code, check character MOD 31.

``python-stdnum`` wants eight leading digits and so refuses registrars A, N and Y, among them every village collective
(N2…); its check character is used, its format is not.

Sole traders write their citizen ID where a USCC is asked for, and one in thirty passes MOD 31. The organisation code inside has a
check of its own (GB 11714), which GB 32100 keeps for every kind of body: both must be right, and the whole no citizen ID.
"""

import re
from functools import lru_cache

from stdnum.cn.uscc import calc_check_digit

from domain.values import citizen_id
from domain.values.filler import code_filler, why_unreadable
from domain.values.regions import PROVINCES
from domain.values.value import Value, unreadable
from domain.values.width import compact

_code = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}", re.ASCII).fullmatch
_NATIONAL = "100000"  # registered with the State Council's own office
_LENGTH = 18
# Registrar and kind, GB 32100 table 1; 54 and 55 are residents' and villagers' committees.
_KINDS = frozenset(
    ("11 12 13 19 21 29 31 32 33 34 35 39 41 49 51 52 53 54 55 59 61 62 69 71 72 79 81 89 91 92 93 " + "A1 A9 N1 N2 N3 N9 Y1").split()
)
_CODE_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CODE_VALUES = {character: number for number, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_CODE_CHECKS = "0X987654321"


def code_check_character(body: str) -> str:
    """Return the ninth character of an organisation code for its first eight; KeyError for characters other than 0-9 and A-Z."""
    return _CODE_CHECKS[sum(weight * _CODE_VALUES[character] for weight, character in zip(_CODE_WEIGHTS, body, strict=True)) % 11]


def parse(text: str) -> Value:
    """Read a USCC; the normal form is 18 characters. A citizen ID in its place has none: what would be compared is a birth date.

    Flags: bad_checksum, unknown_registrar, unknown_province, organisation_code_mismatch (characters 9-17), citizen_id (it reads as
    one), repeated, sequence, wrong_length, wrong_format, placeholder, scientific_notation.
    """
    return _judge(text, ()) if _code(text) else _read(text)


def _read(text: str) -> Value:
    number, flags = compact(text)
    if _code(number) and "scientific_notation" not in flags:
        return _judge(number, flags)
    if "scientific_notation" in flags:
        return unreadable(*flags)
    return unreadable(*flags, why_unreadable(number, "wrong_format" if len(number) == _LENGTH else "wrong_length"))


@lru_cache(maxsize=4096)  # register numbers of organisations recur in every department; they are open, not personal
def _judge(number: str, flags: tuple[str, ...]) -> Value:
    checksum = calc_check_digit(number) == number[17]
    fits = code_check_character(number[8:16]) == number[16]
    personal = citizen_id.resembles(number)
    if personal and not (checksum and fits):
        return unreadable(*flags, "citizen_id", "wrong_format")
    personal = personal and citizen_id.is_checked(number)
    region = number[2:4] in PROVINCES or number[2:8] == _NATIONAL
    filler = code_filler(number[8:17])
    doubts = list(filler)
    if not checksum:
        doubts.append("bad_checksum")
    if not region:
        doubts.append("unknown_province")
    if number[:2] not in _KINDS:
        doubts.append("unknown_registrar")
    if not fits:
        doubts.append("organisation_code_mismatch")
    if personal:
        doubts.append("citizen_id")
    strong = checksum and region and fits and not filler and not personal
    return Value(number, (*flags, *doubts), format=True, checksum=checksum, region=region, plausible=not filler, strong=strong)
