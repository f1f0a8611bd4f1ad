"""Produces a batch of messages and returns when the broker has all of them."""

import asyncio
from collections.abc import Iterable

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from schemas.rejects import Outgoing
from schemas.topics import LARGEST_MESSAGE


class Outbox:
    """An idempotent librdkafka producer; one flush a batch, on a thread, so that the event loop goes on."""

    def __init__(self, bootstrap: str) -> None:
        """Connect lazily to the broker at ``bootstrap`` (host:port)."""
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "enable.idempotence": True,
                "compression.type": "lz4",
                "linger.ms": 5,
                "partitioner": "murmur2_random",  # the Java clients' choice, so that any producer finds a key's partition
                "message.timeout.ms": 0,  # a broker that is away is waited for; the batch is not acknowledged meanwhile
                "queue.buffering.max.messages": 200_000,
                "message.max.bytes": LARGEST_MESSAGE,
            }
        )

    async def send(self, messages: Iterable[Outgoing]) -> None:
        """Produce ``messages`` in order; returns once all are acknowledged.

        Raises:
            KafkaException: the broker refused one for good; nothing may be acknowledged then.
        """
        failures: list[KafkaError] = []

        def delivered(error: KafkaError | None, _: Message) -> None:
            if error is not None:
                failures.append(error)

        for topic, key, value in messages:
            self._producer.produce(topic, value, key, on_delivery=delivered)
        await asyncio.get_running_loop().run_in_executor(None, self._producer.flush)
        if failures:
            raise KafkaException(failures[0])
