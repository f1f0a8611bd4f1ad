"""Produces a batch of messages and returns when the broker has all of them."""

import asyncio
from collections.abc import Iterable

from schemas import producing
from schemas.rejects import Outgoing


class Outbox:
    """One flush a batch, on a thread, so that the event loop goes on."""

    def __init__(self, bootstrap: str) -> None:
        """Connect lazily to the broker at ``bootstrap`` (host:port)."""
        self._producer = producing.connect(
            bootstrap,
            {
                "compression.type": "lz4",
                "linger.ms": 5,
                "message.timeout.ms": 0,  # a broker that is away is waited for; the batch is not acknowledged meanwhile
                "queue.buffering.max.messages": 200_000,
                "delivery.report.only.error": True,  # a report a message would have the flushing thread wait for Python's lock each time
            },
        )

    async def send(self, messages: Iterable[Outgoing]) -> None:
        """Produce ``messages`` in order; returns once all are acknowledged.

        Raises:
            KafkaException: the broker refused one for good; nothing may be acknowledged then.
        """
        sending = producing.Sending()
        sending.put(self._producer, messages)
        await asyncio.get_running_loop().run_in_executor(None, self._producer.flush)
        sending.check()
