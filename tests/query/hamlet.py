"""Records that the resolver's own rules made entities of, held in memory as the store holds them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from domain.composition import entity_id
from domain.disclosure import Disclosure
from domain.entities import STRONG_KEYS, Kind
from domain.matching.blocking import tokens_of
from domain.matching.clusters import CONTESTED, Edge, partition
from domain.matching.contest import parts
from domain.matching.keys import MOST_HOLDERS, decided, key_of
from domain.matching.scorecard import Band, Scorecard
from domain.matching.scorecard_file import VERSIONS, shipped
from domain.sealing import Sealer
from domain.tokens import Tokeniser
from query.entity_store import EdgeHeld, EntityHeld, Far, Held, PairHeld, PinHeld
from query.evidence import Evidence
from query.history import PastRecord, Was
from tests.query.town import MASTER, TIME_MS, contracts

_CARDS = {kind: Scorecard(shipped(kind)) for kind in VERSIONS}
_KINDS = {"industry_commerce": Kind.ORGANISATION, "transport": Kind.THING, "civil_affairs": Kind.ADDRESS}


@dataclass
class Hamlet:
    """An ``EntityStore`` in memory: ``add`` records, ``pin`` pairs, then ``resolve``."""

    records: dict[bytes, Held] = field(default_factory=dict)
    edges: dict[tuple[bytes, bytes], EdgeHeld] = field(default_factory=dict)
    pins: dict[tuple[bytes, bytes], PinHeld] = field(default_factory=dict)
    former: dict[str, str] = field(default_factory=dict)
    past: dict[str, list[tuple[int, Was]]] = field(default_factory=dict)
    values: dict[bytes, dict[str, str]] = field(default_factory=dict)
    failure: Exception | None = None

    def __post_init__(self) -> None:
        """Derive the keys."""
        self.tokeniser = Tokeniser(MASTER)
        self.sealer = Sealer(MASTER)
        self._disclosure = Disclosure(contracts(), self.tokeniser)

    @property
    def evidence(self) -> Evidence:
        return Evidence("", MASTER, store=self)

    def add(self, provider: str, values: dict[str, str], *, raw: dict[str, str] | None = None, valid: bool = True) -> bytes:
        """Add a record; ``valid``: whether its identifiers are strong keys. Return its handle."""
        kind = _KINDS.get(provider, Kind.PERSON)
        number = len(self.records) + 1
        handle = self.tokeniser.raw("record", f"{provider}/register/{number}/subject")
        spoken: dict[str, Any] = {"role": "subject", "kind": str(kind), "values": values, "raw": raw or {}, "flags": []}
        split = self._disclosure(provider, "register", spoken)
        key, wrapped = self.sealer.new_key()
        sealed = self.sealer.seal(key, handle, split.sealed) if split.sealed else None
        keys = tuple(key_of(self.tokeniser, kind, f"{name}:{values[name]}") for name in STRONG_KEYS[kind] if name in values and valid)
        said = values | {f"raw.{name}": words for name, words in (raw or {}).items()}
        blocks = tokens_of(self.tokeniser, kind, _CARDS[kind].blocks(_CARDS[kind].features(said)))
        self.records[handle] = Held(
            handle, kind, provider, "register", "subject", number, TIME_MS + number, tuple(sorted(keys)),
            tuple(block[:16] for block in blocks), (), split.public, sealed, wrapped, "",
        )  # fmt: skip
        self.values[handle] = said
        return handle

    def pin(self, one: bytes, other: bytes, *, same: bool, seconded: bool = False) -> None:
        pair = min(one, other), max(one, other)
        self.pins[pair] = PinHeld(*pair, same, len(self.pins) + 1, seconded)

    def erase(self, handle: bytes) -> None:
        self.records[handle] = replace(self.records[handle], wrapped=None)

    def resolve(self) -> "Hamlet":
        """Give every record its entity by the rules, all compared with all."""
        for kind in VERSIONS:
            self._resolve(kind, {handle: held for handle, held in self.records.items() if held.kind is kind})
        return self

    def _resolve(self, kind: Kind, records: Mapping[bytes, Held]) -> None:
        card = _CARDS[kind]
        features = {handle: card.features(self.values[handle]) for handle in records}
        found = {}
        for one, other in combinations(sorted(records), 2):
            judgement = card.judge(features[one], features[other])
            if judgement.band is not Band.APART and not decided(records[one].keys, records[other].keys):
                found[one, other] = EdgeHeld(one, other, judgement.hundredths, str(judgement.band), None)
        matches = [Edge(edge.hundredths, edge.one, edge.other) for edge in found.values() if edge.band == "match"]
        pins = [pin.pin for pin in self.pins.values()]
        keys = {handle: held.keys for handle, held in records.items()}
        contested = self._contested(records) if kind is Kind.PERSON else {}
        clusters = partition(keys, matches, pins, lambda one, other: card.support(features[one], features[other]), contested)
        for first, *others in contested.values():
            for one, other in (sorted((first[0], part[0])) for part in others):
                found[one, other] = EdgeHeld(one, other, card.judge(features[one], features[other]).hundredths, "review", CONTESTED)
        for edge, reason in clusters.refused:
            found[edge.one, edge.other] = replace(found[edge.one, edge.other], refusal=reason)
        self.edges |= found
        for cluster in clusters.clusters:
            identifier = entity_id(self.tokeniser, kind, cluster.anchor)
            for handle in cluster.handles:
                self.records[handle] = replace(self.records[handle], entity_id=identifier)

    def _contested(self, records: Mapping[bytes, Held]) -> dict[bytes, list[list[bytes]]]:
        """Return the IDs of unlike names that join parts; more names than a specimen has are not played here."""
        prepared = {handle: _CARDS[Kind.PERSON].features(self.values[handle]).slots for handle in records}
        place = _CARDS[Kind.PERSON].fields.index("name")
        found = {}
        for key in {key for held in records.values() for key in held.keys}:
            sounds = {handle: "".join(held.public["tokens"].get("name_pinyin", ())) for handle, held in records.items() if key in held.keys}
            parted = parts(sounds, lambda each: prepared[each][place])
            if parted is not None:
                found[key] = parted
        return found

    def _counts(self, keys: set[bytes]) -> dict[bytes, int]:
        bounded = {key for key in keys if key[0] in MOST_HOLDERS}
        return {key: sum(key in held.keys for held in self.records.values()) for key in bounded}

    def _having(self, keys: set[bytes]) -> dict[bytes, Held]:
        return {handle: held for handle, held in self.records.items() if held.kind is Kind.PERSON and keys.intersection(held.keys)}

    def of(self, handle: bytes) -> str:
        return self.records[handle].entity_id

    async def record(self, handle: bytes) -> Held | None:
        if self.failure is not None:
            raise self.failure
        return self.records.get(handle)

    async def pair(self, one: bytes, other: bytes) -> PairHeld:
        assert one < other
        found = {handle: self.records[handle] for handle in (other, one) if handle in self.records}
        keys = [set(held.keys) for held in found.values()]
        rivals = tuple(self._having(set.intersection(*keys)).values()) if keys else ()
        return PairHeld(found, self.edges.get((one, other)), self.pins.get((one, other)), rivals, self._counts(set().union(*keys)))

    async def current(self, entity_id: str) -> str | None:
        if self.failure is not None:
            raise self.failure
        now = self.former.get(entity_id, entity_id)
        return now if any(held.entity_id == now for held in self.records.values()) else None

    async def entity(self, entity_id: str) -> EntityHeld | None:
        members = {handle: held for handle, held in sorted(self.records.items()) if held.entity_id == entity_id}
        keys = {key for held in members.values() for key in held.keys}
        outside: dict[bytes, set[str]] = {}
        for held in self.records.values():
            for key in keys.intersection(held.keys) if held.entity_id != entity_id else ():
                outside.setdefault(key, set()).add(held.provider)
        edges = sorted(self.edges.values(), key=lambda edge: (-edge.hundredths, edge.one, edge.other))
        return (
            EntityHeld(
                entity_id,
                tuple(members.values()),
                tuple((edge, self._far(edge, members)) for edge in edges if {edge.one, edge.other} & members.keys()),
                tuple((pin, self._far(pin, members)) for pin in self.pins.values() if {pin.one, pin.other} & members.keys()),
                {key: frozenset(providers) for key, providers in outside.items()},
                tuple(held for held in self._having(keys).values() if held.entity_id != entity_id),
                self._counts(keys),
                (),
                tuple(old for old, now in self.former.items() if now == entity_id),
            )
            if members
            else None
        )

    def was(self, entity_id: str, until_ms: int, members: Sequence[bytes], redirect: str | None = None) -> None:
        """Say that until then an entity had these records, each saying what it says now, or led elsewhere."""
        held = (self.records[handle] for handle in members)
        records = tuple(
            PastRecord(h.handle, h.provider, h.table, h.role, h.lsn, h.committed_ms, h.public, h.sealed, h.wrapped) for h in held
        )
        self.past.setdefault(entity_id, []).append((until_ms, Was(entity_id, 0, records, redirect)))

    async def as_of(self, entity_id: str, at_ms: int) -> Was | None:
        if self.failure is not None:
            raise self.failure
        known = [was for until_ms, was in sorted(self.past.get(entity_id, []), key=lambda each: each[0]) if until_ms > at_ms]
        return replace(known[0], at_ms=at_ms) if known else None

    async def changes(self, entity_id: str, providers: frozenset[str] | None) -> list[int]:
        told = [
            until_ms for until_ms, was in self.past.get(entity_id, [])
            if any(providers is None or record.provider in providers for record in was.members)
        ]  # fmt: skip
        return sorted(told, reverse=True)

    async def close(self) -> None:
        pass

    def _far(self, link: EdgeHeld | PinHeld, members: Mapping[bytes, Held]) -> Far:
        far = self.records[link.one if link.one not in members else link.other]
        return Far(far.handle, far.entity_id, far.provider)
