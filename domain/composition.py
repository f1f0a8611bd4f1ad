"""Composes an entity from the records of its cluster: the message on topic ``entities``."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from domain.entities import Kind
from domain.tokens import Tokeniser, text_of


@dataclass(slots=True)
class KnownRecord:
    """A record as the resolver keeps it: no personal value in clear."""

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
    public: dict[str, Any]
    sealed: bytes | None
    entity_id: str


def entity_id(tokeniser: Tokeniser, kind: Kind, anchor: bytes) -> str:
    """Return the id of the cluster with this anchor: the kind's letter and a keyed token, e.g. ``P-x3…`` (24 characters)."""
    return f"{kind[0].upper()}-{tokeniser.text('entity', anchor.hex())}"


def content_digest(records: Iterable[KnownRecord]) -> bytes:
    """Return a digest that changes exactly when membership or a visible value does (16 bytes)."""
    parts = sorted(record.handle + record.digest for record in records)
    return hashlib.sha256(b"".join(parts)).digest()[:16]


def compose(identifier: str, version: int, committed_ms: int, records: Sequence[KnownRecord]) -> dict[str, Any]:
    """Return the ``Entity`` message (``schemas/avro/entity.avsc``); the freshest record's values come first."""
    ordered = sorted(records, key=lambda record: (-record.committed_ms, record.handle))
    open_: dict[str, list[str]] = {}
    tokens: dict[str, list[str]] = {}
    for record in ordered:
        for field, value in record.public["open"].items():
            _add(open_, field, (value,))
        for field, values in record.public["tokens"].items():
            _add(tokens, field, values)
    return {
        "entity_id": identifier,
        "kind": str(ordered[0].kind),
        "version": version,
        "deleted": False,
        "redirect": None,
        "committed_ms": committed_ms,
        "open": open_,
        "tokens": tokens,
        "members": [_member(record) for record in ordered],
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
        "open": {},
        "tokens": {},
        "members": [],
    }


def _add(target: dict[str, list[str]], field: str, values: Iterable[str]) -> None:
    known = target.setdefault(field, [])
    known.extend(value for value in values if value not in known)


def _member(record: KnownRecord) -> dict[str, Any]:
    return {
        "handle": text_of(record.handle),
        "provider": record.provider,
        "table": record.table,
        "role": record.role,
        "lsn": record.lsn,
        "committed_ms": record.committed_ms,
        "fields": record.public["fields"],
        "sealed": record.sealed,
    }
