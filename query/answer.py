"""What a search answers: how many entities fit, each by handle and masked name. No personal value leaves in clear."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, Field

from domain.entities import Kind
from domain.masking import HIDDEN, mask_name, mask_plate
from query.fit import Fitting, open_values

_NAMED_BY = {
    Kind.ORGANISATION: ("name",),
    Kind.ADDRESS: ("address", "place_name"),
    Kind.MATTER: ("title", "number", "type"),
}


class Hit(BaseModel):
    """One entity, as far as it may be told of without a grant."""

    handle: str = Field(description="names the entity within this department, purpose and case only")
    kind: Kind
    masked_name: str = Field(description="open names in full, personal ones masked: 王*")
    masked: bool = Field(description="whether something of the name is hidden")
    providers: list[str] = Field(description="departments that hold a record of it and permit this purpose")
    updated: datetime = Field(description="newest commit among those records, at its source")


class Answer(BaseModel):
    """A page of hits. A record that is withheld, not permitted or erased looks like one that does not exist."""

    total: int = Field(description="how many entities fit")
    total_is: Literal["exact", "at_least"] = Field(description="at_least: more than can be counted fit; narrow the search")
    hits: list[Hit]
    next: str | None = Field(default=None, description="send it as `after` for the next page; absent on the last")


class Telling:
    """Turns entities that fit into hits. ``public``: the catalogue's (provider, kind, field) that anyone may see."""

    def __init__(self, public: frozenset[tuple[str, Kind, str]]) -> None:
        """Keep what is public."""
        self._public = public

    def __call__(self, handle: str, fitting: Fitting) -> Hit:
        """Return the hit that tells of an entity."""
        name, masked = self._name(fitting)
        return Hit(
            handle=handle,
            kind=fitting.candidate.kind,
            masked_name=name,
            masked=masked,
            providers=sorted({record.provider for record in fitting.records}),
            updated=datetime.fromtimestamp(max(record.committed_ms for record in fitting.records) / 1000, UTC),
        )

    def _name(self, fitting: Fitting) -> tuple[str, bool]:
        """Return the name to show, and whether something of it is hidden."""
        kind = fitting.candidate.kind
        if kind is Kind.PERSON:  # masked even where a register is open: the most restrictive rule wins
            return next(map(mask_name, _known(fitting, "name")), HIDDEN), True
        if kind is Kind.THING:
            return self._thing(fitting)
        fields = _NAMED_BY[kind]
        shown = [value for field in fields for value in self._shown(fitting, field)]
        return (shown[0], False) if shown else (HIDDEN, True)

    def _thing(self, fitting: Fitting) -> tuple[str, bool]:
        plates = self._shown(fitting, "plate")
        words = plates[:1] or [mask_plate(plate) for plate in _known(fitting, "plate")[:1]]
        for field in ("make", "model", "type"):
            words += self._shown(fitting, field)[:1]
        return (" ".join(dict.fromkeys(words)) or HIDDEN), not plates

    def _shown(self, fitting: Fitting, field: str) -> list[str]:
        place = fitting.candidate.kind, field
        records = (record for record in fitting.records if (record.provider, *place) in self._public)
        return [value for record in records for value in open_values(fitting.candidate, record, field)]


def _known(fitting: Fitting, field: str) -> list[str]:
    """Return every value of a field, personal and internal ones too: only for masking."""
    sealed = [record.values[field] for record in fitting.records if field in record.values]
    return sealed + [value for record in fitting.records for value in open_values(fitting.candidate, record, field)]
