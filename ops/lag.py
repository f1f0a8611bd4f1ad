"""How far each consumer group is behind, in messages and in seconds.

Seconds are read off a table of (time, end offset) points, as kafka-lag-exporter does: the age of the oldest unread
message is the time since the end of the partition stood at the group's position.
"""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from domain.contract import Contract
from schemas.topics import ENTITIES, INDEX_GROUP, RECORDS, STREAM_GROUP, source_topic

Place = tuple[str, int]  # topic, partition
_POINTS = 720
_TIMEOUT = 10.0


class LagError(Exception):
    """The broker did not answer; names it and the remedy."""


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """One group's distance from one partition's end. ``seconds`` is None while there is no basis for it: unknown, not fine."""

    group: str
    topic: str
    partition: int
    committed: int
    end: int
    seconds: float | None

    @property
    def messages(self) -> int:
        """Messages not yet read."""
        return max(0, self.end - self.committed)


class Timeline:
    """When the end of one partition stood where: at most 720 points, oldest dropped first."""

    def __init__(self) -> None:
        """Begin without points."""
        self._points: deque[tuple[float, int]] = deque(maxlen=_POINTS)

    def add(self, at: float, end: int) -> None:
        """Note the end offset at a time (seconds); a flat stretch keeps only its two ends."""
        points = self._points
        if len(points) > 1 and points[-1][1] == points[-2][1] == end:
            points.pop()
        points.append((at, end))

    def age(self, offset: int, now: float) -> float | None:
        """Return how long ago (seconds) the end stood at ``offset``; None when that was before the first point."""
        points = self._points
        if not points or offset < points[0][1]:
            return None
        if offset >= points[-1][1]:
            return 0.0
        for (early, low), (late, high) in reversed(list(pairwise(points))):
            if low <= offset < high:
                return max(0.0, now - (early + (late - early) * (offset - low) / (high - low)))
        return None


class LagWatch:
    """Asks a broker for groups' positions and partitions' ends; keeps the timelines between calls."""

    def __init__(self, bootstrap: str, reads: Mapping[str, Collection[str]], clock: Callable[[], float] = time.monotonic) -> None:
        """``bootstrap`` is host:port; ``reads`` tells which topics each consumer group reads."""
        self._bootstrap = bootstrap
        self._admin = self._connect()
        self._reads = reads
        self._clock = clock
        self._timelines: dict[Place, Timeline] = {}

    def measure(self) -> list[PartitionLag]:
        """Return one row a group and partition. A partition the group never read counts whole: readers begin at the earliest.

        Raises:
            LagError: the broker does not answer.
        """
        try:
            partitions = self._partitions()
            ends = self._offsets({place for places in partitions.values() for place in places}, OffsetSpec.latest())
            committed = {group: self._committed(group, places) for group, places in partitions.items()}
        except KafkaException as error:
            self._admin = self._connect()  # seen: after a broker was killed and came back, an old client's requests only time out
            name = error.args[0].name()
            raise LagError(f"Kafka 没有回答 the broker at {self._bootstrap} does not answer ({name}): see `huiliu status`") from error
        now = self._clock()
        for place, end in ends.items():
            self._timelines.setdefault(place, Timeline()).add(now, end)
        return [
            PartitionLag(group, *place, offset, ends[place], self._timelines[place].age(offset, now))
            for group, positions in committed.items()
            for place, offset in positions.items()
        ]

    def _connect(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self._bootstrap, "log_level": 2})  # what fails is told by LagError

    def _partitions(self) -> dict[str, list[Place]]:
        """Return each group's partitions; a topic that is not there yet has none."""
        topics = self._admin.list_topics(timeout=_TIMEOUT).topics
        return {
            group: [(topic, partition) for topic in names if topic in topics for partition in topics[topic].partitions]
            for group, names in self._reads.items()
        }

    def _committed(self, group: str, places: list[Place]) -> dict[Place, int]:
        if not places:
            return {}
        asked = ConsumerGroupTopicPartitions(group, [TopicPartition(*place) for place in places])
        found = self._admin.list_consumer_group_offsets([asked], request_timeout=_TIMEOUT)[group].result().topic_partitions
        positions = {(each.topic, each.partition): each.offset for each in found}
        begin = self._offsets([place for place, offset in positions.items() if offset < 0], OffsetSpec.earliest())
        return positions | begin

    def _offsets(self, places: Collection[Place], spec: OffsetSpec) -> dict[Place, int]:
        if not places:
            return {}
        found = self._admin.list_offsets({TopicPartition(*place): spec for place in places}, request_timeout=_TIMEOUT)
        return {(place.topic, place.partition): future.result().offset for place, future in found.items()}


def reads(contracts: Iterable[Contract]) -> dict[str, list[str]]:
    """Return which topics each of huiliu's consumer groups reads."""
    sources = [source_topic(contract.provider, table.name) for contract in contracts for table in contract.tables]
    return {STREAM_GROUP: [*sources, RECORDS], INDEX_GROUP: [ENTITIES]}
