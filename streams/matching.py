"""Compares records by the scorecards: what a record is filed under, and how much a pair's evidence weighs.

Values are unsealed in this process's memory only; the features of the last records compared are kept there, by what they say.
"""

import hmac
from collections.abc import Mapping

import orjson

from domain.composition import KnownRecord
from domain.disclosure import Disclosed
from domain.entities import Kind
from domain.matching import frequencies
from domain.matching.blocking import tokens_of
from domain.matching.features import Features
from domain.matching.scorecard import Band, Judgement, Scorecard
from domain.matching.scorecard_file import VERSIONS, shipped
from domain.sealing import Sealer
from domain.tokens import Tokeniser, derive

_KEPT = 20_000  # about 1.5 KB each
_DIGEST_BYTES = 8


class Matcher:
    """The scorecards of all kinds, and the features of records seen lately."""

    def __init__(self, master: bytes, tokeniser: Tokeniser) -> None:
        """Read the shipped scorecards; ``master``: the 32-byte master key."""
        self._tokeniser = tokeniser
        self._sealer = Sealer(master)
        self._scorecards = {kind: Scorecard(shipped(kind)) for kind in VERSIONS}
        self._version = {kind: f"{version}/{frequencies.VERSION}".encode() for kind, version in VERSIONS.items()}
        self._digest_key = derive(master, "compared")
        self._kept: dict[bytes, tuple[bytes, Features]] = {}

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
        seen = orjson.dumps(features.slots) + self._version[kind] + b"".join(keys)
        compared = hmac.digest(self._digest_key, seen, "sha256")[:_DIGEST_BYTES]
        return tokens_of(self._tokeniser, kind, scorecard.blocks(features)), compared

    def judge(self, one: KnownRecord, other: KnownRecord) -> Judgement | None:
        """Return the judgement of a pair of one kind, unless they are apart."""
        scorecard = self._scorecards[one.kind]
        a, b = self._features(one), self._features(other)
        if scorecard.weigh(a, b) is None:
            return None
        judgement = scorecard.judge(a, b)
        return None if judgement.band is Band.APART else judgement

    def support(self, one: KnownRecord, other: KnownRecord) -> int | None:
        """Return how far a pair's evidence is above what a chain needs, in hundredths of a bit; None if they say nothing in common."""
        return self._scorecards[one.kind].support(self._features(one), self._features(other))

    def forget(self, handle: bytes) -> None:
        """Forget a record that is gone."""
        self._kept.pop(handle, None)

    def _features(self, record: KnownRecord) -> Features:
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
            self._kept.pop(next(iter(self._kept)))
