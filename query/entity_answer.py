"""What is told of why and how, as data: records by names that the caller gives, whole bits, sentences in both languages, no value.

The caller says how entities and records are named, since a name must mean something only where the answer goes, and whether masked
values are told.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from math import floor
from typing import Literal

from pydantic import BaseModel, Field

from domain.entities import Kind
from domain.matching.explain import KEYS, TOLD, Words, field_of
from domain.tokens import text_of
from query.entity_how import HowEvidence, Step
from query.entity_why import WhyEvidence
from query.evidence import PairEvidence, Side

_REVIEW = Words("证据不够明确，等待人工复核", "the evidence is not clear: a person must judge")
_JUST_NOW = Words("数据刚变，正在重新合并", "it has just changed and is being joined anew")
_PINNED = Words("复核员判定为同一个", "a steward decided that they are one")
_HANGS = Words(
    "{members} 条记录是同一个实体：{key} 步凭证件号，{edge} 步凭相像，{pin} 步凭复核员判定",
    "{members} records are one entity; steps that joined them: by identifiers {key}, by likeness {edge}, by stewards' decisions {pin}",
)
_ALONE = Words("只有一条记录", "a single record")


class Said(BaseModel):
    """One sentence in both languages."""

    zh: str
    en: str


class Reason(Said):
    """What one field says of two records."""

    field: str
    level: str = Field(description="how far the two values agree")
    bits: int = Field(description="whole bits: above 0 for one entity, below 0 for two")


class Record(BaseModel):
    """A record, without its values."""

    handle: str
    entity: str
    kind: Kind
    provider: str
    table: str
    role: str
    updated: datetime = Field(description="commit time at its source")
    fields: list[str]
    masked: dict[str, str] | None = Field(default=None, description="what of each value may show")
    flags: list[str] = Field(description="doubts about values: <field>:<doubt>")
    muted: list[str] = Field(description="fields that are not compared, since too many records share the value")


class Pair(Said):
    """Two records, what speaks for and against their being one entity, and the verdict."""

    records: list[Record]
    keys: list[Said]
    reasons: list[Reason]
    pinned: Literal["same", "different"] | None = None
    refusal: str | None = None


class Joined(Said):
    """One step that joined two records."""

    one: str
    other: str
    how: Literal["pin", "key", "edge"]
    field: str | None = Field(default=None, description="the identifier that joined")
    bits: int | None = None
    reasons: list[Reason] = []


class Candidate(Said):
    """Another entity that nearly was the same, and why it is not."""

    record: str
    other: str
    entity: str
    bits: int
    band: str
    refusal: str | None = None
    pairs: int


class Apart(BaseModel):
    """A record of this entity and one of another that a steward said differ."""

    record: str
    other: str
    entity: str


class HowAnswer(Said):
    """How the records of an entity hang together."""

    entity: str
    kind: Kind
    members: list[Record]
    more: bool = Field(description="the entity has more records than are told of")
    steps: list[Joined]
    withheld: bool = Field(description="some records are connected only by what this purpose may not see")
    unsettled: bool = Field(description="the store is changing: look again")
    refused: list[Candidate]
    kept_apart: list[Apart]
    ambiguous: list[Said] = Field(description="identifiers that another entity has too, so that they join nothing")
    doubted: list[Said] = Field(description="identifiers that do not join all their records, and why")
    crowded: list[Said] = Field(description="what too many records share to be all compared by it")
    former: list[str] = Field(description="names that lead here")


class WhyAnswer(Said):
    """Why two are one entity or not."""

    relation: Literal["same_record", "one_entity", "two_entities"]
    entities: list[str]
    obstacles: list[Said]
    pair: Pair | None = None
    steps: list[Joined]
    records: list[Record] = Field(description="the records on the way from one to the other")


class EntityTelling:
    """Tells evidence. ``name``: turns an entity id or a record handle's text into what the caller may know it by."""

    def __init__(self, name: Callable[[str], str], *, masked: bool) -> None:
        """Keep how to name, and whether masked values are told."""
        self.name = name
        self._masked = masked

    def how(self, found: HowEvidence) -> HowAnswer:
        """Return how an entity's records hang together."""
        words = how_words(found)
        return HowAnswer(
            zh=words.zh,
            en=words.en,
            entity=self.name(found.entity_id),
            kind=found.kind,
            members=[self.record(side) for side in found.members],
            more=found.more,
            steps=[self._step(step) for step in found.steps],
            withheld=found.withheld,
            unsettled=found.unsettled,
            refused=self._refused(found),
            kept_apart=[
                Apart(record=self._handle(near), other=self._handle(far.handle), entity=self.name(far.entity_id))
                for near, far in found.kept_apart
            ],
            ambiguous=_said(KEYS[field] for field in found.ambiguous),
            doubted=_said(found.doubted),
            crowded=_said(found.crowded),
            former=[self.name(identifier) for identifier in found.former],
        )

    def why(self, found: WhyEvidence) -> WhyAnswer:
        """Return why two are one entity or not."""
        return WhyAnswer(
            zh=found.verdict.zh,
            en=found.verdict.en,
            relation=found.relation,
            entities=[self.name(identifier) for identifier in found.entities],
            obstacles=_said(found.obstacles),
            pair=self._pair(found.pair) if found.pair else None,
            steps=[self._step(step) for step in found.chain],
            records=[self.record(side) for side in found.sides],
        )

    def _pair(self, found: PairEvidence) -> Pair:
        return Pair(
            zh=found.verdict.zh,
            en=found.verdict.en,
            records=[self.record(side) for side in found.sides],
            keys=[Said(zh=fact.zh, en=fact.en) for fact in found.keys],
            reasons=_reasons(found),
            pinned=None if found.pinned is None else "same" if found.pinned else "different",
            refusal=found.refusal,
        )

    def _step(self, step: Step) -> Joined:
        join, words = step.join, step_words(step)
        return Joined(
            zh=words.zh,
            en=words.en,
            one=self._handle(join.one),
            other=self._handle(join.other),
            how=join.how,
            field=field_of(join.key) if join.key else None,
            bits=floor(join.hundredths / 100) if join.how == "edge" else None,
            reasons=_reasons(step.pair) if step.pair and join.how == "edge" else [],
        )

    def _refused(self, found: HowEvidence) -> list[Candidate]:
        told = []
        for near, far, edge, pairs in found.refused:
            zh, en = TOLD[edge.refusal] if edge.refusal else _REVIEW if edge.band == "review" else _JUST_NOW
            told.append(
                Candidate(
                    zh=zh,
                    en=en,
                    record=self._handle(near),
                    other=self._handle(far.handle),
                    entity=self.name(far.entity_id),
                    bits=floor(edge.hundredths / 100),
                    band=edge.band,
                    refusal=edge.refusal,
                    pairs=pairs,
                )
            )
        return told

    def record(self, side: Side) -> Record:
        """Return a record, without its values."""
        return Record(
            handle=self._handle(side.handle),
            entity=self.name(side.entity_id),
            kind=side.kind,
            provider=side.provider,
            table=side.table,
            role=side.role,
            updated=datetime.fromtimestamp(side.committed_ms / 1000, UTC),
            fields=list(side.masked),
            masked=side.masked if self._masked else None,
            flags=list(side.flags),
            muted=list(side.muted),
        )

    def _handle(self, handle: bytes) -> str:
        return self.name(text_of(handle))


def how_words(found: HowEvidence) -> Words:
    """Return the sentence that sums up how an entity's records hang together."""
    if len(found.members) == 1:
        return _ALONE
    count = {how: sum(step.join.how == how for step in found.steps) for how in ("key", "edge", "pin")}
    return Words(*(text.format(members=len(found.members), **count) for text in _HANGS))


def step_words(step: Step) -> Words:
    """Return the sentence that says what joined two records."""
    join = step.join
    if join.how == "pin":
        return _PINNED
    if join.how == "key":
        zh, en = KEYS[field_of(join.key)]
        return Words(f"{zh}相同", f"same {en}")
    bits = floor(join.hundredths / 100)
    return Words(f"相像，证据 {bits} 比特", f"alike, {bits} bits of evidence")


def _reasons(found: PairEvidence) -> list[Reason]:
    return [Reason(**reason._asdict()) for reason in found.reasons]


def _said(words: Iterable[Words]) -> list[Said]:
    return [Said(zh=zh, en=en) for zh, en in words]
