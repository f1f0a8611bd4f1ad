"""Foreign permanent residence card 外国人永久居留身份证: 2017 form (3 letters, 12 digits) and 2023 form (18 characters beginning with 9).

2023 form: 9, province (2), nationality (3), birth date (8), order (3), check character ISO 7064 MOD 11-2 as in GB 11643.
The 2017 form's check digit is not published: its verdict stays open and it never joins alone.
"""

import re

from domain.values import citizen_id
from domain.values.filler import filler_flags, why_unreadable
from domain.values.value import Value, unreadable
from domain.values.width import compact

_2017 = re.compile(r"[A-Z]{3}\d{12}", re.ASCII).fullmatch
_2023 = re.compile(r"9\d{16}[\dX]", re.ASCII).fullmatch


def parse(text: str) -> Value:
    """Read a card number; the normal form has no blanks.

    Flags: form_2017, repeated, sequence, placeholder, wrong_format, and those of a citizen identity number.
    """
    number, flags = compact(text)
    if _2023(number):
        value = citizen_id.parse(number)
        return Value(value.normal, flags + value.flags, value.format, value.checksum, value.region, value.plausible, value.strong)
    if _2017(number):
        filler = filler_flags(number[3:])
        return Value(number, (*flags, "form_2017", *filler), format=True, plausible=not filler)
    return unreadable(*flags, why_unreadable(number, "wrong_format"))
