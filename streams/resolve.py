"""Resolves micro-batches of records into entities: read the neighbourhood, cluster it, emit what changed, then commit.

Entities are produced before the transaction commits, while the neighbourhood's locks are held: so one entity's versions
reach the topic in order, a crash repeats the batch, and a committed batch needs no repeat.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any

import orjson
from psycopg import OperationalError

from domain.composition import KnownRecord, compose, content_digest, entity_id, gone
from domain.disclosure import RAW, Disclosure
from domain.entities import Kind
from domain.matching.clusters import Cluster
from domain.matching.keys import CODES
from domain.matching.scorecard_file import Cards
from domain.sealing import Sealer
from domain.tokens import Tokeniser, derive
from schemas import metrics
from streams import locks
from streams.batch import Batch
from streams.faults import told
from streams.joining import joined
from streams.matching import Matcher
from streams.mentioning import Mentions
from streams.neighbourhood import Neighbourhood
from streams.rows import KIND_OF, RowChange, newest
from streams.store import Ask, BusyError, Known, KnownEntity, Store

_KINDS = list(Kind)
_KIND_BY_LETTER = {kind[0].upper(): kind for kind in Kind}
_DIGEST_BYTES = 16
_BUSY_SECONDS = 0.002
_log = logging.getLogger(__name__)

Emit = Callable[[list[dict[str, Any]]], Awaitable[None]]


class Resolver:
    """Applies batches of ``RowRecords`` to the store; ``emit`` makes ``Entity`` messages durable before it returns."""

    def __init__(
        self, store: Store, emit: Emit, disclosure: Disclosure, master: bytes, cards: Cards | None = None, owner: str = ""
    ) -> None:
        """Derive the keys.

        Args:
            store: this worker's own.
            emit: see above.
            disclosure: what may stand in clear.
            master: the 32-byte master key.
            cards: the scorecards in use; the shipped ones if left out.
            owner: this worker's name, the same when it comes back.
        """
        self._store = store
        self._emit = emit
        self._disclosure = disclosure
        self._tokeniser = Tokeniser(master)
        self._sealer = Sealer(master)
        self._digest_key = derive(master, "digest")
        self._matcher = Matcher(master, self._tokeniser, cards)
        self._one_at_a_time = asyncio.Lock()
        self._owner = owner
        self._unsettled = True  # what emitted before may have died before it committed

    async def close(self) -> None:
        """Close the store's connection."""
        await self._store.close()

    async def apply(self, messages: Sequence[dict[str, Any]]) -> int:
        """Apply a batch, in order, and return how many entities were emitted. A repeated batch changes nothing."""
        changes = newest(messages, self._tokeniser)
        return await self._until_free(lambda held: self._apply(changes, held))

    async def decide(self, decisions: Sequence[dict[str, Any]]) -> int:
        """Cluster anew round the pairs that stewards decided on (``Decision`` messages); return how many entities were emitted."""
        return await self._until_free(lambda held: self._decide(decisions, held))

    async def rematch(self, handles: Collection[bytes]) -> int:
        """Compare stored records anew by the scorecards in use; return how many entities were emitted.

        Call it with no other worker at work, and for every record of a kind: between two calls some pairs stand by the former card.
        """
        return await self._until_free(lambda held: self._rematch(handles, held))

    async def settle(self) -> int:
        """Take back or repeat what was emitted by a batch that never ended; every other call does so first. Return how many entities."""
        async with self._one_at_a_time:
            return await self._settle_former() if self._unsettled else 0

    async def _until_free(self, work: Callable[[set[int]], Awaitable[int]]) -> int:
        async with self._one_at_a_time:
            if self._unsettled:
                await self._settle_former()
            return await self._committed(work)

    async def _settle_former(self) -> int:
        try:
            return await self._committed(self._restore)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001  # what it is about stays noted; it must not hold up every batch to come
            _log.critical("cannot take back what a batch told of that never ended; it is tried again at the next start: %s", told(error))
            self._unsettled = False
            return 0

    async def _committed(self, work: Callable[[set[int]], Awaitable[int]]) -> int:
        held: set[int] = set()
        while True:
            try:
                async with self._store.transaction():
                    emitted = await work(held)
            except BusyError:
                metrics.RETRIES.labels("resolve", "busy").inc()
                await asyncio.sleep(_BUSY_SECONDS)  # the next try queues for all it found so far, in order
            else:
                self._unsettled = False
                return emitted

    async def _restore(self, held: set[int]) -> int:
        """Emit again, as they are, what a batch emitted that never ended: the topic may tell of what never was."""
        ids, handles = await self._store.unsettled(self._owner)
        if not ids:
            return 0
        batch = Batch(Known({}, {}, has_decisions=True), again=set(ids))
        batch.changes.at_ms = time.time_ns() // 1_000_000
        batch.changes.decided.update(handles)
        return await self._settle(batch, held)

    async def _apply(self, changes: list[RowChange], held: set[int]) -> int:
        rows = [change.handle for change in changes]
        batch = Batch(await self._store.lock_and_read(locks.of_places(rows), rows))
        own: dict[bytes, list[KnownRecord]] = {}
        for record in batch.known.records.values():
            own.setdefault(record.row_handle, []).append(record)
        fresh = [change for change in changes if change.position > batch.known.positions.get(change.handle, (-1, -1))]
        mentions = Mentions()
        for change in fresh:
            if change.ended is not None and change.ended > batch.known.positions.get(change.handle, (-1, -1)):
                batch.anew.update(change.record_handles)  # the row was deleted in between: its past is not to be read any more
            said = await self._apply_row(batch, change, own.get(change.handle, []))
            mentions.take(self._tokeniser, change, said, batch.known.mentions.get(change.handle, {}), batch.writes)
        await self._mention(batch, mentions)
        return await self._settle(batch, held)

    async def _decide(self, decisions: Sequence[dict[str, Any]], held: set[int]) -> int:
        batch = Batch(Known({}, {}, has_decisions=True))
        now = time.time_ns() // 1_000_000
        for decision in decisions:
            batch.changes.decided |= {decision["one"], decision["other"]}
            batch.changes.at_ms = now
            batch.writes.applied.append((decision["decision"], now))
        return await self._settle(batch, held)

    async def _rematch(self, handles: Collection[bytes], held: set[int]) -> int:
        batch = Batch(Known({}, {}, has_decisions=True))
        batch.changes.at_ms = time.time_ns() // 1_000_000
        found = await self._store.read(Ask(handles=handles), wait=False)
        for handle, record in found.by_handle.items():
            blocks, compared = self._matcher.describe_again(record)
            if (blocks, compared) != (record.blocks, record.compared):
                batch.refiled.add(handle)
                batch.changes.before[handle] = record
                batch.changes.after[handle] = replace(record, blocks=blocks, compared=compared)
                batch.changes.keys.update(record.keys)
                batch.file(handle, record, record.keys, blocks)
        return await self._settle(batch, held)

    async def _settle(self, batch: Batch, held: set[int]) -> int:
        """Read what the changes are connected with, cluster it, emit and write."""
        emitted: list[dict[str, Any]] = []
        changes = batch.changes
        if changes.after or changes.before or changes.decided or batch.again:
            neighbourhood = Neighbourhood(self._store, self._matcher, changes, held, pinned=batch.known.has_decisions)
            await neighbourhood.read()
            batch.records = neighbourhood.records
            batch.writes.muted = neighbourhood.muted
            batch.leave()
            emitted = await self._recluster(batch, neighbourhood)
        if emitted:
            batch.writes.owner, batch.writes.settled = self._owner, [entity["entity_id"] for entity in emitted]
            await self._store.intend(self._owner, batch.writes.settled)
            self._unsettled = True
            await self._emit(emitted)
        await self._store.write(batch.writes)
        return len(emitted)

    async def _mention(self, batch: Batch, mentions: Mentions) -> None:
        """Begin what rows mention for the first time, and end what they do not any more."""
        asked = mentions.asked()
        if not asked:
            return
        found = await self._store.lock_mentioned(asked, mentions.ceased)
        begun, ended = list(mentions.begun(found)), dict(mentions.ended(found))
        if unread := [*ended, *(change.handle for change in begun if found[change.handle].stored)]:
            batch.known.records |= (await self._store.read(Ask(handles=unread), wait=False)).by_handle
        for change in begun:
            self._put(batch, change, change.handle, change.message["records"][0], change.keys[0])
        for handle, committed_ms in ended.items():
            self._drop(batch, batch.known.records[handle], committed_ms)

    async def _apply_row(self, batch: Batch, change: RowChange, before: list[KnownRecord]) -> list[tuple[dict[str, Any], list[bytes]]]:
        """Turn one row's change into changed records, and return what it only mentions, whole, with its strong keys.

        What equals the last known values is not passed on.
        """
        message = change.message
        batch.writes.rows.append((change.handle, *change.position, message["op"] == "delete", message["committed_ms"]))
        told = list(zip(change.record_handles, message["records"], change.keys, strict=True))
        kept = {handle for handle, spoken, _ in told if not spoken.get("mentioned")}  # messages from before there were mentions do not say
        mentioned = []
        for record in before:
            if record.handle not in kept:
                self._drop(batch, record, message["committed_ms"])
        for handle, spoken, keys in told:
            if spoken.get("mentioned"):
                mentioned.append(await self._whole(batch, change, spoken, keys) if spoken["unavailable"] else (spoken, keys))
            else:
                self._put(batch, change, handle, spoken, keys)
        return mentioned

    async def _whole(
        self, batch: Batch, change: RowChange, spoken: dict[str, Any], keys: list[bytes]
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Return what a row mentions with what its source did not send; that record cannot end meanwhile, for the row mentions it."""
        handle = batch.known.mentions.get(change.handle, {}).get(spoken["role"])
        old = (await self._store.read(Ask(handles=[handle]), wait=False)).by_handle.get(handle) if handle else None
        return self._merge_unavailable(spoken, keys, old)

    def _drop(self, batch: Batch, record: KnownRecord, committed_ms: int) -> None:
        batch.drop(record, committed_ms)
        self._matcher.forget(record.handle)

    def _put(self, batch: Batch, change: RowChange, handle: bytes, spoken: dict[str, Any], keys: list[bytes]) -> None:
        message, old = change.message, batch.known.records.get(handle)
        key, wrapped = self._record_key(batch, old, handle)
        going_on = None if handle in batch.anew else old
        if spoken["unavailable"]:
            spoken, keys = self._merge_unavailable(spoken, keys, going_on)
        split = self._disclosure(message["provider"], message["table"], spoken)
        visible = orjson.dumps([split.public, split.sealed], option=orjson.OPT_SORT_KEYS)
        digest = blake2b(visible, key=self._digest_key, digest_size=_DIGEST_BYTES).digest()
        if going_on is not None and going_on.digest == digest and going_on.keys == keys:
            return
        kind = KIND_OF[spoken["kind"]]
        blocks, compared = self._matcher.describe(kind, handle, digest, keys, split)
        sealed = self._sealer.seal(key, handle, split.sealed) if split.sealed else None
        batch.changes.after[handle] = KnownRecord(
            handle=handle,
            row_handle=change.handle,
            kind=kind,
            provider=message["provider"],
            table=message["table"],
            role=spoken["role"],
            lsn=message["lsn"],
            committed_ms=message["committed_ms"],
            digest=digest,
            keys=keys,
            blocks=blocks,
            compared=compared,
            muted=old.muted if old else b"",
            public=split.public,
            sealed=sealed,
            entity_id=old.entity_id if old else "",
            wrapped=wrapped,
        )
        batch.touched[handle] = message["committed_ms"]
        batch.changes.at_ms = max(batch.changes.at_ms, message["committed_ms"])
        batch.changes.keys.update(keys, old.keys if old else ())
        batch.file(handle, old, keys, blocks)
        if old is not None:
            batch.changes.before[handle] = old

    def _record_key(self, batch: Batch, old: KnownRecord | None, handle: bytes) -> tuple[bytes, bytes]:
        """Return the record's own key and its wrapped form; a new one for a record not seen before, or that begins again."""
        if old is not None and old.wrapped is not None and handle not in batch.anew:
            return self._sealer.unwrap(old.wrapped), old.wrapped
        key, wrapped = self._sealer.new_key()
        if old is not None:
            batch.anew.add(handle)
            batch.writes.resealed.append(handle)
        batch.writes.sealing.append((handle, wrapped))
        return key, wrapped

    def _merge_unavailable(self, spoken: dict[str, Any], keys: list[bytes], old: KnownRecord | None) -> tuple[dict[str, Any], list[bytes]]:
        """Fill the fields whose unchanged TOAST value the source did not send with what is known of them."""
        kind, absent = KIND_OF[spoken["kind"]], spoken["unavailable"]
        known = dict(old.public["open"]) if old else {}
        if old is not None and old.sealed is not None and old.wrapped is not None:
            known |= self._sealer.unseal(self._sealer.unwrap(old.wrapped), old.handle, old.sealed)
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

    async def _recluster(self, batch: Batch, neighbourhood: Neighbourhood) -> list[dict[str, Any]]:
        """Cluster the neighbourhood anew; return the entities to emit and note what to write."""
        found = {
            entity_id(self._tokeniser, kind, cluster.anchor): cluster
            for kind, cluster in joined(neighbourhood, self._matcher, batch.writes)
        }
        moved = self._move(batch, found)
        asked = found.keys() | batch.emptied.keys() | batch.again
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
                batch.writes.past.ended(identifier, committed_ms)
                batch.writes.entities.append((identifier, _KINDS.index(kind), version, b"", redirect, False))
                emitted.append(gone(identifier, kind, version, committed_ms, redirect))
        untold = sorted(batch.again - {entity["entity_id"] for entity in emitted})
        return emitted + [_never(batch, identifier, known.get(identifier), next(numbers)) for identifier in untold]

    def _move(self, batch: Batch, found: dict[str, Cluster]) -> dict[str, set[str]]:
        """Give every record its entity; return where the records of each former entity are now."""
        moved: dict[str, set[str]] = {}
        for identifier, cluster in found.items():
            for handle in cluster.handles:
                record = batch.records[handle]
                if handle in batch.touched or handle in batch.changes.decided:
                    batch.writes.past.changed(identifier, batch.touched.get(handle, batch.changes.at_ms))
                if record.entity_id:
                    moved.setdefault(record.entity_id, set()).add(identifier)
                if record.entity_id != identifier:
                    if handle not in batch.touched:  # moved by what another record says, which may be of neither entity
                        batch.writes.past.changed(identifier, batch.changes.at_ms)
                    committed_ms = batch.touched.setdefault(handle, record.committed_ms)
                    if record.entity_id:
                        batch.writes.past.left(handle, record.entity_id, identifier, committed_ms)
                        batch.empty(record, committed_ms)
                    record.entity_id = identifier
        batch.writes.records = [batch.records[handle] for handle in batch.touched.keys() | batch.refiled if handle in batch.records]
        return moved

    def _changed(
        self, batch: Batch, identifier: str, cluster: Cluster, last: KnownEntity | None, numbers: Iterator[int]
    ) -> dict[str, Any] | None:
        """Return the entity's message if it says something else than the last one emitted."""
        members = [batch.records[handle] for handle in cluster.handles]
        digest = content_digest(members)
        told = last is not None and last.alive and last.digest == digest
        if told and identifier not in batch.again and batch.anew.isdisjoint(cluster.handles):
            return None
        version = next(numbers)
        times = [batch.touched[handle] for handle in cluster.handles if handle in batch.touched]
        if identifier in batch.emptied:
            times.append(batch.emptied[identifier][1])
        committed_ms = max(times, default=max(member.committed_ms for member in members))
        if last is not None and not last.alive:
            batch.writes.past.ended(identifier, committed_ms)
        batch.writes.entities.append((identifier, _KINDS.index(members[0].kind), version, digest, None, True))
        return compose(identifier, version, committed_ms, members)


def _never(batch: Batch, identifier: str, last: KnownEntity | None, version: int) -> dict[str, Any]:
    """Return the message that ends an entity which has no records, though a batch that never ended may have told of some."""
    if last is not None and last.alive:
        raise BusyError  # it got records since its own were asked for: ask again
    kind, redirect = _KIND_BY_LETTER[identifier[0]], last.redirect if last else None
    batch.writes.entities.append((identifier, _KINDS.index(kind), version, b"", redirect, False))
    return gone(identifier, kind, version, batch.changes.at_ms, redirect)
