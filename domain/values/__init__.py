"""Values: reads every kind of raw text a department sends, and never raises; one kind a file."""

from collections.abc import Callable
from datetime import date as date_type
from functools import lru_cache

from domain.values import (
    address,
    birth,
    citizen_id,
    code,
    date,
    engine_number,
    foreign_card,
    hmt_permit,
    imei,
    landline,
    mac,
    mobile,
    number,
    organisation_code,
    organisation_name,
    person_name,
    place_name,
    plate,
    sex,
    text,
    uscc,
    vin,
)
from domain.values.value import Value, unreadable, unsafe

__all__ = ["KINDS", "Value", "parse"]

LONGEST = 512  # characters; what is longer is no identifier, name or address
LONGEST_TEXT = 20_000
_SHORT = 64
# Kinds that hold a birth: whoever is born tomorrow is not born yet, so what is remembered of them holds for a day.
_OF_TODAY = frozenset({"citizen_id", "foreign_card", "hmt_permit"})
_REMEMBERED = 1 << 14  # a city's words come again and again: codes, dates, employers, the names and numbers of one person's rows
_REORDERING = frozenset("\u202d\u202e")  # overrides: what is shown is not in the order of what is written, so neither can be trusted alone
_PARSERS: dict[str, Callable[[str], Value]] = {
    "address": address.parse,
    "citizen_id": citizen_id.parse,
    "code": code.parse,
    "date": date.parse,
    "engine_number": engine_number.parse,
    "foreign_card": foreign_card.parse,
    "hmt_permit": hmt_permit.parse,
    "imei": imei.parse,
    "landline": landline.parse,
    "mac": mac.parse,
    "mobile": mobile.parse,
    "number": number.parse,
    "organisation_code": organisation_code.parse,
    "organisation_name": organisation_name.parse,
    "person_name": person_name.parse,
    "place_name": place_name.parse,
    "plate": plate.parse,
    "sex": sex.parse,
    "text": text.parse,
    "uscc": uscc.parse,
    "vin": vin.parse,
}
KINDS = frozenset(_PARSERS)


def parse(kind: str, raw: str) -> Value:
    """Read ``raw`` as a value of ``kind``.

    A longer text than the kind allows, as written or in its normal form, has no normal form (flag too_long); text whose shown order was
    overridden joins nothing (flag reordered).

    Raises:
        KeyError: there is no such kind. No text of any sort raises.
    """
    return _remembered(kind, raw, birth.today() if kind in _OF_TODAY else None) if len(raw) <= _SHORT else _parse(kind, raw)


@lru_cache(_REMEMBERED)
def _remembered(kind: str, raw: str, _: date_type | None) -> Value:
    return _parse(kind, raw)


def _parse(kind: str, raw: str) -> Value:
    longest = LONGEST_TEXT if kind == "text" else LONGEST
    if len(raw) > longest:
        return unreadable("too_long")
    value = _PARSERS[kind](raw)
    if value.normal is not None and len(value.normal) > longest:  # folding makes eighteen characters of one (U+FDFA)
        return unreadable("too_long")
    return unsafe(value) if "control_characters" in value.flags and not _REORDERING.isdisjoint(raw) else value
