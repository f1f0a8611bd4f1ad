"""Mobile equipment identity IMEI (3GPP TS 23.003): 14 digits and a Luhn digit; IMEISV has two digits of software version instead."""

import re

from stdnum import luhn

from domain.values.filler import counts_on, filler_flags, why_unreadable
from domain.values.value import Value, unreadable
from domain.values.width import compact

_imei = re.compile(r"\d{15}", re.ASCII).fullmatch
_without_check = re.compile(r"(\d{14})(\d{2})?", re.ASCII).fullmatch
_WELL_KNOWN = frozenset({"004999010640000", "135790246811220", "012345678901237"})  # burnt into cloned devices by the million
_TYPE = 8  # digits of the type; six of the serial follow


def parse(text: str) -> Value:
    """Read an IMEI; the normal form is 15 digits, so that an IMEISV and an IMEI of one device agree.

    A Luhn digit that was computed here proves nothing: IMEISV (flag imeisv) and 14 digits (flag no_check_digit) never join alone.
    Flags: bad_checksum, repeated (also a type or a serial of one digit), sequence (also a serial 123456), placeholder, wrong_length,
    wrong_format, scientific_notation.
    """
    if _imei(text):
        return _judge(text, ())
    number, flags = compact(text)
    if _imei(number):
        return _judge(number, flags)
    if (body := _without_check(number)) is not None:
        filler = _filler(body[1])
        flags += ("imeisv" if body[2] else "no_check_digit", *filler)
        return Value(body[1] + luhn.calc_check_digit(body[1]), flags, format=True, plausible=not filler)
    if "scientific_notation" in flags:
        return unreadable(*flags)
    return unreadable(*flags, why_unreadable(number, "wrong_length" if number.isdigit() else "wrong_format"))


def _judge(number: str, flags: tuple[str, ...]) -> Value:
    checksum = luhn.checksum(number) == 0
    filler = ("placeholder",) if number in _WELL_KNOWN else _filler(number[:14])
    flags += filler if checksum else (*filler, "bad_checksum")
    return Value(number, flags, format=True, checksum=checksum, plausible=not filler, strong=checksum and not filler)


def _filler(body: str) -> tuple[str, ...]:
    """Return why 14 digits are filler: a type of one digit, a serial of one digit or of counting ones, or long counting."""
    serial = body[_TYPE:]
    if len(set(serial)) == 1 or len(set(body[:_TYPE])) == 1:
        return ("repeated",)
    return ("sequence",) if counts_on(body) or filler_flags(serial) == ("sequence",) else filler_flags(body)
