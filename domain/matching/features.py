"""Features of one record: what the scorecard compares, prepared once a record so that a pair costs little.

A feature is what one field says, in the form its comparison takes; None where it says nothing usable: filler, or a value
nobody could read. What a parser refused but comes close (a mobile number short of a digit) is kept from the source's own
words, ``raw.<field>``: as evidence only, never as a key.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from domain.entities import Kind
from domain.matching.comparisons import door
from domain.matching.frequencies import STEEPEST, rarity
from domain.values import LONGEST, parse
from domain.values.address import is_nowhere
from domain.values.date import FILLER_DATES
from domain.values.filler import FILLER, filler_flags, says_nothing
from domain.values.name_search import LOST, former_name_told, pinyin, simplified, without_brackets
from domain.values.organisation_code import code_filler
from domain.values.organisation_name import parts as organisation_parts
from domain.values.surnames import COMPOUND
from domain.values.width import compact

VERSION = 2
"""Raise it when the same values come to other features or blocks: stores are then matched anew (``huiliu scorecard apply``)."""
Values = Mapping[str, str]
"""A record's normal forms by field; the source's own words stand beside them as ``raw.<field>``."""

_RAW = "raw."
_NAMES = 1 << 14  # the commonest names are half of all, and a person's records come with one name
_IDENTITIES = ("citizen_id", "hmt_permit", "foreign_card")  # numbers of one form, told apart by how they begin
_ID_LENGTH, _OLD_ID_LENGTH, _DATE_LENGTH = 18, 15, 8
_LOST_DIGITS = "000"  # what a spreadsheet writes for the last three
_NO_DAY = "0000"  # only the year was known
_PREFIX = 3  # digits of a mobile number that name the operator
_RAW_DIGITS = {"birth_date": (6, 8), "mobile": (10, 12), "citizen_id": (14, 19), "landline": (6, 8)}
"""How many characters the unreadable words of a field may have and still be evidence."""


@dataclass(frozen=True, slots=True)
class Features:
    """``present``: one bit for each field that says something; ``slots``: by place in the scorecard's fields."""

    present: int
    slots: tuple[Any, ...]


def _plausible(kind: str, value: str) -> bool:
    return parse(kind, value).plausible is not False


def _filler(kind: str, said: str) -> bool:
    """Return whether a value is filler or far too long; one that is only impossible, a digit miscopied, still says something."""
    value = parse(kind, said)
    return value.normal is None or not FILLER.isdisjoint(value.flags)


def _lost(name: str) -> str:
    return name if LOST.isdisjoint(name) else "".join("?" if character in LOST else character for character in name)


def name(values: Values) -> tuple[Any, ...] | None:
    """Return (as registered, without remarks; simplified; pinyin; surname; former; its pinyin; rarity in hundredths of a bit)."""
    said = values.get("name") or " ".join(part for part in (values.get("surname"), values.get("given_name")) if part)
    return _prepared(said, values.get("former_name", "")) if said else None


@lru_cache(_NAMES)
def _prepared(said: str, told: str) -> tuple[Any, ...] | None:
    written = _as_called(said)
    if written is None:
        return None
    plain = _lost(simplified(written))
    former = next((former for each in (told, former_name_told(said)) if each and (former := _as_called(each))), "")
    surname = plain[:2] if plain[:2] in COMPOUND and len(plain) > 2 else plain[:1]  # noqa: PLR2004  # a given name follows
    family = surname if "·" not in plain and surname != "?" else ""
    sound = pinyin(former) if former else ""
    return written, plain, pinyin(plain), family, simplified(former) or "-", sound, _name_rarity(plain, surname)


def _as_called(said: str) -> str | None:
    """Return a name as it is compared, without what brackets say beside it; None if it is filler."""
    value = parse("person_name", said)
    if "annotated" in value.flags and value.normal is not None:
        value = parse("person_name", without_brackets(value.normal))
    if value.plausible is False:
        return None
    return said if value.normal is None else value.normal


def _name_rarity(plain: str, surname: str) -> int:
    """Return a name's rarity; what was lost cannot make it rare, and a surname alone is as common as can be: a household has one."""
    if "?" not in plain:
        return rarity("name", plain)
    known = plain.replace("?", "")
    return min(0, rarity("name", known)) if len(known.replace("·", "")) > len(surname) else -STEEPEST


def birth(values: Values) -> str | None:
    """Return the digits of the birth date, of the citizen ID's if none is given, or of what could not be read as a date."""
    said = values.get("birth_date")
    if said is not None:
        return said.replace("-", "") if said not in FILLER_DATES else None
    identity = _identity(values)
    if identity is not None:
        born = identity[6:14]
        return born if f"{born[:4]}-{born[4:6]}-{born[6:]}" not in FILLER_DATES else None
    written = _raw(values, "birth_date")
    return written if written is not None and not written.endswith(_NO_DAY) else None


def _identity(values: Values) -> str | None:
    """Return the citizen ID, or the permit or card that is numbered like one, unless it is filler."""
    for field in _IDENTITIES:
        said = values.get(field)
        if said is not None and len(said) == _ID_LENGTH and not _is_filler(said):
            return said
    return None


def _is_filler(number: str) -> bool:
    """Return whether a citizen ID is filler, as it is now or as the 15 digits it may have been, or has lost its last digits."""
    return number.endswith(_LOST_DIGITS) or bool(filler_flags(number[:17]) or filler_flags(number[:6] + number[8:17]))


def _raw(values: Values, field: str) -> str | None:
    said = values.get(_RAW + field)
    if said is None:
        return None
    number = compact(said)[0]
    shortest, longest = _RAW_DIGITS[field]
    fits = shortest <= len(number) <= longest and number.isalnum() and number.isascii()
    serial = number[_PREFIX:] if field == "mobile" else number
    return number if fits and not filler_flags(number) and not filler_flags(serial) else None


def sex(values: Values) -> str | None:
    """Return male or female, from the citizen ID if not given."""
    said = values.get("sex")
    if said is not None:
        return said if said in ("male", "female") else None
    identity = _identity(values)
    return ("female", "male")[int(identity[16]) & 1] if identity is not None else None


def citizen_id(values: Values) -> str | None:
    """Return the number without its check character, which a 15-digit one never had; also of a permit that is numbered so."""
    said = _identity(values)
    if said is None and "citizen_id" not in values:
        said = _raw(values, "citizen_id")
    return said[:17] if said is not None else None


def permit(field: str) -> Callable[[Values], str | None]:
    """Return the reader of a permit's number that is not one of a citizen ID's form, which would count twice."""
    read = number(field, field)

    def read_permit(values: Values) -> str | None:
        said = read(values)
        return said if said is not None and len(said) != _ID_LENGTH else None

    return read_permit


def number(field: str, kind: str) -> Callable[[Values], str | None]:
    """Return the reader of a number that may be filler."""

    def read(values: Values) -> str | None:
        said = values.get(field)
        if said is None:
            return _raw(values, field) if field in _RAW_DIGITS else None
        return said if not _filler(kind, said) else None

    return read


def latin(field: str) -> Callable[[Values], tuple[Any, ...] | None]:
    """Return the reader of a surname or given name: (letters, rarity)."""

    def read(values: Values) -> tuple[Any, ...] | None:
        said = values.get(field)
        letters = pinyin(said) if said and _plausible("person_name", said) else ""
        return (letters, rarity(field, letters)) if letters else None

    return read


def words(field: str) -> Callable[[Values], tuple[Any, ...] | None]:
    """Return the reader of a few words: (letters and digits without blanks, rarity)."""

    def read(values: Values) -> tuple[Any, ...] | None:
        said = values.get(field, "")
        text = "" if says_nothing(said.upper()) else "".join(letter for letter in said.lower() if letter.isalnum())
        return (text, rarity(field, text)) if text else None

    return read


def plain(field: str) -> Callable[[Values], str | None]:
    """Return the reader of a code or word that is compared as it is."""

    def read(values: Values) -> str | None:
        said = values.get(field)
        return said if said is not None and len(said) <= LONGEST and not says_nothing(said.upper()) else None

    return read


def address(values: Values) -> str | None:
    """Return the normal form, understood or not, unless it is filler or names no door: half a town may live in one street."""
    said = values.get("address")
    if said is None or is_nowhere(said):
        return None
    place = door(said)
    return said if place.number or place.building or place.room else None


def organisation(field: str) -> Callable[[Values], tuple[Any, ...] | None]:
    """Return the reader of an organisation's name: (normal form, trade name)."""

    def read(values: Values) -> tuple[Any, ...] | None:
        said = values.get(field)
        if not said or not _plausible("organisation_name", said):
            return None
        return said, organisation_parts(said).trade_name, 0

    return read


def organisation_code(values: Values) -> str | None:
    """Return the organisation code, of the USCC's characters 9-17 if only that is given."""
    said = values.get("uscc")
    code = said[8:17] if said is not None else values.get("organisation_code", "").replace("-", "")
    return code if code and not code_filler(code) else None


DRAWN_FROM: dict[str, tuple[str, ...]] = {
    "name": ("surname", "given_name"),
    "citizen_id": _IDENTITIES[1:],
    "birth_date": _IDENTITIES,
    "sex": _IDENTITIES,
    "organisation_code": ("uscc",),
}
"""Fields that a feature may also come from, beside its own and the source's words for it."""

READERS: dict[Kind, dict[str, Callable[[Values], Any]]] = {
    Kind.PERSON: {
        "name": name,
        "birth_date": birth,
        "sex": sex,
        "citizen_id": citizen_id,
        "hmt_permit": permit("hmt_permit"),
        "foreign_card": permit("foreign_card"),
        "mobile": number("mobile", "mobile"),
        "landline": number("landline", "landline"),
        "address": address,
        "employer": organisation("employer"),
        "employer_uscc": number("employer_uscc", "uscc"),
        "given_name": latin("given_name"),
        "surname": latin("surname"),
        "street_number": plain("street_number"),
        "street": words("street"),
        "premises": words("premises"),
        "suburb": words("suburb"),
        "postcode": plain("postcode"),
        "state": plain("state"),
        "foreign_number": number("foreign_number", "code"),
    },
    Kind.ORGANISATION: {
        "organisation_code": organisation_code,
        "name": organisation("name"),
        "landline": number("landline", "landline"),
        "address": address,
        "legal_representative": number("legal_representative", "person_name"),
    },
    Kind.THING: {
        "vin": number("vin", "vin"),
        "imei": number("imei", "imei"),
        "plate": number("plate", "plate"),
        "engine_number": number("engine_number", "engine_number"),
        "make": plain("make"),
        "model": plain("model"),
        "serial": number("serial", "code"),
    },
    Kind.ADDRESS: {
        "address": address,
        "doorplate_code": number("doorplate_code", "code"),
        "place_name": plain("place_name"),
        "township": plain("township"),
    },
}


def says(feature: str, fields: Collection[str]) -> bool:
    """Return whether a record with these fields may have the feature."""
    return not {feature, _RAW + feature, *DRAWN_FROM.get(feature, ())}.isdisjoint(fields)
