"""Composes an entity from the records of its cluster: the message on topic ``entities``."""

import hashlib
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any

from domain.entities import Kind
from domain.survivorship import Standing, doubts, standing
from domain.tokens import Tokeniser, text_of


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


@dataclass(slots=True)
class _Shown:
    """The freshest record that says something, its fields that are doubted, and which of the entity's values in clear it gives."""

    record: KnownRecord
    public: dict[str, Any]
    doubted: frozenset[str]
    places: dict[str, int] = field(default_factory=dict)


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
    ordered = sorted(records, key=_freshness)
    # A firm has hundreds of records that say the same: what is one object (the store sees to it) is looked at once, where it is freshest.
    shown: dict[int, _Shown] = {}
    for record in ordered:
        if (public := id(record.public)) not in shown:
            shown[public] = _Shown(record, record.public, doubts(flags) if (flags := record.public.get("flags")) else _NO_DOUBTS)
    telling = list(shown.values())
    unequal = set().union(*[said.doubted for said in telling], *[said.public.get("authority", ()) for said in telling])
    return {
        "entity_id": identifier,
        "kind": str(ordered[0].kind),
        "version": version,
        "deleted": False,
        "redirect": None,
        "committed_ms": committed_ms,
        "closed": any("ends" in said.public for said in telling),
        "open": _open(telling, unequal),
        "tokens": _tokens(telling, unequal),
        "members": [_member(record, shown[id(record.public)]) for record in ordered],
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


def _freshness(record: KnownRecord) -> tuple[int, bytes]:
    return -record.committed_ms, record.handle


def _open(telling: Sequence[_Shown], unequal: AbstractSet[str]) -> dict[str, list[str]]:
    """Return the values in clear by field, best first, and note of each record which of them it gives."""
    found: dict[str, list[str]] = {}
    for name, saying in _best_first(telling, unequal, "open"):
        values: dict[str, int] = {}
        for said in saying:
            said.places[name] = values.setdefault(said.public["open"][name], len(values))
        found[name] = list(values)
    return found


def _tokens(telling: Sequence[_Shown], unequal: AbstractSet[str]) -> dict[str, list[str]]:
    return {
        name: list(dict.fromkeys(chain.from_iterable([said.public["tokens"][name] for said in saying])))
        for name, saying in _best_first(telling, unequal, "tokens")
    }


def _best_first(telling: Sequence[_Shown], unequal: AbstractSet[str], part: str) -> Iterable[tuple[str, list[_Shown]]]:
    """Return each field of that part of the records, and those that give it, best first.

    ``telling`` is by freshness and handle already, so only fields that a register has, or that someone doubts, are sorted again.
    """
    saying: dict[str, list[_Shown]] = {}
    for said in telling:
        for name in said.public[part]:
            if name in saying:
                saying[name].append(said)
            else:
                saying[name] = [said]
    for name in unequal & saying.keys():
        if len(saying[name]) > 1:
            saying[name].sort(key=partial(_standing, name))
    return saying.items()


def _standing(name: str, said: _Shown) -> Standing:
    record = said.record
    return standing(name, said.public.get("authority", ()), said.doubted, record.committed_ms, record.handle)


def _member(record: KnownRecord, shown: _Shown) -> dict[str, Any]:
    return {
        "handle": text_of(record.handle),
        "provider": record.provider,
        "table": record.table,
        "role": record.role,
        "lsn": record.lsn,
        "committed_ms": record.committed_ms,
        "fields": shown.public["fields"],
        "authority": shown.public.get("authority", []),
        "doubts": sorted(shown.doubted) if shown.doubted else [],
        "ends": "ends" in shown.public,
        "open_at": shown.places,
        "sealed": record.sealed,
    }
