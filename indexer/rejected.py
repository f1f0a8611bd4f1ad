"""Puts a batch's rejects on topic ``rejected`` and returns when the broker has them."""

from collections.abc import Iterable

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from schemas import metrics
from schemas.rejects import Outgoing
from schemas.topics import LARGEST_MESSAGE


class RejectedTopic:
    """An idempotent producer; a broker that is away is waited for."""

    def __init__(self, bootstrap: str) -> None:
        """Connect lazily to the broker at ``bootstrap`` (host:port)."""
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "enable.idempotence": True,
                "partitioner": "murmur2_random",
                "message.timeout.ms": 0,
                "message.max.bytes": LARGEST_MESSAGE,
            }
        )

    def put(self, rejects: Iterable[Outgoing]) -> None:
        """Produce and wait.

        Raises:
            KafkaException: the broker refused one for good; its batch may not be committed then.
        """
        failures: list[KafkaError] = []

        def delivered(error: KafkaError | None, _: Message) -> None:
            if error is not None:
                failures.append(error)

        for topic, key, value in rejects:
            self._producer.produce(topic, value, key, on_delivery=delivered)
            metrics.REJECTED.labels("indexer").inc()
        self._producer.flush()
        if failures:
            raise KafkaException(failures[0])
