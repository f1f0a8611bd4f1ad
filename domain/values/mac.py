"""Network card address MAC (IEEE EUI-48): six octets; written by IEEE's rule in upper case with hyphens."""

import re

from stdnum import mac

from domain.values.filler import filler_flags, why_unreadable
from domain.values.value import Value, unreadable
from domain.values.width import fold

_hex = re.compile(r"[0-9A-F]{12}", re.ASCII).fullmatch
_MARKS = str.maketrans("", "", ":-. '")
# Of handbooks, and of adapters that exist in software only, with one address on every machine: PPP, PPTP, RAS, VMware, AnyConnect.
_FILLER = frozenset(
    {
        "FFFFFFFFFFFF", "000102030405", "001122334455", "00AABBCCDDEE", "444553540000", "505054503030", "204153594EFF", "005056C00001",
        "005056C00008", "00059A3C7A00",
    }
)  # fmt: skip
_NOBODYS = ("000000", "00005E0053")  # no maker of today; the block that RFC 7042 keeps for documentation


def parse(text: str) -> Value:
    """Read a MAC address with colons, hyphens, Cisco's dots or nothing between; the normal form is ``D0-50-99-84-A2-A0``.

    Flags: multicast, locally_administered (randomised by the device: says little), placeholder, repeated, wrong_format.
    """
    folded, flags = fold(text)
    digits = folded.upper().translate(_MARKS)
    if not _hex(digits):
        return unreadable(*flags, why_unreadable(digits, "wrong_format"))
    normal = "-".join(digits[start : start + 2] for start in range(0, 12, 2))
    filler = ("placeholder",) if digits in _FILLER or digits.startswith(_NOBODYS) else filler_flags(digits)
    if filler:
        return Value(normal, flags + filler, format=True, plausible=False)
    doubts = (("multicast",) if mac.is_multicast(normal) else ()) + (
        ("locally_administered",) if mac.is_locally_administered(normal) else ()
    )
    return Value(normal, flags + doubts, format=True, plausible=not doubts, strong=not doubts)
