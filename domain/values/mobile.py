"""Mobile number 手机号码: 11 digits by the national plan, 1[3-9]; never a strong key, since families and shops share numbers."""

import re

from domain.values.filler import filler_flags, why_unreadable
from domain.values.value import Value, unreadable
from domain.values.width import compact, fold

_mobile = re.compile(r"1[3-9]\d{9}", re.ASCII).fullmatch
_prefixed = re.compile(r"(?:\+?86|0086|0)?(1[3-9]\d{9})", re.ASCII).fullmatch
_between = re.compile(r"[/、,;|，；\\]")
_WELL_KNOWN = frozenset({"13800138000", "13900000000", "13500000000"})
_BRACKETS = str.maketrans("", "", "().")


def parse(text: str) -> Value:
    """Read a mobile number; the normal form is 11 digits. Of several numbers the first is read.

    Flags: several_values, repeated, sequence, placeholder (numbers of advertisements and handbooks), wrong_format,
    scientific_notation.
    """
    if _mobile(text):
        return _judge(text, ())
    number, flags = compact(text)
    if not _prefixed(number):
        number, flags = _first(text, flags)
    found = _prefixed(number)
    if found is not None:
        return _judge(found[1], flags)
    if "scientific_notation" in flags:
        return unreadable(*flags)
    return unreadable(*flags, why_unreadable(number, "wrong_format"))


def _first(text: str, flags: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    parts = _between.split(fold(text)[0])
    number = compact(parts[0])[0].translate(_BRACKETS)
    return number, (*flags, "several_values") if len(parts) > 1 else flags


def _judge(number: str, flags: tuple[str, ...]) -> Value:
    filler = ("placeholder",) if number in _WELL_KNOWN else filler_flags(number[3:])
    return Value(number, flags + filler, format=True, plausible=not filler)
