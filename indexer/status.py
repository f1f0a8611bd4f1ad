"""Says how the index stands: its name, documents, markers, size, and how far the indexer is behind."""

from dataclasses import dataclass

from confluent_kafka import Consumer, TopicPartition
from elasticsearch import Elasticsearch

from indexer.feed import consumer_config
from indexer.index import EntityIndex
from schemas.indices import ALIAS
from schemas.topics import ENTITIES

_BROKER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """``documents`` are live entities, ``markers`` deleted ones; ``lag`` in messages, None when the indexer never committed."""

    index: str | None
    documents: int
    markers: int
    bytes: int
    blocked: bool
    lag: int | None
    leftovers: int


def status(client: Elasticsearch, bootstrap: str) -> IndexStatus:
    """Ask both servers.

    Raises:
        KafkaException, ApiError, TransportError: one of them does not answer.
    """
    index = EntityIndex(client)
    name = index.current()
    lag = _lag(bootstrap)
    if name is None:
        return IndexStatus(None, 0, 0, 0, blocked=False, lag=lag, leftovers=len(index.numbers()))
    documents = client.count(index=ALIAS, query={"term": {"deleted": False}})["count"]
    markers = client.count(index=ALIAS, query={"term": {"deleted": True}})["count"]
    size = client.indices.stats(index=name, metric="store")["_all"]["total"]["store"]["size_in_bytes"]
    return IndexStatus(name, documents, markers, size, index.blocked(name), lag, leftovers=len(index.numbers()) - 1)


def _lag(bootstrap: str) -> int | None:
    consumer = Consumer(consumer_config(bootstrap))
    try:
        numbers = consumer.list_topics(ENTITIES, timeout=_BROKER_SECONDS).topics[ENTITIES].partitions
        committed = consumer.committed([TopicPartition(ENTITIES, number) for number in numbers], timeout=_BROKER_SECONDS)
        if all(each.offset < 0 for each in committed):
            return None
        marks = [consumer.get_watermark_offsets(each, timeout=_BROKER_SECONDS) for each in committed]
        return sum(mark[1] - max(each.offset, mark[0]) for each, mark in zip(committed, marks, strict=True) if mark is not None)
    finally:
        consumer.close()
