"""Why two records are one entity or two: what their identifiers, the scorecard and the stewards say, with every value masked.

Personal values are opened in memory for the comparison only; nothing that is returned, raised or logged holds one.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import floor
from types import MappingProxyType

from domain.entities import FIELDS, Kind
from domain.masking import HIDDEN, mask_name, mask_plate
from domain.matching.clusters import CONTESTED
from domain.matching.explain import KINDS, RESTS, TOLD, Reason, Words, verdict, why
from domain.matching.features import Features
from domain.matching.key_facts import KeyFact, Standing, keys_say
from domain.matching.keys import CODES, EXCLUSIVE, decided
from domain.matching.scorecard import Judgement, Scorecard
from domain.matching.scorecard_file import Cards, shipped_cards
from domain.review import seen as seen_of
from domain.sealing import Sealer, UnsealError
from query.entity_store import EntityStore, Held, PairHeld, PinHeld, PostgresStore
from query.key_standing import Standings, doubts, standings

_PERSONS_NAMES = frozenset({"legal_representative"})  # a person's name in an organisation's record
_PINNED = {
    True: Words("复核员已判定：同一实体", "a steward decided: one entity"),
    False: Words("复核员已判定：不同实体", "a steward decided: two entities"),
}
_NOT_RESOLVED = Words("事项不合并：每条记录各是一件事", "matters are not resolved: each record is a matter of its own")
_TOGETHER = Words("；两条因别的依据在同一实体", "; the two are one entity by other evidence")
_TO_JUDGE = Words("；由人判断", "; a person must judge")
_EXCLUSIVE_FIELDS = {field for (_, field), code in CODES.items() if code in EXCLUSIVE}
_BAD_HANDLE = "two different record handles are wanted"
Public = frozenset[tuple[str, Kind, str]]
"""(provider, kind, field) that anyone may see: ``Catalogue.public``."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two records. ``masked``: every field it gives → what of its value may show; ``flags``: doubts about values, without them.

    ``muted``: fields that are not compared, since too many records share the value.
    """

    handle: bytes
    kind: Kind
    provider: str
    table: str
    role: str
    committed_ms: int
    entity_id: str
    masked: dict[str, str]
    flags: tuple[str, ...]
    muted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """What speaks for and against two records being one entity; ``sides`` by handle, so that the order asked in does not matter.

    ``judgement``: the scorecard's, None where identifiers decide alone, kinds differ, or the kind is not resolved; ``pinned``: a
    steward's last word (same, different: True, False); ``refusal``: why a pair that matches did not join (``explain.TOLD``);
    ``seen``: tells these records from the same changed since.
    """

    sides: tuple[Side, Side]
    judgement: Judgement | None
    reasons: list[Reason]
    verdict: Words
    keys: list[KeyFact]
    pinned: bool | None
    refusal: str | None
    seen: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A record with its values in clear: in memory only, while one question is answered."""

    held: Held
    values: Mapping[str, str]


def features(card: Scorecard, record: Opened) -> Features:
    """Return what the scorecard compares of a record, as the resolver sees it."""
    found = card.features(record.values)
    return card.without(found, record.held.muted) if record.held.muted else found


def _doubted(fact: KeyFact, judgement: Judgement, *, together: bool) -> Words:
    tail = _TOGETHER if together else _TO_JUDGE if fact.doubt == "contested" else Words("", "")
    bits = floor(judgement.bits)
    return Words(f"{fact.zh}{tail.zh}（各项证据共 {bits} 比特）", f"{fact.en}{tail.en} ({bits} bits of evidence in all)")


class Judge:
    """Opens records and says what speaks for two of them being one; holds no state of them."""

    def __init__(self, master: bytes, public: Public = frozenset(), cards: Cards | None = None) -> None:
        """Derive the key; ``public``: what may show unmasked; ``cards``: the scorecards in use, the shipped ones if left out."""
        self._sealer = Sealer(master)
        self._public = public
        self._cards = {kind: Scorecard(card) for kind, card in (cards or shipped_cards()).items()}

    def opened(self, held: Held) -> Opened | None:
        """Return the record with its values; None for one that is erased, or was made anew a moment ago."""
        if held.sealed is None:
            return Opened(held, held.public["open"])
        if held.wrapped is None:
            return None
        key = self._sealer.unwrap(held.wrapped)  # fails only under another master key: a fault, not an answer
        try:
            return Opened(held, held.public["open"] | self._sealer.unseal(key, held.handle, held.sealed))
        except UnsealError:
            return None

    def side(self, record: Opened) -> Side:
        """Return what may be told of a record."""
        held = record.held
        masked = {field: self._masked(record, field) for field in held.public["fields"]}
        flags = tuple(held.public.get("flags", ()))
        return Side(
            held.handle, held.kind, held.provider, held.table, held.role, held.committed_ms, held.entity_id, masked, flags, held.muted
        )

    def standings(self, holders: Iterable[Held], counts: Mapping[bytes, int]) -> dict[bytes, Standing]:
        """Return the keys that do not join all their records (``key_standing.standings``)."""
        return standings(self._cards[Kind.PERSON], self._values, holders, counts)

    def judgement(self, one: Opened, other: Opened, standing: Standings = MappingProxyType({})) -> Judgement | None:
        """Return the scorecard's judgement; None where it is not asked: identifiers that are not in doubt decide, or kinds differ."""
        doubted = doubts(standing, one.held, other.held)
        keys, others = ([key for key in record.held.keys if key not in doubted] for record in (one, other))
        return None if decided(keys, others) else self.weighed(one, other)

    def weighed(self, one: Opened, other: Opened) -> Judgement | None:
        """Return what the scorecard says, whatever the identifiers; None for two kinds, or a kind that is not resolved."""
        card = self._cards.get(one.held.kind)
        if card is None or one.held.kind is not other.held.kind:
            return None
        return card.judge(features(card, one), features(card, other))

    def card(self, kind: Kind) -> Scorecard | None:
        """Return the scorecard in use of a kind; None for one that is not resolved."""
        return self._cards.get(kind)

    def evidence(
        self,
        one: Opened,
        other: Opened,
        standing: Standings,
        pinned: PinHeld | None = None,
        refusal: str | None = None,
        *,
        weigh: bool = False,
    ) -> PairEvidence:
        """Return all that is said of two records; ``weigh``: the scorecard's judgement even where identifiers decide."""
        first, second = sorted((one, other), key=lambda record: record.held.handle)
        judgement = self.weighed(first, second) if weigh else self.judgement(first, second, standing)
        keys = keys_say(first.held.keys, second.held.keys, doubts(standing, first.held, second.held))
        reasons = why(judgement, self._cards[first.held.kind].file) if judgement else []
        words = self._verdict(first, second, judgement, keys, pinned)
        if refusal and pinned is None and refusal != CONTESTED:  # what a contested key says is the verdict
            zh, en = TOLD[refusal]
            words = Words(f"{words.zh}；但未合并：{zh}", f"{words.en}; but not joined: {en}")
        seen = seen_of((each.held.handle, each.held.lsn, each.held.committed_ms) for each in (first, second))
        return PairEvidence(
            (self.side(first), self.side(second)), judgement, reasons, words, keys, pinned.same if pinned else None, refusal, seen
        )

    def _verdict(self, one: Opened, other: Opened, judgement: Judgement | None, keys: list[KeyFact], pinned: PinHeld | None) -> Words:
        if pinned is not None:
            zh, en = _PINNED[pinned.same]
            return Words(f"{zh}；但{RESTS[pinned.rests].zh}", f"{en}; but {RESTS[pinned.rests].en}") if pinned.rests else Words(zh, en)
        kinds = one.held.kind, other.held.kind
        if kinds[0] is not kinds[1]:
            (zh, en), (zh2, en2) = sorted(KINDS[kind] for kind in kinds)
            return Words(f"一条说的是{zh}，一条说的是{zh2}：不比较", f"one record speaks of a {en}, one of a {en2}: not compared")
        doubted = next((fact for fact in keys if fact.doubt and fact.field in _EXCLUSIVE_FIELDS), None)
        if doubted is not None and judgement is not None:  # the resolver does not go by likeness here
            return _doubted(doubted, judgement, together=one.held.entity_id == other.held.entity_id)
        if judgement is not None:
            return verdict(judgement, self._cards[kinds[0]].file)
        return Words(keys[0].zh, keys[0].en) if keys else _NOT_RESOLVED

    def _values(self, held: Held) -> Mapping[str, str] | None:
        opened = self.opened(held)
        return opened.values if opened else None

    def _masked(self, record: Opened, field: str) -> str:
        held, value = record.held, record.values.get(field)
        if value is None:  # the source's words, which nothing could read
            return HIDDEN
        kind = FIELDS[held.kind][field].kind
        if kind == "person_name" or field in _PERSONS_NAMES:  # masked even where a register is open: the most restrictive rule wins
            return mask_name(value)
        if held.kind is not Kind.PERSON and field in held.public["open"] and (held.provider, held.kind, field) in self._public:
            return value
        return mask_plate(value) if kind == "plate" else HIDDEN


class Evidence:
    """Answers from the resolver's store; connects at the first question, ``close`` ends the connections."""

    def __init__(
        self, dsn: str, master: bytes, public: Public = frozenset(), store: EntityStore | None = None, cards: Cards | None = None
    ) -> None:
        """Keep the store's address and derive the keys; ``store`` stands in for the real one in tests, ``cards`` as in ``Judge``."""
        self.store: EntityStore = store or PostgresStore(dsn)
        self.judge = Judge(master, public, cards)

    async def close(self) -> None:
        """End the connections."""
        await self.store.close()

    async def pair(self, one: bytes, other: bytes) -> PairEvidence | None:
        """Return what speaks for two records being one entity; None if one of them does not exist, or no longer.

        Raises:
            ValueError: the two are the same record.
            psycopg.Error, psycopg_pool.PoolTimeout: the store does not answer.
        """
        if one == other:
            raise ValueError(_BAD_HANDLE)
        held = await self.store.pair(*sorted((one, other)))
        return await asyncio.to_thread(self._of, held)  # opens all that have the two's ID: not in the loop

    def _of(self, pair: PairHeld) -> PairEvidence | None:
        """Return what speaks for two records that have been read."""
        opened = [record for held in pair.records.values() if (record := self.judge.opened(held)) is not None]
        if len(opened) < 2:  # noqa: PLR2004  # a pair
            return None
        standing = self.judge.standings((*pair.records.values(), *pair.rivals), pair.counts)
        return self.judge.evidence(opened[0], opened[1], standing, pair.pin, pair.edge.refusal if pair.edge else None)
