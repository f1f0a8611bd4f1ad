"""Reads, under locks, all that a batch's changed records are connected with, and judges whom they meet.

A changed record is locked by its handle, its keys and its blocks; one that is read, by the key or the handle it was found by, and then
by its keys: so two workers whose neighbourhoods touch work one after the other.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from domain.composition import KnownRecord
from domain.entities import Kind
from domain.matching.clusters import LARGE, Edge, Pin, crowds
from domain.matching.keys import decided, most_holders
from domain.matching.scorecard import Band
from schemas import metrics
from streams import locks
from streams.filing import Filing
from streams.matching import Matcher
from streams.store import Ask, Found, KnownEdge, Store

_KINDS = list(Kind)
_NONE: frozenset[bytes] = frozenset()
Pair = tuple[bytes, bytes]


@dataclass(slots=True)
class Changes:
    """What a batch changes.

    ``after``: changed records; ``before``: what they were, and the dropped ones; ``keys``: every strong key that one of them has or had;
    ``decided``: handles a steward decided on; ``at_ms``: newest source commit of the batch.
    """

    after: dict[bytes, KnownRecord] = field(default_factory=dict)
    before: dict[bytes, KnownRecord] = field(default_factory=dict)
    keys: set[bytes] = field(default_factory=set)
    decided: set[bytes] = field(default_factory=set)
    at_ms: int = 0

    def refiled(self) -> set[bytes]:
        """Return the handles of records that a comparison sees otherwise than before, and of those that are gone, or were erased."""
        seen = self.after.keys() & self.before.keys()
        same = {
            handle
            for handle in seen
            if self.after[handle].compared == self.before[handle].compared and self.before[handle].wrapped is not None
        }
        return (self.after.keys() | self.before.keys()) - same


class Neighbourhood:
    """``records``: all that are connected with a change by keys, matches or pins; ``edges``: as they will be.

    ``pins``: with why they rest, if they do; ``stored``: edges as they are; ``stale``: those of them judged afresh; ``muted``: (handle,
    rules) where these changed; ``crowded_keys``: strong keys of too many records to join any.
    """

    def __init__(self, store: Store, matcher: Matcher, changes: Changes, held: set[int], *, pinned: bool) -> None:
        """Take the changes.

        Args:
            store: where the rest is.
            matcher: judges pairs.
            changes: what the batch changes.
            held: locks that an earlier try needed, which this one takes at once; it grows.
            pinned: whether there are pins to ask for.
        """
        self._pinned = pinned
        self._store = store
        self._matcher = matcher
        self._changes = changes
        self._held = held
        self._filing = Filing()
        self._refiled = changes.refiled()
        self._judged = set(self._refiled)
        self.at_ms = changes.at_ms
        self._met: dict[bytes, KnownRecord] = {}
        self._asked_keys: set[bytes] = set()
        self.crowded_keys: set[bytes] = set()
        self._linked: set[bytes] = set()
        self._lost, self._got = _moves(changes)
        self._missing: set[bytes] = set()  # asked for, and gone: what a pin speaks of may be deleted
        self.records: dict[bytes, KnownRecord] = dict(changes.after)
        self.edges: dict[Pair, KnownEdge] = {}
        self.stale: dict[Pair, KnownEdge] = {}
        self.stored: dict[Pair, KnownEdge] = {}
        self.pins: dict[Pin, str | None] = {}
        self.muted: list[tuple[bytes, bytes]] = []

    async def read(self) -> None:
        """Lock and read everything.

        Raises:
            BusyError: another worker holds a part of it: roll back and try again.
        """
        await self._first()
        await self._meet()
        await self._close()

    def matches(self) -> list[KnownEdge]:
        """Return the edges of band match between records that were read."""
        return [edge for edge in self.edges.values() if edge.band == Band.MATCH and edge.one in self.records and edge.other in self.records]

    def joining_keys(self, records: Mapping[bytes, KnownRecord]) -> dict[bytes, list[bytes]]:
        """Return each record's strong keys but for the crowded ones."""
        if not self.crowded_keys:
            return {handle: record.keys for handle, record in records.items()}
        return {handle: [key for key in record.keys if key not in self.crowded_keys] for handle, record in records.items()}

    async def _first(self) -> None:
        """Wait for the locks of all that changed, and read what is next to it."""
        changes = self._changes
        for handle in self._refiled:
            before, after = changes.before.get(handle), changes.after.get(handle)
            self._filing.move(handle, before.blocks if before else (), after.blocks if after else ())
        blocks = self._filing.unread()
        linked = changes.after.keys() | changes.before.keys() | changes.decided
        self._held |= locks.of_places(changes.keys) | locks.of_places(blocks) | locks.of_places(linked)
        keys = self._with_most(changes.keys)
        handles = changes.decided | changes.before.keys()
        known = changes.before.keys() | changes.decided  # what the store has not seen has no edges there, but may have pins
        pinned = linked if self._pinned else ()
        found = await self._store.read(Ask(self._held, keys, blocks, linked=known, pinned=pinned, handles=handles), wait=True)
        if found.has_decisions and not self._pinned:  # the first one ever, while this batch waited for its locks
            self._pinned = True
            self._take(await self._store.read(Ask(linked=(), pinned=linked), wait=False))
        self._catch_up(found.by_handle)
        self._linked |= linked
        self._filing.took(blocks, found.in_blocks)
        self._missing |= changes.decided - found.by_handle.keys()
        self._take(found)
        self._join(found.by_handle)
        self._join_by_key(keys, found.by_key)

    def _catch_up(self, current: dict[bytes, KnownRecord]) -> None:
        """Take over what other workers did with the changed records before all locks were had: their entities, and what is muted."""
        for handle, before in self._changes.before.items():
            before.entity_id, before.muted = current[handle].entity_id, current[handle].muted
            if (after := self._changes.after.get(handle)) is not None:
                after.entity_id, after.muted = before.entity_id, before.muted

    async def _meet(self) -> None:
        """Read whom the changed records meet, and judge these pairs."""
        if not self._refiled:
            return
        await self._crowds()
        judged = [self.records[handle] for handle in sorted(self._judged) if handle in self.records]
        for record in judged:
            self._mute(record)
        partners = {record.handle: self._filing.met(record.handle, record.blocks) for record in judged}
        unread = set().union(*partners.values()) - self.records.keys()
        found = await self._read(Ask(linked=self.records.keys() - self._linked, handles=unread))
        self._met |= found.by_handle
        for record in judged:
            for handle in partners[record.handle]:
                if handle < record.handle and handle in self._judged:
                    continue  # judged from the other side
                other = self.records.get(handle) or self._met.get(handle)
                if other is not None and not decided(record.keys, other.keys):
                    self._judge(record, other)

    async def _crowds(self) -> None:
        """Read the groups of crowded blocks, and the records that meet others now because a block became crowded, or is no more."""
        await self._groups(self._blocks(self._refiled))
        again = self._filing.rejudged() - self._refiled
        if again:
            found = await self._read(Ask(handles=again - self.records.keys(), linked=again - self._linked))
            self._judged |= again
            self._join(found.by_handle)
            blocks = self._blocks(again)
            self._filing.want(blocks)
            unread = self._filing.unread()
            found = await self._read(Ask(blocks=unread))
            self._filing.took(unread, found.in_blocks)
            await self._groups(blocks)
            self._restale()
        for _ in self._filing.crowded():
            metrics.CROWDED_BLOCKS.inc()

    async def _groups(self, blocks: Iterable[bytes]) -> None:
        if groups := self._filing.unread_groups(blocks):
            found = await self._read(Ask(groups=groups))
            self._filing.took_groups(groups, found.in_groups)

    def _blocks(self, handles: Iterable[bytes]) -> list[bytes]:
        return [block for handle in handles if handle in self.records for block in self.records[handle].blocks]

    def _mute(self, record: KnownRecord) -> None:
        muted = self._filing.muted(record.blocks)
        if muted != record.muted:
            record.muted = muted
            self.muted.append((record.handle, muted))

    def _judge(self, one: KnownRecord, other: KnownRecord) -> None:
        judgement = self._matcher.judge(one, other)
        if judgement is None:
            return
        pair = (one.handle, other.handle) if one.handle < other.handle else (other.handle, one.handle)
        last = self.stale.get(pair)
        since = last.since_ms if last is not None and last.band == judgement.band else self._changes.at_ms
        kind = _KINDS.index(one.kind)
        self.edges[pair] = KnownEdge(*pair, kind, judgement.hundredths, str(judgement.band), None, self._matcher.version(one.kind), since)

    async def _close(self) -> None:
        """Read on until keys, matches and pins lead to no record that was not read; in a crowd, not by what did not join before."""
        while True:
            unknown = self._follow(self._crowd())
            keys = self._with_most({key for record in self.records.values() for key in record.keys} - self._asked_keys)
            linked = self.records.keys() - self._linked
            if not (keys or linked or unknown):
                return
            found = await self._read(Ask(keys=keys, linked=linked, handles=unknown))
            self._join(found.by_handle)
            self._join_by_key(keys, found.by_key)

    def _crowd(self) -> set[bytes]:
        matches = [Edge(edge.hundredths, edge.one, edge.other) for edge in self.matches()]
        found = crowds(self.joining_keys(self.records), matches, self.pins)
        return {handle for handles in found for handle in handles}

    def _follow(self, crowd: set[bytes]) -> set[bytes]:
        """Make records that were met members where a match or pin leads to them; return the handles that are still to be read."""
        gone = self._changes.before.keys() - self._changes.after.keys()
        unknown: set[bytes] = set()
        grows = True
        while grows:
            grows = False
            for handle in self._ends(crowd) - self.records.keys() - gone - unknown - self._missing:
                record = self._met.pop(handle, None)
                if record is None:
                    unknown.add(handle)
                else:
                    self.records[handle] = record
                    grows = True
        return unknown

    def _ends(self, crowd: set[bytes]) -> set[bytes]:
        """Return the handles next to a record that was read, by a match as it is or was, or by a pin."""
        ends: set[bytes] = set()
        for edge in self.stale.values():
            if edge.band == Band.MATCH:
                ends |= {edge.one, edge.other}
        for edge in self.edges.values():
            if edge.band == Band.MATCH:
                for handle, next_to_it in ((edge.one, edge.other), (edge.other, edge.one)):
                    # What is known not to join for its component's size leads to nothing that this batch could change.
                    if handle in self.records and (handle not in crowd or edge.refusal != LARGE):
                        ends.add(next_to_it)
        if self.pins:
            near = self.records.keys() | (self._changes.before.keys() - self._changes.after.keys())
            ends.update(end for pin in self.pins if pin.one in near or pin.other in near for end in (pin.one, pin.other))
        return ends

    async def _read(self, ask: Ask) -> Found:
        """Read without waiting for locks; what is empty is not sent."""
        # Who becomes a member was found by a key or by its handle, and another worker by the other: so it is locked by both.
        ask.locks = locks.of_places(ask.keys) | locks.of_places(ask.blocks) | locks.of_places(ask.handles) | locks.of_places(ask.linked)
        self._held |= ask.locks
        self._linked |= set(ask.linked)
        if self._pinned:
            ask.pinned = ask.linked
        found = await self._store.read(ask, wait=False)
        self._missing |= set(ask.handles) - found.by_handle.keys()
        self._take(found)
        return found

    def _take(self, found: Found) -> None:
        """Sort edges into those that stand and those that are judged afresh."""
        for edge in found.edges:
            pair = (edge.one, edge.other)
            self.stored[pair] = edge
            if edge.one in self._judged or edge.other in self._judged:
                self.stale[pair] = edge
            elif pair not in self.edges:
                self.edges[pair] = edge
        self.pins.update(found.pins)

    def _restale(self) -> None:
        """Sort again after more records are to be judged."""
        for pair, edge in list(self.edges.items()):
            if edge.one in self._judged or edge.other in self._judged:
                self.stale[pair] = self.edges.pop(pair)

    def _with_most(self, keys: Iterable[bytes]) -> dict[bytes, int]:
        """Return how many records of each key are enough to know whether it is crowded, before and after the changes."""
        return {key: most_holders(key) + 1 + len(self._lost.get(key, ())) for key in keys}

    def _join_by_key(self, asked: Collection[bytes], found: dict[bytes, KnownRecord]) -> None:
        """Take records as connected by the keys they were found by, unless a key was and is crowded."""
        self._asked_keys.update(asked)
        holders: dict[bytes, set[bytes]] = {key: set() for key in asked}
        for record in found.values():
            for key in holders.keys() & record.keys:
                holders[key].add(record.handle)
        connected: set[bytes] = set()
        for key, before in holders.items():
            most = most_holders(key)
            after = (before - self._lost.get(key, _NONE)) | self._got.get(key, _NONE)
            if len(after) > most:
                self.crowded_keys.add(key)
            if not len(before) > most < len(after):
                connected |= before
        self._join({handle: record for handle, record in found.items() if handle in connected})

    def _join(self, records: dict[bytes, KnownRecord]) -> None:
        """Take read records as connected, but for those that are, or were changed: what the store says of these is out of date."""
        known = self.records.keys() | self._changes.before.keys()
        self.records |= {handle: record for handle, record in records.items() if handle not in known}


def _moves(changes: Changes) -> tuple[dict[bytes, set[bytes]], dict[bytes, set[bytes]]]:
    """Return by key the records that lose it, and those that get it."""
    lost: dict[bytes, set[bytes]] = {}
    got: dict[bytes, set[bytes]] = {}
    for record in changes.before.values():
        for key in record.keys:
            lost.setdefault(key, set()).add(record.handle)
    for record in changes.after.values():
        for key in record.keys:
            got.setdefault(key, set()).add(record.handle)
    return lost, got
