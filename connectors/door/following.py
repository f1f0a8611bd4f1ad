"""Follows a receipt's rows on their way: applied by the resolver, then found by a search.

A row that says something is searchable once a search finds its entities at the version the store has of them: that is what
a user would meet. A row that was deleted leaves no record to look for; it is gone from searches once the indexer has
written everything that stood on topic ``entities`` when the store no longer had it.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec
from elasticsearch import Elasticsearch
from psycopg import Connection, errors

from connectors.intake.receipt import Followed
from schemas.indices import ALIAS
from schemas.topics import ENTITIES, INDEX_GROUP

_AT_ONCE = 1_000  # rows looked at in one question to store and index
_MOST_TRAILS = 256  # receipts followed at the same time; the longest unasked is begun anew when it is asked for again
_TIMEOUT = 10.0

_POSITIONS = "select s.handle, s.lsn from unnest(%b::bytea[]) as asked(handle) join source_row s using (handle)"
_ENTITIES = (
    "select asked.row_handle, e.id, e.version from unnest(%b::bytea[]) as asked(row_handle), "
    "lateral (select r.entity_id from record r where r.row_handle = asked.row_handle union all "
    "select r.entity_id from mention m join record r using (handle) where m.row_handle = asked.row_handle) said "
    "join entity e on e.id = said.entity_id"
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the store says of one row: the last position applied, and its entities with their newest versions."""

    lsn: int
    entities: Mapping[str, int]


class RowStore(Protocol):
    """Where resolved rows can be asked for."""

    def rows(self, handles: Sequence[bytes]) -> dict[bytes, Resolved]:
        """Return row handle → what is known of it; a row not resolved yet is absent."""
        ...


class Searching(Protocol):
    """Where searches go."""

    def versions(self, entity_ids: Collection[str]) -> dict[str, int]:
        """Return entity id → the version that a search finds."""
        ...

    def refresh(self) -> None:
        """Make everything written searchable."""
        ...


class Tail(Protocol):
    """How far the indexer is on topic ``entities``."""

    def ends(self) -> dict[int, int]:
        """Return partition → end offset now."""
        ...

    def passed(self, ends: Mapping[int, int]) -> bool:
        """Tell whether the indexer has written everything before these offsets."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a receipt's rows are: of ``of`` rows followed, ``resolved`` are applied and ``found`` are searchable."""

    of: int
    resolved: int
    found: int

    @property
    def done(self) -> bool:
        """Whether all are searchable."""
        return self.found == self.of

    def as_json(self) -> dict[str, Any]:
        """Return the receipt's member ``searchable``."""
        return {"of": self.of, "resolved": self.resolved, "found": self.found}


@dataclass(slots=True)
class _Trail:
    of: int
    unresolved: dict[bytes, int]
    """row handle → the position that must have been applied"""
    applied: list[bytes] = field(default_factory=list)
    """resolved, and not yet found"""
    gone: set[bytes] = field(default_factory=set)
    ends: dict[int, int] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def progress(self) -> Progress:
        left = len(self.unresolved)
        return Progress(self.of, self.of - left, self.of - left - len(self.applied) - len(self.gone))


class Follower:
    """Remembers how far each receipt is, so that a look asks only for what was not found before; thread-safe."""

    def __init__(self, store: RowStore, searching: Searching, tail: Tail) -> None:
        """Keep the seams; nothing is asked yet."""
        self._store = store
        self._searching = searching
        self._tail = tail
        self._lock = threading.Lock()
        self._trails: OrderedDict[int, _Trail] = OrderedDict()

    def knows(self, receipt_id: int) -> bool:
        """Tell whether the rows of this receipt were given before."""
        return receipt_id in self._trails

    def look(self, receipt_id: int, rows: Sequence[Followed]) -> Progress:
        """Look once and return how far the rows are; ``rows`` count only when the receipt is not known yet.

        Raises:
            psycopg.OperationalError, elasticsearch.TransportError, elasticsearch.ApiError, KafkaException: a server is away.
        """
        with self._lock:
            trail = self._trails.pop(receipt_id, None) or _Trail(len(rows), {row.row_handle: row.lsn for row in rows})
            self._trails[receipt_id] = trail
            if len(self._trails) > _MOST_TRAILS:
                self._trails.popitem(last=False)
        with trail.lock:
            self._resolve(trail)
            self._find(trail)
            self._bury(trail)
            return trail.progress()

    def _resolve(self, trail: _Trail) -> None:
        asked = list(islice(trail.unresolved, _AT_ONCE))
        known = self._store.rows(asked) if asked else {}
        for handle in asked:
            row = known.get(handle)
            if row is not None and row.lsn >= trail.unresolved[handle]:
                del trail.unresolved[handle]
                (trail.applied.append if row.entities else trail.gone.add)(handle)

    def _find(self, trail: _Trail) -> None:
        asked = trail.applied[:_AT_ONCE]
        known = self._store.rows(asked) if asked else {}
        wanted = {entity_id for row in known.values() for entity_id in row.entities}
        found = self._searching.versions(wanted) if wanted else {}
        late = []
        for handle in asked:
            row = known.get(handle)
            if row is None or not row.entities:
                trail.gone.add(handle)  # deleted meanwhile by a later delivery
            elif any(found.get(entity_id, 0) < version for entity_id, version in row.entities.items()):
                late.append(handle)
        trail.applied = late + trail.applied[_AT_ONCE:]

    def _bury(self, trail: _Trail) -> None:
        """See deleted rows out of the index, all at once when the last change has been applied."""
        if not trail.gone or trail.unresolved:
            return
        if trail.ends is None:
            trail.ends = self._tail.ends()
        if self._tail.passed(trail.ends):
            self._searching.refresh()
            trail.gone.clear()


class StoreRows:
    """The resolver's store, a connection a look."""

    def __init__(self, dsn: str) -> None:
        """Keep the address."""
        self._dsn = dsn

    def rows(self, handles: Sequence[bytes]) -> dict[bytes, Resolved]:
        """Return row handle → what is known of it."""
        with Connection.connect(self._dsn, autocommit=True, application_name="huiliu-door", connect_timeout=5) as connection:
            try:
                positions = connection.execute(_POSITIONS, (list(handles),), binary=True).fetchall()
                spoken = connection.execute(_ENTITIES, (list(handles),), binary=True).fetchall()
            except errors.UndefinedTable:  # no stream worker has run here yet
                return {}
        entities: dict[bytes, dict[str, int]] = {}
        for handle, entity_id, version in spoken:
            entities.setdefault(handle, {})[entity_id] = version
        return {handle: Resolved(lsn, entities.get(handle, {})) for handle, lsn in positions}


class ElasticSearching:
    """The entities' read alias."""

    def __init__(self, client: Elasticsearch) -> None:
        """Keep the client."""
        self._client = client

    def versions(self, entity_ids: Collection[str]) -> dict[str, int]:
        """Return entity id → the version that a search finds; asks by id and reads one number a document."""
        found: dict[str, int] = {}
        asked = sorted(entity_ids)
        for start in range(0, len(asked), _AT_ONCE):
            part = asked[start : start + _AT_ONCE]
            answer = self._client.search(
                index=ALIAS,
                query={"ids": {"values": part}},
                size=len(part),
                source=False,
                docvalue_fields=[{"field": "version"}],
                track_total_hits=False,
                ignore_unavailable=True,
            )
            found |= {hit["_id"]: hit["fields"]["version"][0] for hit in answer["hits"]["hits"]}
        return found

    def refresh(self) -> None:
        """Make everything written searchable; at most once a receipt with deletions."""
        self._client.indices.refresh(index=ALIAS)


class KafkaTail:
    """The consumer group of the indexer."""

    def __init__(self, bootstrap: str) -> None:
        """Connect when first asked."""
        self._admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 3})

    def ends(self) -> dict[int, int]:
        """Return partition → end offset now."""
        topic = self._admin.list_topics(ENTITIES, timeout=_TIMEOUT).topics[ENTITIES]
        asked = {TopicPartition(ENTITIES, partition): OffsetSpec.latest() for partition in topic.partitions}
        futures = self._admin.list_offsets(asked, request_timeout=_TIMEOUT)
        return {place.partition: future.result().offset for place, future in futures.items()}

    def passed(self, ends: Mapping[int, int]) -> bool:
        """Tell whether the indexer committed these offsets: it does so only after the index acknowledged what stands before them."""
        group = ConsumerGroupTopicPartitions(INDEX_GROUP, [TopicPartition(ENTITIES, partition) for partition in ends])
        (future,) = self._admin.list_consumer_group_offsets([group], request_timeout=_TIMEOUT).values()
        committed = {place.partition: place.offset for place in future.result().topic_partitions}
        return all(committed.get(partition, -1) >= end for partition, end in ends.items() if end > 0)
