"""What a search answers: how many entities fit, each by handle and masked name. No personal value leaves in clear."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, Field

from domain.entities import Kind
from domain.masking import HIDDEN, mask_name, mask_plate
from query.fit import Fitting, Opened

_NAMED_BY = {
    Kind.ORGANISATION: ("name",),
    Kind.ADDRESS: ("address", "place_name"),
    Kind.MATTER: ("title", "number", "type"),
}


class Name(BaseModel):
    """A name of an entity, as far as it may be told, and who gives it."""

    masked_name: str = Field(description="open names in full, personal ones masked: 王*")
    provider: str = Field(description="the department whose record gives it")


class Hit(BaseModel):
    """One entity, as far as it may be told of without a grant."""

    handle: str = Field(description="names the entity within this department, purpose and case only")
    kind: Kind
    masked_name: str = Field(description="the best one: open names in full, personal ones masked: 王*")
    masked: bool = Field(description="whether something of the name is hidden")
    name_from: str | None = Field(default=None, description="the department whose record gives that name; absent where nothing may show")
    other_names: list[Name] = Field(description="names that other records give, best first; where departments disagree, this shows it")
    status: Literal["active", "closed"] = Field(description="closed: a register that permits this purpose ended it (death, deregistration)")
    closed_by: list[str] = Field(description="the departments whose registers say so")
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
        names, masked = self._names(fitting)
        ending = sorted({record.provider for record in fitting.records if record.member.ends})
        return Hit(
            handle=handle,
            kind=fitting.candidate.kind,
            masked_name=names[0].masked_name if names else HIDDEN,
            masked=masked,
            name_from=names[0].provider if names else None,
            other_names=names[1:],
            status="closed" if ending else "active",
            closed_by=ending,
            providers=sorted({record.provider for record in fitting.records}),
            updated=datetime.fromtimestamp(max(record.member.committed_ms for record in fitting.records) / 1000, UTC),
        )

    def _names(self, fitting: Fitting) -> tuple[list[Name], bool]:
        """Return the names to show, best first, each once, and whether something of the first is hidden."""
        kind = fitting.candidate.kind
        if kind is Kind.PERSON:  # masked even where a register is open: the most restrictive rule wins
            return _once((mask_name(name), record) for name, record in _known(fitting, "name")), True
        if kind is Kind.THING:
            return self._things(fitting)
        shown = _once(pair for field in _NAMED_BY[kind] for pair in self._shown(fitting, field))
        return shown, not shown

    def _things(self, fitting: Fitting) -> tuple[list[Name], bool]:
        """Return plates, the best one with make and model; where there is none, make and model alone."""
        shown = list(self._shown(fitting, "plate"))
        plates = shown or [(mask_plate(plate), record) for plate, record in _known(fitting, "plate")]
        details = [pair for field in ("make", "model", "type") for pair in list(self._shown(fitting, field))[:1]]
        first = [*plates[:1], *details]
        if not first:
            return [], True
        words = " ".join(dict.fromkeys(word for word, _ in first))
        return _once([(words, first[0][1]), *plates[1:]]), not shown

    def _shown(self, fitting: Fitting, field: str) -> Iterator[tuple[str, Opened]]:
        """Yield a field's values that anyone may see, best first, and the records that give them."""
        place = fitting.candidate.kind, field
        for record in _best_first(fitting, field):
            if field in record.clear and (record.provider, *place) in self._public:
                yield record.clear[field], record


def _known(fitting: Fitting, field: str) -> Iterator[tuple[str, Opened]]:
    """Yield every value of a field, personal and internal ones too, best first: only for masking."""
    for record in _best_first(fitting, field):
        if field in record.values:
            yield record.values[field], record


def _best_first(fitting: Fitting, field: str) -> list[Opened]:
    return sorted(fitting.records, key=lambda record: record.standing(field))


def _once(pairs: Iterable[tuple[str, Opened]]) -> list[Name]:
    first: dict[str, str] = {}
    for word, record in pairs:
        first.setdefault(word, record.provider)
    return [Name(masked_name=word, provider=provider) for word, provider in first.items() if word]
