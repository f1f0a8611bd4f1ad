"""A record as a row of the resolver's store, and back."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import orjson

from domain.composition import KnownRecord
from domain.entities import Kind
from domain.matching.blocking import BLOCK_BYTES
from domain.matching.keys import KEY_BYTES

_KINDS = list(Kind)
_KEPT = 1 << 13


def row_of(record: KnownRecord) -> tuple[Any, ...]:
    """Return the columns of ``statements.COLUMNS``."""
    return (
        record.handle,
        record.row_handle,
        _KINDS.index(record.kind),
        record.provider,
        record.table,
        record.role,
        record.lsn,
        record.committed_ms,
        record.digest,
        b"".join(record.keys),
        b"".join(record.blocks),
        record.compared,
        record.muted,
        orjson.dumps(record.public),
        record.sealed,
        record.entity_id,
    )


def records_of(rows: Iterable[Sequence[Any]]) -> dict[bytes, KnownRecord]:
    """Return the records, by handle, of rows of ``statements.READ``."""
    return {row[0]: _record(row) for row in rows}


def _record(row: Sequence[Any]) -> KnownRecord:
    record = KnownRecord(*row)  # its fields are in the columns' order
    record.kind = _KINDS[row[2]]
    record.keys = _split(row[9], KEY_BYTES)
    record.blocks = _split(row[10], BLOCK_BYTES)
    record.public = _public(row[13])
    return record


@lru_cache(_KEPT)
def _public(text: bytes) -> dict[str, Any]:
    """Return what a record tells in public: one object for all that say the same, which nobody may change."""
    public: dict[str, Any] = orjson.loads(text)
    return public


def _split(joined: bytes, size: int) -> list[bytes]:
    return [joined[start : start + size] for start in range(0, len(joined), size)]
