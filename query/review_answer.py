"""What the review tells a steward, as data: cards of the queue, two records side by side, and lines of the log."""

from collections.abc import Callable
from datetime import UTC, datetime
from math import floor
from typing import Literal

from pydantic import BaseModel, Field

from domain.entities import Kind
from domain.matching.explain import RESTS
from domain.tokens import text_of
from query.entity_answer import Reason, Said
from query.evidence import PairEvidence, Side
from query.review_log import Line
from query.review_queue import Card, Page

_KINDS = list(Kind)
State = Literal["holds", "rests", "waits", "undo", "past"]


class Origin(BaseModel):
    """Where a record comes from."""

    provider: str
    table: str
    role: str


class CardTold(BaseModel):
    """Two entities that may be one, by their best pair of records."""

    one: str = Field(description="a record's handle, the lesser of the two")
    other: str
    kind: Kind
    bits: int = Field(description="whole bits of evidence for one entity")
    band: Literal["match", "review"]
    refusal: str | None = Field(description="why a match did not join")
    since: datetime = Field(description="since when a pair of the two has been open")
    pairs: int = Field(description="how many pairs of records speak of it")
    unsure: bool = Field(description="a steward was unsure")
    sides: list[Origin]


class QueueTold(BaseModel):
    """A page of the queue."""

    total: int
    cards: list[CardTold]
    next: str | None = Field(description="send it as `after` for the next page")


class LineTold(BaseModel):
    """One line of the log of decisions."""

    id: int
    one: str
    other: str
    kind: Kind
    verdict: Literal["same", "different", "unsure"] | None = Field(description="null: it takes another line back")
    undoes: int | None
    steward: str
    reason: str
    decided: datetime
    touches: int = Field(description="records of both entities when it was decided")
    needs_second: bool
    consented_by: str | None
    consented: datetime | None
    applied: datetime | None = Field(description="when the resolver had done it")
    state: State = Field(description="rests: it holds, but joins nothing; past: overtaken or taken back")
    rests: Said | None = Field(description="why it joins nothing")


class RecordTold(Origin):
    """One of two records, masked."""

    handle: str
    updated: datetime
    masked: dict[str, str]
    flags: list[str]


class PairTold(Said):
    """Two records side by side: the verdict, what speaks for and against it, and what was decided."""

    one: str
    other: str
    kind: Kind
    together: bool = Field(description="the two are one entity now")
    bits: int | None
    sides: list[RecordTold]
    keys: list[Said]
    reasons: list[Reason]
    refusal: str | None
    seen: str = Field(description="send it with the decision: it is refused if the records changed meanwhile")
    log: list[LineTold] = Field(description="newest first")


def card(found: Card) -> CardTold:
    """Return a card as it is told."""
    return CardTold(
        one=text_of(found.one),
        other=text_of(found.other),
        kind=found.kind,
        bits=found.bits,
        band=found.band,
        refusal=found.refusal,
        since=moment(found.since_ms),
        pairs=found.pairs,
        unsure=found.unsure,
        sides=[Origin(provider=side.provider, table=side.table, role=side.role) for side in found.sides],
    )


def page(found: Page) -> QueueTold:
    """Return a page as it is told."""
    return QueueTold(total=found.total, cards=[card(each) for each in found.cards], next=found.next)


def line(found: Line, reason: Callable[[Line], str]) -> LineTold:
    """Return a line as it is told; ``reason`` opens its reason."""
    return LineTold(
        id=found.id,
        one=text_of(found.one),
        other=text_of(found.other),
        kind=_KINDS[found.kind],
        verdict=found.verdict,
        undoes=found.undoes,
        steward=found.steward,
        reason=reason(found),
        decided=moment(found.decided_ms),
        touches=found.touches,
        needs_second=found.needs_second,
        consented_by=found.consented_by,
        consented=None if found.consented_ms is None else moment(found.consented_ms),
        applied=None if found.applied_ms is None else moment(found.applied_ms),
        state=_state(found),
        rests=Said(zh=RESTS[found.rests].zh, en=RESTS[found.rests].en) if found.rests else None,
    )


def pair(found: PairEvidence, log: list[LineTold]) -> PairTold:
    """Return two records side by side as they are told."""
    one, other = found.sides
    return PairTold(
        zh=found.verdict.zh,
        en=found.verdict.en,
        one=text_of(one.handle),
        other=text_of(other.handle),
        kind=one.kind,
        together=one.entity_id == other.entity_id,
        bits=floor(found.judgement.bits) if found.judgement else None,
        sides=[_record(side) for side in found.sides],
        keys=[Said(zh=fact.zh, en=fact.en) for fact in found.keys],
        reasons=[Reason(**reason._asdict()) for reason in found.reasons],
        refusal=found.refusal,
        seen=found.seen,
        log=log,
    )


def moment(unix_ms: int) -> datetime:
    """Return a time in UTC."""
    return datetime.fromtimestamp(unix_ms / 1000, UTC)


def _record(side: Side) -> RecordTold:
    return RecordTold(
        provider=side.provider,
        table=side.table,
        role=side.role,
        handle=text_of(side.handle),
        updated=moment(side.committed_ms),
        masked=side.masked,
        flags=list(side.flags),
    )


def _state(found: Line) -> State:
    if found.waits:
        return "waits"
    if found.holds:
        return "rests" if found.rests else "holds"
    return "undo" if found.undoes is not None and found.counts else "past"
