"""Listens at every topic on the way and notes how old each message is when the broker has it."""

import threading
from typing import Any

from confluent_kafka import Consumer, Message, TopicPartition

from domain.contract import Contract
from ops.percentiles import percentiles
from schemas import registry
from schemas.codec import Decoder
from schemas.topics import ENTITIES, RECORDS, source_topic
from settings import Settings

_TIMEOUT = 10.0
_BATCH = 500
_SOURCE, _RECORDS, _ENTITIES = "captured", "normalised", "resolved"


class HopListener:
    """Reads the topics' ends on a thread of its own. Times in ms from the department's commit. Use as a context manager."""

    def __init__(self, settings: Settings, contracts: list[Contract]) -> None:
        """Take what is on the topics now as known."""
        sources = [source_topic(contract.provider, table.name) for contract in contracts for table in contract.tables]
        self._hops = {**dict.fromkeys(sources, _SOURCE), RECORDS: _RECORDS, ENTITIES: _ENTITIES}
        self._decode = Decoder(registry.connect(settings.registry_url))
        self._consumer = Consumer({"bootstrap.servers": settings.kafka_bootstrap, "group.id": "huiliu-bench", "enable.auto.commit": False})
        self._consumer.assign(list(self._ends()))
        self.ages: dict[str, list[int]] = {_SOURCE: [], _RECORDS: [], _ENTITIES: []}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="hop-listener", daemon=True)

    def __enter__(self) -> "dict[str, list[int]]":
        """Begin; the ages grow while it listens."""
        self._thread.start()
        return self.ages

    def __exit__(self, *_: object) -> None:
        """End; the ages stay."""
        self._stop.set()
        self._thread.join()
        self._consumer.close()

    def percentiles(self) -> dict[str, dict[str, float | None]]:
        """Return p50, p95 and p99 a hop."""
        return {hop: percentiles(ages) for hop, ages in self.ages.items()}

    def _ends(self) -> Any:  # noqa: ANN401  # an iterator of the client's untyped TopicPartition
        topics = self._consumer.list_topics(timeout=_TIMEOUT).topics
        for topic in self._hops:
            for partition in topics[topic].partitions:
                _, end = self._consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=_TIMEOUT)
                yield TopicPartition(topic, partition, end)

    def _listen(self) -> None:
        while not self._stop.is_set():
            for message in self._consumer.consume(_BATCH, timeout=0.1):
                if message.error() is None and message.value() is not None:
                    self._note(message)

    def _note(self, message: Message) -> None:
        hop = self._hops[message.topic() or ""]
        value = self._decode(message.value() or b"")
        committed_ms = value["source"]["ts_ms"] if hop == _SOURCE else value["committed_ms"]
        self.ages[hop].append(message.timestamp()[1] - committed_ms)
