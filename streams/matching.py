"""Compares records by the scorecards: what a record is filed under, and how much a pair's evidence weighs.

Values are unsealed in this process's memory only; the features of the last records compared are kept there, by what they say.
"""

from collections import OrderedDict
from collections.abc import Mapping
from hashlib import blake2b

import orjson

from domain.composition import KnownRecord
from domain.disclosure import Disclosed
from domain.entities import Kind
from domain.matching.blocking import MUTED_BY, tokens_of
from domain.matching.clusters import CONTESTED
from domain.matching.contest import parts as parts_of
from domain.matching.contest import sound
from domain.matching.features import Features
from domain.matching.scorecard import Band, Judgement, Scorecard
from domain.matching.scorecard_file import Cards, shipped_cards
from domain.sealing import Sealer
from domain.tokens import Tokeniser, derive
from streams.cards import digest_of
from streams.store import KnownEdge

_KEPT = 20_000  # about 1.5 KB each
_DIGEST_BYTES = 8


class Matcher:
    """The scorecards of all kinds, and the features of records seen lately."""

    def __init__(self, master: bytes, tokeniser: Tokeniser, cards: Cards | None = None) -> None:
        """``master``: the 32-byte master key; ``cards``: the scorecards in use, the shipped ones if left out."""
        cards = shipped_cards() if cards is None else cards
        self._tokeniser = tokeniser
        self._sealer = Sealer(master)
        self._scorecards = {kind: Scorecard(card) for kind, card in cards.items()}
        self._version = {kind: digest_of(card) for kind, card in cards.items()}
        self._digest_key = derive(master, "compared")
        self._kept: OrderedDict[bytes, tuple[bytes, Features]] = OrderedDict()  # a dict looks ever longer for its first item

    def describe(self, kind: Kind, handle: bytes, digest: bytes, keys: list[bytes], split: Disclosed) -> tuple[list[bytes], bytes]:
        """Return a record's blocks (24 bytes each) and the digest of all that a comparison sees of it.

        Args:
            kind: the record's; a matter has no blocks.
            handle: its handle.
            digest: the keyed digest of its values.
            keys: its strong keys.
            split: its values, not sealed yet.
        """
        scorecard = self._scorecards.get(kind)
        if scorecard is None:
            return [], b""
        features = scorecard.features({**split.public["open"], **split.sealed})
        self._keep(handle, digest, features)
        return tokens_of(self._tokeniser, kind, scorecard.blocks(features)), self._compared(kind, features, keys)

    def describe_again(self, record: KnownRecord) -> tuple[list[bytes], bytes]:
        """Return a stored record's blocks and digest (``describe``) by the scorecard in use now."""
        scorecard = self._scorecards[record.kind]
        features = self._all_features(record)
        return tokens_of(self._tokeniser, record.kind, scorecard.blocks(features)), self._compared(record.kind, features, record.keys)

    def version(self, kind: Kind) -> int:
        """Return the version of the scorecard in use of a kind."""
        return self._scorecards[kind].file.version

    def judge(self, one: KnownRecord, other: KnownRecord) -> Judgement | None:
        """Return the judgement of a pair of one kind, unless they are apart."""
        scorecard = self._scorecards[one.kind]
        a, b = self._features(one), self._features(other)
        if scorecard.weigh(a, b) is None:
            return None
        judgement = scorecard.judge(a, b)
        return None if judgement.band is Band.APART else judgement

    def contested_pair(self, one: KnownRecord, other: KnownRecord, at_ms: int) -> KnownEdge:
        """Return the pair as one for a person to judge; ``one`` < ``other``, persons with one citizen ID and unlike names."""
        judgement = self._scorecards[one.kind].judge(self._features(one), self._features(other))
        number, version = list(Kind).index(one.kind), self.version(one.kind)
        return KnownEdge(one.handle, other.handle, number, judgement.hundredths, str(Band.REVIEW), CONTESTED, version, at_ms)

    def support(self, one: KnownRecord, other: KnownRecord) -> int | None:
        """Return how far a pair's evidence is above what a chain needs, in hundredths of a bit; None if they say nothing in common."""
        return self._scorecards[one.kind].support(self._features(one), self._features(other))

    def contested(self, records: Mapping[bytes, KnownRecord]) -> dict[bytes, list[list[bytes]]]:
        """Return the citizen IDs among these persons' keys whose records' names contradict one another, with the parts they join."""
        sounds: dict[bytes, dict[bytes, str]] = {}
        for handle, record in records.items():
            for key in record.keys:
                sounds.setdefault(key, {})[handle] = sound(record.public)
        return {
            key: parts
            for key, by_handle in sounds.items()
            if len(set(by_handle.values())) > 1 and (parts := parts_of(by_handle, lambda handle: self._name(records[handle]))) is not None
        }

    def _name(self, record: KnownRecord) -> tuple[str, ...] | None:
        name: tuple[str, ...] | None = self._all_features(record).slots[self._scorecards[Kind.PERSON].fields.index("name")]
        return name

    def forget(self, handle: bytes) -> None:
        """Forget a record that is gone."""
        self._kept.pop(handle, None)

    def _compared(self, kind: Kind, features: Features, keys: list[bytes]) -> bytes:
        seen = orjson.dumps(features.slots) + self._version[kind] + b"".join(keys)
        return blake2b(seen, key=self._digest_key, digest_size=_DIGEST_BYTES).digest()

    def _features(self, record: KnownRecord) -> Features:
        features = self._all_features(record)
        if record.muted:
            return self._scorecards[record.kind].without(features, [MUTED_BY[rule] for rule in record.muted])
        return features

    def _all_features(self, record: KnownRecord) -> Features:
        if record.wrapped is None:  # erased, here too
            self.forget(record.handle)
            return self._scorecards[record.kind].features(record.public["open"])
        kept = self._kept.get(record.handle)
        if kept is not None and kept[0] == record.digest:
            return kept[1]
        values: Mapping[str, str] = record.public["open"]
        if record.sealed is not None:
            values = {**values, **self._sealer.unseal(self._sealer.unwrap(record.wrapped), record.handle, record.sealed)}
        features = self._scorecards[record.kind].features(values)
        self._keep(record.handle, record.digest, features)
        return features

    def _keep(self, handle: bytes, digest: bytes, features: Features) -> None:
        self._kept[handle] = digest, features
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
