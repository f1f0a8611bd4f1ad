"""What one micro-batch knows of its records, and will do."""

from dataclasses import dataclass, field

from domain.composition import KnownRecord
from domain.entities import Kind
from streams.neighbourhood import Changes
from streams.store import Known, Writes

_TOKEN = 16


@dataclass(slots=True)
class Batch:
    """What one micro-batch knows and will do.

    ``records``: the changed records and, once read, all that are connected with them. ``touched``: handle of each changed or dropped
    record → the change's commit time. ``refiled``: records that say the same, and are only compared anew. ``again``: entities to emit
    though nothing changed. ``emptied``: entities that lost a record or show another value. ``anew``: records that begin again, under a new
    key, because their row was deleted in between, or they were erased: what was sent of them opens no more.
    """

    known: Known
    changes: Changes = field(default_factory=Changes)
    writes: Writes = field(default_factory=Writes)
    records: dict[bytes, KnownRecord] = field(default_factory=dict)
    touched: dict[bytes, int] = field(default_factory=dict)
    refiled: set[bytes] = field(default_factory=set)
    again: set[str] = field(default_factory=set)
    anew: set[bytes] = field(default_factory=set)
    emptied: dict[str, tuple[Kind, int]] = field(default_factory=dict)

    def drop(self, record: KnownRecord, committed_ms: int) -> None:
        """Note that a record is gone, from every place where it is filed."""
        self.writes.dropped.append(record.handle)
        self.writes.dropped_keys += [(key, record.handle) for key in record.keys]
        self.writes.dropped_blocks += [(block[:_TOKEN], block[_TOKEN:], record.handle) for block in record.blocks]
        self.touched[record.handle] = committed_ms
        self.changes.before[record.handle] = record
        self.changes.keys.update(record.keys)
        self.changes.at_ms = max(self.changes.at_ms, committed_ms)

    def leave(self) -> None:
        """Note what the changed and dropped records said, and in which entities, which is known for sure only under all locks."""
        for handle, record in self.changes.before.items():
            if handle in self.refiled:
                continue
            committed_ms = self.touched[handle]
            self.writes.past.replaced(handle, committed_ms)
            if handle not in self.changes.after:
                self.writes.past.left(handle, record.entity_id, None, committed_ms)
            self.empty(record, committed_ms)

    def file(self, handle: bytes, old: KnownRecord | None, keys: list[bytes], blocks: list[bytes]) -> None:
        """Note under which strong keys and blocks the record is filed now, and no more."""
        keys_before, blocks_before = (set(old.keys), set(old.blocks)) if old else (set(), set())
        self.writes.keys += [(key, handle) for key in keys if key not in keys_before]
        self.writes.dropped_keys += [(key, handle) for key in keys_before.difference(keys)]
        self.writes.blocks += [(block[:_TOKEN], block[_TOKEN:], handle) for block in blocks if block not in blocks_before]
        self.writes.dropped_blocks += [(block[:_TOKEN], block[_TOKEN:], handle) for block in blocks_before.difference(blocks)]

    def empty(self, record: KnownRecord, committed_ms: int) -> None:
        """Note that an entity lost a record, or shows other values of it: it may have to be emitted, or to end."""
        last = self.emptied.get(record.entity_id)
        self.emptied[record.entity_id] = (record.kind, max(committed_ms, last[1] if last else 0))
