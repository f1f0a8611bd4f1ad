"""How far each consumer group is behind, in messages and in seconds.

Seconds are read off a table of (time, end offset) points, as kafka-lag-exporter does: the age of the oldest unread
message is the time since the end of the partition stood at the group's position.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

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

    def __init__(self, bootstrap: str, groups: Iterable[str], clock: Callable[[], float] = time.monotonic) -> None:
        """``bootstrap`` is host:port; ``groups`` are the consumer groups to follow."""
        self._bootstrap = bootstrap
        self._admin = AdminClient({"bootstrap.servers": bootstrap})
        self._groups = tuple(groups)
        self._clock = clock
        self._timelines: dict[tuple[str, int], Timeline] = {}

    def measure(self) -> list[PartitionLag]:
        """Return one row a group and partition; a group that never committed has none.

        Raises:
            LagError: the broker does not answer.
        """
        try:
            committed = {group: self._committed(group) for group in self._groups}
            asked = {(p.topic, p.partition) for positions in committed.values() for p in positions}
            ends = self._ends(asked)
        except KafkaException as error:
            raise LagError(f"Kafka 没有回答 the broker at {self._bootstrap} does not answer: see `huiliu status`") from error
        now = self._clock()
        for place, end in ends.items():
            self._timelines.setdefault(place, Timeline()).add(now, end)
        return [
            self._row(group, position, ends[position.topic, position.partition], now)
            for group, positions in committed.items()
            for position in positions
        ]

    def _row(self, group: str, position: TopicPartition, end: int, now: float) -> PartitionLag:
        seconds = self._timelines[position.topic, position.partition].age(position.offset, now)
        return PartitionLag(group, position.topic, position.partition, position.offset, end, seconds)

    def _committed(self, group: str) -> list[TopicPartition]:
        future = self._admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)], request_timeout=_TIMEOUT)[group]
        return [each for each in future.result().topic_partitions if each.offset >= 0]

    def _ends(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
        asked = {TopicPartition(topic, partition): OffsetSpec.latest() for topic, partition in places}
        if not asked:
            return {}
        found = self._admin.list_offsets(asked, request_timeout=_TIMEOUT)
        return {(place.topic, place.partition): future.result().offset for place, future in found.items()}
