"""Citizen identity number 公民身份号码 (GB 11643): 17 digits and a check character, ISO 7064 MOD 11-2.

The same 18 characters number the residence permits of Hong Kong, Macau and Taiwan residents (810000, 820000, 830000) and,
beginning with 9, the 2023 form of the foreign permanent residence card; both are read here, flagged. Numbers of 15 digits
are up-converted; they had no check character, so one mistyped digit is another person's number: they never join alone.

A spreadsheet keeps 15 digits and writes 000 for the last three; one time in eleven the check character fits all the same, and up to a
hundred people share such a number. The few whose own number ends so cannot be told from them.
"""

import re

from stdnum.cn.ric import calc_check_digit

from domain.values.birth import is_plausible_birth
from domain.values.date import FILLER_DATES
from domain.values.filler import filler_flags, why_unreadable
from domain.values.regions import PROVINCES, RESIDENCE_PERMITS, county_flags
from domain.values.value import Value, unreadable
from domain.values.width import compact

_eighteen = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII).fullmatch
_fifteen = re.compile(r"[1-8]\d{14}", re.ASCII).fullmatch
_resembling = re.compile(r"[1-8]\d{5}(?:18[89]|19\d|20\d)\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]", re.ASCII).fullmatch
_NO_BIRTHS = frozenset(day.replace("-", "") for day in FILLER_DATES)
_NONE = "000"  # orders count from 001
_NO_COUNTY = "0000"
_FIRST_ISSUED = 1984  # identity cards began: no number is older, whatever the birth year
_CENTENARIANS = "996"  # in 15 digits the orders 996-999 marked those born in the 1800s


def resembles(number: str) -> bool:
    """Return whether 18 characters, read as another kind, begin with a province and hold a day of birth."""
    return _resembling(number) is not None and number[:2] in PROVINCES


def is_checked(number: str) -> bool:
    """Return whether the check character of 18 characters is right."""
    return bool(calc_check_digit(number) == number[17])


def parse(text: str) -> Value:
    """Read a citizen identity number; the normal form is 18 characters.

    Flags: converted_15, century_doubtful, scientific_notation, digits_lost (characters 16-18 are 000), order_not_issued (order 000),
    wrong_length, wrong_format, bad_checksum, impossible_birth (also 1900-01-01 and what else stands for a blank), unknown_province,
    unknown_county, county_not_in_use, residence_permit, foreign_card, repeated, sequence, placeholder, control_characters.
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
    checksum = is_checked(number)
    filler = filler_flags(number[:17])
    plausible = not filler and _is_birth(number[6:14])
    region, doubts = _region(number)
    flags += doubts
    given = number[15:] != _NONE and number[14:17] != _NONE
    if not given:
        flags += ("digits_lost",) if number[15:] == _NONE else ("order_not_issued",)
    if checksum and plausible:
        return Value(number, flags, True, True, region, True, region and given)
    if not checksum:
        flags += ("bad_checksum",)
    if not plausible:
        flags += filler or ("impossible_birth",)
    return Value(number, flags, True, checksum, region, plausible, strong=False)


def _judge_converted(number: str, flags: tuple[str, ...]) -> Value:
    converted = f"{number[:6]}19{number[6:]}"
    converted += calc_check_digit(converted + "0")
    filler = filler_flags(number)
    plausible = not filler and _is_birth(converted[6:14])
    region, doubts = _region(converted)
    flags += ("converted_15", *doubts)
    if number[12:] >= _CENTENARIANS:
        flags += ("century_doubtful",)
    if not plausible:
        flags += filler or ("impossible_birth",)
    return Value(converted, flags, format=True, checksum=None, region=region, plausible=plausible, strong=False)


def _is_birth(digits: str) -> bool:
    return digits not in _NO_BIRTHS and is_plausible_birth(digits)


def _region(number: str) -> tuple[bool, tuple[str, ...]]:
    """Return the strict verdict on the province and the doubts about the county; a whole province is nobody's county."""
    province = number[:2]
    if number[0] == "9":
        known = number[1:3] in PROVINCES
        return known, ("foreign_card",) if known else ("foreign_card", "unknown_province")
    if province in ("81", "82", "83"):
        known = number[:6] in RESIDENCE_PERMITS
        return known, ("residence_permit",) if known else ("unknown_province",)
    if province not in PROVINCES:
        return False, ("unknown_province",)
    if number[2:6] == _NO_COUNTY:
        return False, ("unknown_county",)
    return True, county_flags(number[:6], max(int(number[6:10]), _FIRST_ISSUED))
