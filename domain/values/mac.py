"""Network card address MAC (IEEE EUI-48): six octets; written by IEEE's rule in upper case with hyphens."""

import re

from stdnum import mac

from domain.values.filler import why_unreadable
from domain.values.value import Value, unreadable
from domain.values.width import fold

_hex = re.compile(r"[0-9A-F]{12}", re.ASCII).fullmatch
_MARKS = str.maketrans("", "", ":-. '")
_FILLER = frozenset({"000000000000", "FFFFFFFFFFFF"})


def parse(text: str) -> Value:
    """Read a MAC address with colons, hyphens, Cisco's dots or nothing between; the normal form is ``D0-50-99-84-A2-A0``.

    Flags: multicast, locally_administered (randomised by the device: says little), placeholder, wrong_format.
    """
    folded, flags = fold(text)
    digits = folded.upper().translate(_MARKS)
    if not _hex(digits):
        return unreadable(*flags, why_unreadable(digits, "wrong_format"))
    normal = "-".join(digits[start : start + 2] for start in range(0, 12, 2))
    if digits in _FILLER:
        return Value(normal, (*flags, "placeholder"), format=True, plausible=False)
    doubts = (("multicast",) if mac.is_multicast(normal) else ()) + (
        ("locally_administered",) if mac.is_locally_administered(normal) else ()
    )
    return Value(normal, flags + doubts, format=True, plausible=not doubts, strong=not doubts)
