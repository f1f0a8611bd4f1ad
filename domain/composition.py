"""Composes an entity from the records of its cluster: the message on topic ``entities``."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from domain.entities import Kind
from domain.survivorship import Standing, doubts, standing
from domain.tokens import Tokeniser, text_of

Doubted = Mapping[bytes, frozenset[str]]
"""Record handle → its fields that are doubted."""


@dataclass(slots=True)
class KnownRecord:
    """A record as the resolver keeps it: no personal value in clear.

    ``blocks``: blocking keys, 24 bytes each; ``compared``: keyed digest of what the scorecard sees of it; ``muted``: rules by which
    it shares a value with too many others for that value to count (``blocking.MUTED_BY``); ``wrapped``: its wrapped key, None if erased.
    """

    handle: bytes
    row_handle: bytes
    kind: Kind
    provider: str
    table: str
    role: str
    lsn: int
    committed_ms: int
    digest: bytes
    keys: list[bytes]
    blocks: list[bytes]
    compared: bytes
    muted: bytes
    public: dict[str, Any]
    sealed: bytes | None
    entity_id: str
    wrapped: bytes | None


_NO_DOUBTS: frozenset[str] = frozenset()


def entity_id(tokeniser: Tokeniser, kind: Kind, anchor: bytes) -> str:
    """Return the id of the cluster with this anchor: the kind's letter and a keyed token, e.g. ``P-x3…`` (24 characters)."""
    return f"{kind[0].upper()}-{tokeniser.text('entity', anchor.hex())}"


def content_digest(records: Iterable[KnownRecord]) -> bytes:
    """Return a digest that changes exactly when membership or a visible value does (16 bytes)."""
    parts = sorted(record.handle + record.digest for record in records)
    return hashlib.sha256(b"".join(parts)).digest()[:16]


def compose(identifier: str, version: int, committed_ms: int, records: Sequence[KnownRecord]) -> dict[str, Any]:
    """Return the ``Entity`` message (``schemas/avro/entity.avsc``): of each field the best value first, members freshest first."""
    ordered = sorted(records, key=lambda record: (-record.committed_ms, record.handle))
    # A firm has hundreds of records that say the same: what is one object (the store sees to it) is looked at once, where it is freshest.
    first = {id(record.public): record for record in reversed(ordered)}
    telling = [record for record in ordered if first[id(record.public)] is record]
    doubted = {record.handle: doubts(flags) if (flags := record.public.get("flags")) else _NO_DOUBTS for record in telling}
    open_, places = _open(telling, doubted)
    shown = {id(record.public): (doubted[record.handle], places[record.handle]) for record in telling}
    return {
        "entity_id": identifier,
        "kind": str(ordered[0].kind),
        "version": version,
        "deleted": False,
        "redirect": None,
        "committed_ms": committed_ms,
        "closed": any("ends" in record.public for record in telling),
        "open": open_,
        "tokens": _tokens(telling, doubted),
        "members": [_member(record, *shown[id(record.public)]) for record in ordered],
    }


def gone(identifier: str, kind: Kind, version: int, committed_ms: int, redirect: str | None) -> dict[str, Any]:
    """Return the ``Entity`` message of an id that has no records any more."""
    return {
        "entity_id": identifier,
        "kind": str(kind),
        "version": version,
        "deleted": True,
        "redirect": redirect,
        "committed_ms": committed_ms,
        "closed": False,
        "open": {},
        "tokens": {},
        "members": [],
    }


def _open(ordered: Sequence[KnownRecord], doubted: Doubted) -> tuple[dict[str, list[str]], dict[bytes, dict[str, int]]]:
    """Return the values in clear by field, best first, and of each record which of them it gives."""
    found: dict[str, dict[str, int]] = {}
    places: dict[bytes, dict[str, int]] = {record.handle: {} for record in ordered}
    for field, saying in _best_first(ordered, doubted, "open"):
        values = found.setdefault(field, {})
        for record in saying:
            places[record.handle][field] = values.setdefault(record.public["open"][field], len(values))
    return {field: list(values) for field, values in found.items()}, places


def _tokens(ordered: Sequence[KnownRecord], doubted: Doubted) -> dict[str, list[str]]:
    return {
        field: list(dict.fromkeys(token for record in saying for token in record.public["tokens"][field]))
        for field, saying in _best_first(ordered, doubted, "tokens")
    }


def _best_first(ordered: Sequence[KnownRecord], doubted: Doubted, part: str) -> Iterator[tuple[str, list[KnownRecord]]]:
    """Yield each field of that part of the records, and those that give it, best first.

    ``ordered`` is by freshness and handle already, so only fields that a register has, or that someone doubts, are sorted again.
    """
    saying: dict[str, list[KnownRecord]] = {}
    for record in ordered:
        for field in record.public[part]:
            saying.setdefault(field, []).append(record)
    unequal = set().union(*doubted.values(), *(record.public.get("authority", ()) for record in ordered))
    for field, records in saying.items():
        yield field, sorted(records, key=partial(_standing, field, doubted)) if field in unequal and len(records) > 1 else records


def _standing(field: str, doubted: Doubted, record: KnownRecord) -> Standing:
    return standing(field, record.public.get("authority", ()), doubted[record.handle], record.committed_ms, record.handle)


def _member(record: KnownRecord, doubted: frozenset[str], places: dict[str, int]) -> dict[str, Any]:
    return {
        "handle": text_of(record.handle),
        "provider": record.provider,
        "table": record.table,
        "role": record.role,
        "lsn": record.lsn,
        "committed_ms": record.committed_ms,
        "fields": record.public["fields"],
        "authority": record.public.get("authority", []),
        "doubts": sorted(doubted) if doubted else [],
        "ends": "ends" in record.public,
        "open_at": places,
        "sealed": record.sealed,
    }
