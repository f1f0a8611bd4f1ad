"""The body of ``POST /v1/search``: for what purpose, in which case, on whose behalf, and one thing to look for."""

import re
import unicodedata
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from domain.entities import FIELDS, Kind

MOST_HITS = 50

TEXT_KINDS = frozenset({"person_name", "organisation_name", "address", "place_name"})
"""Kinds of value that are asked for by their words, not as an identifier."""

IDENTIFIERS: tuple[str, ...] = tuple(
    dict.fromkeys(name for fields in FIELDS.values() for name, field in fields.items() if field.searchable and field.kind not in TEXT_KINDS)
)
"""Fields that can be asked for by an exact identifier: citizen_id, mobile, uscc, vin, plate …"""

_CASE_NUMBER = re.compile(r"[\w()\[\]〔〕【】〈〉《》\-—–/.·、]{4,64}")


def _case_number(text: str) -> str:
    normal = unicodedata.normalize("NFKC", text).strip()
    if not _CASE_NUMBER.fullmatch(normal) or not any(character.isdigit() for character in normal):
        code = "bad_case_number"
        raise PydanticCustomError(code, "bad case number")
    return normal


def _identifier(name: str) -> str:
    if name not in IDENTIFIERS:
        code = "unknown_identifier"
        raise PydanticCustomError(code, "unknown identifier")
    return name


Asked = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class Strict(BaseModel):
    """Base of the request's parts: an unknown word is an error, never ignored; reprs show no value."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Identifier(Strict):
    """An exact identifier: which one, and its value as written on the document."""

    kind: Annotated[str, AfterValidator(_identifier), Field(json_schema_extra={"enum": list(IDENTIFIERS)})]
    value: Annotated[Asked, Field(repr=False)]


class Case(Strict):
    """What every question says first: for what purpose, in which case, on whose behalf."""

    purpose: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(description="a purpose that contracts permit")
    case_number: Annotated[str, StringConstraints(min_length=1, max_length=128), AfterValidator(_case_number)] = Field(
        description="number of the case or matter the question belongs to, at least one digit"
    )
    on_behalf_of: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(description="the asking department's slug")


class SearchRequest(Case):
    """A search. Exactly one of ``identifier``, ``name``, ``organisation`` and ``address``."""

    identifier: Identifier | None = None
    name: Asked | None = Field(default=None, repr=False, description="a person's name")
    organisation: Asked | None = Field(default=None, repr=False, description="an organisation's name, or parts of it")
    address: Asked | None = Field(default=None, repr=False, description="an address or place name, or parts of it")
    kind: Kind | None = Field(default=None, description="only entities of this kind")
    limit: int = Field(default=20, ge=1, le=MOST_HITS, description="hits a page")
    after: str | None = Field(default=None, max_length=400, description="the `next` of the page before")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        asked = [value for value in (self.identifier, self.name, self.organisation, self.address) if value is not None]
        if len(asked) != 1:
            code = "exactly_one"
            raise PydanticCustomError(code, "exactly one thing to look for")
        return self
