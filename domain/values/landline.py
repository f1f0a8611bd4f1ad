"""Landline 固定电话: area code and number; without an area code it is Liyang's 0519. The extension is kept apart."""

import re
from typing import NamedTuple

from domain.values import mobile
from domain.values.filler import filler_flags, why_unreadable
from domain.values.value import Value, unreadable
from domain.values.width import fold

LOCAL_AREA = "519"
_clean = re.compile(r"0519-[2-8]\d{7}", re.ASCII).fullmatch
_AREA = r"(?:10|2\d|[3-9]\d{2})"
_number = re.compile(
    rf"(?:(?:\+?86|0086)-?0?-?(?P<abroad>{_AREA})-?|0-?(?P<national>{_AREA})-?|(?P<bare>{_AREA})-)?"
    r"(?P<number>[2-8]\d{6,7})(?:(?:-|-?(?:转|EXT|X|#|P)-?)(?P<extension>\d{1,6}))?",
    re.ASCII,
).fullmatch
_service = re.compile(r"[48]00\d{7}", re.ASCII).fullmatch
_mobile = re.compile(r"(?:\+?86|0086|0)?(1[3-9]\d{9})", re.ASCII).fullmatch
_between = re.compile(r"[/、,;|\\]")
_TIDY = str.maketrans(dict.fromkeys(" '.", "") | dict.fromkeys("(（)）—–‐‑−―_", "-"))
_hyphens = re.compile("-+")
_extension_word = re.compile("-?(?:转|分机|内线)[转接分机内线号码:-]*")


class Landline(NamedTuple):
    """A landline's parts; ``area`` is empty if none was written, ``extension`` likewise."""

    area: str
    number: str
    extension: str


def parts(text: str) -> Landline | None:
    """Return area code (with its 0), number and extension as they were written, or None for what is not a landline."""
    match = _number(_tidy(text)[0])
    if match is None:
        return None
    area = match["abroad"] or match["national"] or match["bare"]
    return Landline(f"0{area}" if area else "", match["number"], match["extension"] or "")


def parse(text: str) -> Value:
    """Read a landline; the normal form is ``0519-87262662`` without the extension. Of several numbers the first is read.

    Flags: assumed_area, extension, service_number (400, 800), mobile (a mobile number stands here), several_values, repeated, sequence,
    placeholder, wrong_format.
    """
    if _clean(text):
        return _judge(text, text[5:], ())
    number, flags = _tidy(text)
    found = parts(number)
    if found is not None:
        if not found.area:
            flags += ("assumed_area",)
        if found.extension:
            flags += ("extension",)
        return _judge(f"{found.area or '0' + LOCAL_AREA}-{found.number}", found.number, flags)
    return _other(number, flags)


def _other(number: str, flags: tuple[str, ...]) -> Value:
    """Judge what is not a landline: a service number, a mobile number, or nothing."""
    digits = number.replace("-", "")
    if _service(digits):
        return Value(digits, (*flags, "service_number"), format=True, plausible=True)
    if (found := _mobile(digits)) is not None:
        value = mobile.parse(found[1])
        return Value(value.normal, (*flags, "mobile", *value.flags), format=True, plausible=value.plausible)
    return unreadable(*flags, why_unreadable(digits, "wrong_format"))


def _tidy(text: str) -> tuple[str, tuple[str, ...]]:
    folded, flags = fold(text)
    first, *others = _between.split(folded)
    number = _hyphens.sub("-", first.upper().translate(_TIDY)).strip("-")
    if not number.isascii():  # a word for the extension must not go, or its digits become the number's
        number = _extension_word.sub("转", number)
    return number, (*flags, "several_values") if others else flags


def _judge(normal: str, number: str, flags: tuple[str, ...]) -> Value:
    filler = filler_flags(number)
    return Value(normal, flags + filler, format=True, plausible=not filler)
