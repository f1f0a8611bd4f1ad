"""Permits of Hong Kong, Macau and Taiwan residents 港澳台居民证件: residence permits, and travel permits to the mainland.

Residence permit: 18 characters as a citizen identity number. Travel permit 港澳居民来往内地通行证: H or M and 8 digits, which
stay for life, then two digits that count reissues. 台湾居民来往大陆通行证: 8 digits for life; older booklets add two and a letter.
Travel permits carry no check digit, so they never join alone.
"""

import re

from domain.values import citizen_id
from domain.values.filler import filler_flags, why_unreadable
from domain.values.regions import RESIDENCE_PERMITS
from domain.values.value import Value, unreadable
from domain.values.width import compact

_residence = re.compile(r"8[123]\d{15}[\dX]", re.ASCII).fullmatch
_hong_kong_macau = re.compile(r"([HM]\d{8})(?:\d{2})?", re.ASCII).fullmatch
_taiwan = re.compile(r"(\d{8})(?:\d{2}[A-Z]?)?", re.ASCII).fullmatch


def parse(text: str) -> Value:
    """Read a permit number; the normal form of a travel permit is the part that stays for life.

    Flags: residence_permit, travel_permit, repeated, sequence, placeholder, wrong_format, and those of a citizen identity number.
    """
    number, flags = compact(text)
    if _residence(number) and number[:6] in RESIDENCE_PERMITS:
        value = citizen_id.parse(number)
        return Value(value.normal, flags + value.flags, value.format, value.checksum, value.region, value.plausible, value.strong)
    travel = _hong_kong_macau(number) or _taiwan(number)
    if travel is None or "scientific_notation" in flags:
        return unreadable(*flags, why_unreadable(number, "wrong_format"))
    filler = filler_flags(travel[1][-8:])
    return Value(travel[1], (*flags, "travel_permit", *filler), format=True, plausible=not filler)
