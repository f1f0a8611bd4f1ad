"""The kinds of entity and their fields: which value kind each field holds and which ones identify.

A field's ``kind`` names its parser in ``domain.values``. Strong keys join records; an *exclusive* key also keeps
apart: two records with different valid values of it never describe the same entity (cannot-link).
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a record speaks of."""

    PERSON = "person"
    ORGANISATION = "organisation"
    THING = "thing"
    ADDRESS = "address"
    MATTER = "matter"
    """其他: a case, permit, incident or count. It is not resolved: each row is its own matter, and it never names a natural person."""


class Sensitivity(StrEnum):
    """Class of a field, from the contract. ``personal`` and ``sensitive`` leave the closed part only sealed."""

    OPEN = "open"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity kind.

    ``searchable`` fields get exact tokens (or stay in clear when open); ``rank`` orders strong keys, 0 first.
    """

    kind: str
    searchable: bool = False
    rank: int | None = None
    exclusive: bool = False


_TEXT, _DATE, _CODE = Field("text"), Field("date"), Field("code")

FIELDS: dict[Kind, dict[str, Field]] = {
    Kind.PERSON: {
        "citizen_id": Field("citizen_id", searchable=True, rank=0, exclusive=True),
        "name": Field("person_name", searchable=True),
        "former_name": Field("person_name", searchable=True),
        # A foreigner's papers keep the two names apart, and an address abroad comes in the parts its form has.
        "surname": Field("person_name", searchable=True),
        "given_name": Field("person_name", searchable=True),
        "sex": Field("sex"),
        "birth_date": _DATE,
        "death_date": _DATE,
        "ethnicity": _CODE,
        "mobile": Field("mobile", searchable=True),
        "landline": Field("landline", searchable=True),
        "address": Field("address", searchable=True),
        "street_number": _CODE,
        "street": Field("place_name"),
        "premises": Field("place_name"),
        "suburb": Field("place_name"),
        "postcode": _CODE,
        "state": _CODE,
        "employer": Field("organisation_name"),
        "employer_uscc": Field("uscc"),
        "position": _TEXT,
        "status": _TEXT,
        "event_date": _DATE,
        "event_place": _TEXT,
        "certificate": _CODE,
        "hmt_permit": Field("hmt_permit", searchable=True),
        "foreign_card": Field("foreign_card", searchable=True),
        "foreign_number": Field("code", searchable=True),  # a number given abroad (passport, social security): nothing can check it
        "qualification": _TEXT,
        "registered": _DATE,
        "plate": Field("plate"),
        "valid_from": _DATE,
        "valid_to": _DATE,
        "amount": Field("number"),
        "note": _TEXT,
    },
    Kind.ORGANISATION: {
        "uscc": Field("uscc", searchable=True, rank=0, exclusive=True),
        "organisation_code": Field("organisation_code", searchable=True, rank=1),
        "name": Field("organisation_name", searchable=True),
        "address": Field("address", searchable=True),
        "form": _TEXT,
        "industry": _TEXT,
        "status": _TEXT,
        "capital": Field("number"),
        "established": _DATE,
        "closed": _DATE,
        "legal_representative": _TEXT,
        "landline": Field("landline"),
        "employees": Field("number"),
        "licence": _CODE,
        "valid_from": _DATE,
        "valid_to": _DATE,
        "note": _TEXT,
    },
    Kind.THING: {
        "vin": Field("vin", searchable=True, rank=0, exclusive=True),
        "plate": Field("plate", searchable=True, rank=1),
        "imei": Field("imei", searchable=True, rank=0, exclusive=True),
        "engine_number": Field("engine_number", searchable=True),
        "type": _TEXT,
        "make": _TEXT,
        "model": _TEXT,
        "colour": _TEXT,
        "status": _TEXT,
        "registered": _DATE,
        "valid_to": _DATE,
        "serial": _CODE,
        "note": _TEXT,
    },
    Kind.ADDRESS: {
        "address": Field("address", searchable=True, rank=0, exclusive=True),
        "doorplate_code": Field("code", searchable=True),
        "place_name": Field("place_name", searchable=True),
        "township": _TEXT,
        "village": _TEXT,
        "road": _TEXT,
        "use": _TEXT,
        "status": _TEXT,
        "registered": _DATE,
        "note": _TEXT,
    },
    Kind.MATTER: {
        "number": Field("code", searchable=True),
        "type": _TEXT,
        "title": _TEXT,
        "status": _TEXT,
        "outcome": _TEXT,
        "event_date": _DATE,
        "valid_to": _DATE,
        "unit": _TEXT,
        "organisation": Field("organisation_name", searchable=True),
        "uscc": Field("uscc", searchable=True),
        "address": Field("address", searchable=True),
        "area": _TEXT,
        "count": Field("number"),
        "amount": Field("number"),
        "note": _TEXT,
    },
}

STRONG_KEYS: dict[Kind, tuple[str, ...]] = {
    kind: tuple(sorted((name for name, field in fields.items() if field.rank is not None), key=lambda n: fields[n].rank or 0))
    for kind, fields in FIELDS.items()
}
