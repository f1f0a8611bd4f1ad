"""Citizen identity number 公民身份号码 (GB 11643): 17 digits and a check character, ISO 7064 MOD 11-2.

The same 18 characters number the residence permits of Hong Kong, Macau and Taiwan residents (810000, 820000, 830000) and,
beginning with 9, the 2023 form of the foreign permanent residence card; both are read here, flagged. Numbers of 15 digits
are up-converted; they had no check character, so one mistyped digit is another person's number: they never join alone.
"""

import re

from stdnum.cn.ric import calc_check_digit

from domain.values.birth import is_plausible_birth
from domain.values.filler import filler_flags, why_unreadable
from domain.values.regions import PROVINCES, RESIDENCE_PERMITS, county_flags
from domain.values.value import Value, unreadable
from domain.values.width import compact

_eighteen = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII).fullmatch
_fifteen = re.compile(r"[1-8]\d{14}", re.ASCII).fullmatch
_FIRST_ISSUED = 1984  # identity cards began: no number is older, whatever the birth year
_CENTENARIANS = "996"  # in 15 digits the orders 996-999 marked those born in the 1800s


def parse(text: str) -> Value:
    """Read a citizen identity number; the normal form is 18 characters.

    Flags: converted_15, century_doubtful, scientific_notation, wrong_length, wrong_format, bad_checksum, impossible_birth,
    unknown_province, unknown_county, county_not_in_use, residence_permit, foreign_card, repeated, sequence, placeholder,
    control_characters.
    """
    if _eighteen(text):
        return _judge(text, ())
    number, flags = compact(text)
    if _eighteen(number):
        return _judge(number, flags)
    if _fifteen(number):
        return _judge_converted(number, flags)
    if "scientific_notation" in flags:
        return unreadable(*flags)
    return unreadable(*flags, why_unreadable(number, "wrong_format" if len(number) in (15, 18) else "wrong_length"))


def _judge(number: str, flags: tuple[str, ...]) -> Value:
    checksum = calc_check_digit(number) == number[17]
    filler = filler_flags(number[:17])
    plausible = not filler and is_plausible_birth(number[6:14])
    region, doubts = _region(number)
    flags += doubts
    if checksum and plausible:
        return Value(number, flags, True, True, region, True, region)
    if not checksum:
        flags += ("bad_checksum",)
    if not plausible:
        flags += filler or ("impossible_birth",)
    return Value(number, flags, True, checksum, region, plausible, strong=False)


def _judge_converted(number: str, flags: tuple[str, ...]) -> Value:
    converted = f"{number[:6]}19{number[6:]}"
    converted += calc_check_digit(converted + "0")
    filler = filler_flags(number)
    plausible = not filler and is_plausible_birth(converted[6:14])
    region, doubts = _region(converted)
    flags += ("converted_15", *doubts)
    if number[12:] >= _CENTENARIANS:
        flags += ("century_doubtful",)
    if not plausible:
        flags += filler or ("impossible_birth",)
    return Value(converted, flags, format=True, checksum=None, region=region, plausible=plausible, strong=False)


def _region(number: str) -> tuple[bool, tuple[str, ...]]:
    """Return the strict verdict on the province and the doubts about the county."""
    province = number[:2]
    if number[0] == "9":
        known = number[1:3] in PROVINCES
        return known, ("foreign_card",) if known else ("foreign_card", "unknown_province")
    if province in ("81", "82", "83"):
        known = number[:6] in RESIDENCE_PERMITS
        return known, ("residence_permit",) if known else ("unknown_province",)
    if province not in PROVINCES:
        return False, ("unknown_province",)
    return True, county_flags(number[:6], max(int(number[6:10]), _FIRST_ISSUED))
