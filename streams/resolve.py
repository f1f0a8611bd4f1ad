"""Resolves micro-batches of records into entities: read the neighbourhood, cluster it, emit what changed, then commit.

Entities are produced before the transaction commits, while the neighbourhood's locks are held: so one entity's versions
reach the topic in order, a crash repeats the batch, and a committed batch needs no repeat.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from domain.composition import KnownRecord, compose, content_digest, entity_id, gone
from domain.disclosure import RAW, Disclosure
from domain.entities import Kind
from domain.matching.clusters import Cluster, clusters
from domain.matching.keys import CODES, key_of
from domain.sealing import Sealer
from domain.tokens import Tokeniser, derive
from streams.store import BusyError, Known, KnownEntity, Store, Writes

_KINDS = list(Kind)
_KIND_OF = {str(kind): kind for kind in Kind}  # a look-up where Kind(…) would cost five times as much
_DIGEST_BYTES = 16

Emit = Callable[[list[dict[str, Any]]], Awaitable[None]]


@dataclass(slots=True)
class RowChange:
    """The newest change of one row in a batch; ``keys`` by element of ``message["records"]``."""

    handle: bytes
    message: dict[str, Any]
    record_handles: list[bytes]
    keys: list[list[bytes]]

    @property
    def position(self) -> tuple[int, int]:
        """Source position: (lsn, order)."""
        return self.message["lsn"], self.message["order"]


@dataclass(slots=True)
class Batch:
    """What one micro-batch knows and will do.

    ``records``: the changed records and, once read, all that are connected with them by keys. ``touched``: handle of each
    changed record → the change's commit time. ``keys``: every key that a changed record has or had.
    """

    known: Known
    writes: Writes = field(default_factory=Writes)
    records: dict[bytes, KnownRecord] = field(default_factory=dict)
    touched: dict[bytes, int] = field(default_factory=dict)
    keys: set[bytes] = field(default_factory=set)
    emptied: dict[str, tuple[Kind, int]] = field(default_factory=dict)


class Resolver:
    """Applies batches of ``RowRecords`` to the store; ``emit`` makes ``Entity`` messages durable before it returns."""

    def __init__(self, store: Store, emit: Emit, disclosure: Disclosure, master: bytes) -> None:
        """Derive the keys; ``store`` is this worker's own connection."""
        self._store = store
        self._emit = emit
        self._disclosure = disclosure
        self._tokeniser = Tokeniser(master)
        self._sealer = Sealer(master)
        self._digest_key = derive(master, "digest")

    async def close(self) -> None:
        """Close the store's connection."""
        await self._store.close()

    async def apply(self, messages: Sequence[dict[str, Any]]) -> int:
        """Apply a batch, in order, and return how many entities were emitted. A repeated batch changes nothing."""
        changes = self._changes(messages)
        asked: set[bytes] = set()
        while True:
            try:
                async with self._store.transaction():
                    return await self._apply(changes, asked)
            except BusyError:
                await asyncio.sleep(0)  # the next try queues for every key found so far, in order

    async def _apply(self, changes: list[RowChange], asked: set[bytes]) -> int:
        rows = [change.handle for change in changes]
        batch = Batch(await self._store.lock_and_read(_locks(rows), rows))
        own: dict[bytes, list[KnownRecord]] = {}
        for record in batch.known.records.values():
            own.setdefault(record.row_handle, []).append(record)
        fresh = [change for change in changes if change.position > batch.known.positions.get(change.handle, (-1, -1))]
        for change in fresh:
            self._apply_row(batch, change, own.get(change.handle, []))
        emitted: list[dict[str, Any]] = []
        if batch.touched or batch.writes.dropped:
            await self._read_neighbourhood(batch, asked)
            emitted = await self._recluster(batch)
        if emitted:
            await self._emit(emitted)
        await self._store.write(batch.writes)
        return len(emitted)

    def _changes(self, messages: Sequence[dict[str, Any]]) -> list[RowChange]:
        newest: dict[str, dict[str, Any]] = {}
        for message in messages:
            before = newest.get(message["row_id"])
            if before is None:
                newest[message["row_id"]] = message
            elif (message["lsn"], message["order"]) > (before["lsn"], before["order"]):
                newest[message["row_id"]] = _over(before, message)
        return [self._change(message) for message in newest.values()]

    def _change(self, message: dict[str, Any]) -> RowChange:
        token, row_id = self._tokeniser.raw, message["row_id"]
        keys = [[key_of(self._tokeniser, _KIND_OF[record["kind"]], spoken) for spoken in record["keys"]] for record in message["records"]]
        handles = [token("record", f"{row_id}/{record['role']}") for record in message["records"]]
        return RowChange(token("row", row_id), message, handles, keys)

    async def _read_neighbourhood(self, batch: Batch, asked: set[bytes]) -> None:
        """Read until every record that shares a key with a changed or read record has been read; ``asked`` is kept for the next try."""
        asked |= batch.keys
        decided = batch.touched.keys() | set(batch.writes.dropped)  # what the store still says of these is out of date
        found = await self._store.lock_and_expand(_locks(asked), asked)
        while True:
            batch.records |= {handle: record for handle, record in found.items() if handle not in decided}
            more = {key for record in batch.records.values() for key in record.keys} - asked
            if not more:
                return
            asked |= more
            found = await self._store.try_expand(_locks(more), more)

    def _apply_row(self, batch: Batch, change: RowChange, before: list[KnownRecord]) -> None:
        """Turn one row's change into changed records; what equals the last known values is not passed on."""
        message = change.message
        batch.writes.rows.append((change.handle, *change.position, message["op"] == "delete", message["committed_ms"]))
        kept = set(change.record_handles)
        for record in before:
            if record.handle not in kept:
                self._drop(batch, record, message["committed_ms"])
        for handle, spoken, keys in zip(change.record_handles, message["records"], change.keys, strict=True):
            self._put(batch, change, handle, spoken, keys)

    def _drop(self, batch: Batch, record: KnownRecord, committed_ms: int) -> None:
        batch.writes.dropped.append(record.handle)
        batch.writes.dropped_keys += [(key, record.handle) for key in record.keys]
        batch.keys.update(record.keys)
        _empty(batch, record, committed_ms)

    def _put(self, batch: Batch, change: RowChange, handle: bytes, spoken: dict[str, Any], keys: list[bytes]) -> None:
        message, old = change.message, batch.known.records.get(handle)
        key = self._record_key(batch, handle)
        if spoken["unavailable"]:
            spoken, keys = self._merge_unavailable(spoken, keys, old, key, handle)
        split = self._disclosure(message["provider"], message["table"], spoken)
        visible = orjson.dumps([split.public, split.sealed], option=orjson.OPT_SORT_KEYS)
        digest = hmac.digest(self._digest_key, visible, "sha256")[:_DIGEST_BYTES]
        if old is not None and old.digest == digest and old.keys == keys:
            return
        sealed = self._sealer.seal(key, handle, split.sealed) if split.sealed else None
        batch.records[handle] = KnownRecord(
            handle=handle,
            row_handle=change.handle,
            kind=_KIND_OF[spoken["kind"]],
            provider=message["provider"],
            table=message["table"],
            role=spoken["role"],
            lsn=message["lsn"],
            committed_ms=message["committed_ms"],
            digest=digest,
            keys=keys,
            public=split.public,
            sealed=sealed,
            entity_id=old.entity_id if old else "",
        )
        batch.touched[handle] = message["committed_ms"]
        batch.keys.update(keys, old.keys if old else ())
        self._write_keys(batch, handle, old, keys)
        if old is not None:
            _empty(batch, old, message["committed_ms"])

    def _record_key(self, batch: Batch, handle: bytes) -> bytes:
        """Return the record's own key; a new one for a record not seen before."""
        wrapped = batch.known.wrapped.get(handle)
        if wrapped is not None:
            return self._sealer.unwrap(wrapped)
        key, wrapped = self._sealer.new_key()
        batch.known.wrapped[handle] = wrapped
        batch.writes.sealing.append((handle, wrapped))
        return key

    def _merge_unavailable(
        self, spoken: dict[str, Any], keys: list[bytes], old: KnownRecord | None, key: bytes, handle: bytes
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Fill the fields whose unchanged TOAST value the source did not send with what is known of them."""
        kind, absent = _KIND_OF[spoken["kind"]], spoken["unavailable"]
        known = dict(old.public["open"]) if old else {}
        if old is not None and old.sealed is not None:
            known |= self._sealer.unseal(key, handle, old.sealed)
        merged = {**spoken, "values": dict(spoken["values"]), "raw": dict(spoken["raw"]), "flags": list(spoken["flags"]), "unavailable": []}
        for name in absent:
            if name in known:
                merged["values"][name] = known[name]
            if RAW + name in known:
                merged["raw"][name] = known[RAW + name]
            if name not in known and RAW + name not in known:
                merged["flags"].append(f"{name}:unavailable")
        if old is not None:
            merged["flags"] += [flag for flag in old.public.get("flags", ()) if flag.split(":")[0] in absent]
            codes = {CODES[kind, name] for name in absent if (kind, name) in CODES}
            keys = sorted([*keys, *(known_key for known_key in old.keys if known_key[0] in codes)])
        return merged, keys

    def _write_keys(self, batch: Batch, handle: bytes, old: KnownRecord | None, keys: list[bytes]) -> None:
        before = set(old.keys) if old else set()
        batch.writes.keys += [(key, handle) for key in keys if key not in before]
        batch.writes.dropped_keys += [(key, handle) for key in before.difference(keys)]

    async def _recluster(self, batch: Batch) -> list[dict[str, Any]]:
        """Cluster the neighbourhood anew; return the entities to emit and note what to write."""
        found = self._clusters(batch)
        moved = self._move(batch, found)
        asked = found.keys() | batch.emptied.keys()
        known, versions = await self._store.entities(asked, len(asked))
        numbers = iter(versions)
        emitted = [
            message
            for identifier, cluster in found.items()
            if (message := self._changed(batch, identifier, cluster, known.get(identifier), numbers)) is not None
        ]
        for identifier, (kind, committed_ms) in batch.emptied.items():
            if identifier not in found and (last := known.get(identifier)) is not None and last.alive:
                targets = moved.get(identifier, set())
                redirect = next(iter(targets)) if len(targets) == 1 else None
                version = next(numbers)
                batch.writes.entities.append((identifier, _KINDS.index(kind), version, b"", redirect, False))
                emitted.append(gone(identifier, kind, version, committed_ms, redirect))
        return emitted

    def _clusters(self, batch: Batch) -> dict[str, Cluster]:
        found: dict[str, Cluster] = {}
        by_kind: dict[Kind, dict[bytes, list[bytes]]] = {}
        for record in batch.records.values():
            by_kind.setdefault(record.kind, {})[record.handle] = record.keys
        for kind, evidence in by_kind.items():
            for cluster in clusters(evidence):
                found[entity_id(self._tokeniser, kind, cluster.anchor)] = cluster
        return found

    def _move(self, batch: Batch, found: dict[str, Cluster]) -> dict[str, set[str]]:
        """Give every record its entity; return where the records of each former entity are now."""
        moved: dict[str, set[str]] = {}
        for identifier, cluster in found.items():
            for handle in cluster.handles:
                record = batch.records[handle]
                if record.entity_id:
                    moved.setdefault(record.entity_id, set()).add(identifier)
                if record.entity_id != identifier:
                    committed_ms = batch.touched.setdefault(handle, record.committed_ms)
                    if record.entity_id:
                        _empty(batch, record, committed_ms)
                    record.entity_id = identifier
        batch.writes.records = [batch.records[handle] for handle in batch.touched if handle in batch.records]
        return moved

    def _changed(
        self, batch: Batch, identifier: str, cluster: Cluster, last: KnownEntity | None, numbers: Iterator[int]
    ) -> dict[str, Any] | None:
        """Return the entity's message if it says something else than the last one emitted."""
        members = [batch.records[handle] for handle in cluster.handles]
        digest = content_digest(members)
        if last is not None and last.alive and last.digest == digest:
            return None
        version = next(numbers)
        times = [batch.touched[handle] for handle in cluster.handles if handle in batch.touched]
        if identifier in batch.emptied:
            times.append(batch.emptied[identifier][1])
        committed_ms = max(times, default=max(member.committed_ms for member in members))
        batch.writes.entities.append((identifier, _KINDS.index(members[0].kind), version, digest, None, True))
        return compose(identifier, version, committed_ms, members)


def _over(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Lay a row's later change over an earlier one of the same batch: what is unavailable later may stand earlier."""
    earlier = {record["role"]: record for record in before["records"]}
    records = [_fill(record, earlier.get(record["role"])) for record in after["records"]]
    return {**after, "records": records}


def _fill(record: dict[str, Any], earlier: dict[str, Any] | None) -> dict[str, Any]:
    if not record["unavailable"] or earlier is None:
        return record
    absent = [name for name in record["unavailable"] if name not in earlier["unavailable"]]
    chosen = set(absent)
    return {
        **record,
        "values": {**{name: value for name, value in earlier["values"].items() if name in chosen}, **record["values"]},
        "raw": {**{name: value for name, value in earlier["raw"].items() if name in chosen}, **record["raw"]},
        "keys": sorted({*record["keys"], *(key for key in earlier["keys"] if key.split(":", 1)[0] in chosen)}),
        "flags": record["flags"] + [flag for flag in earlier["flags"] if flag.split(":", 1)[0] in chosen],
        "unavailable": [name for name in record["unavailable"] if name in earlier["unavailable"]],
    }


def _empty(batch: Batch, record: KnownRecord, committed_ms: int) -> None:
    """Note that an entity lost a record, or shows other values of it: it may have to be emitted, or to end."""
    last = batch.emptied.get(record.entity_id)
    batch.emptied[record.entity_id] = (record.kind, max(committed_ms, last[1] if last else 0))


def _locks(keys: Iterable[bytes]) -> set[int]:
    """Return the advisory locks of row handles or keys: their last eight bytes, signed."""
    return {int.from_bytes(key[-8:], "big", signed=True) for key in keys}
