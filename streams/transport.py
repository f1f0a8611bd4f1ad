"""Faust's Kafka transport, with messages handed to their agents directly instead of by four tasks each.

Faust's fetch loop races every delivery against "the flow is suspended", and pays for it with four asyncio tasks a message
(about a quarter of a worker's CPU, docs/performance.md). A delivery waits only where a queue is full or the flow is suspended already;
the agents always drain their queues, and what arrives late carries its consumer generation, by which it is dropped.
"""

from collections.abc import Coroutine
from typing import Any

from faust.transport.drivers import aiokafka
from mode.services import WaitResults

_RACE = 2  # the delivery, and the wait for a suspended flow


class DirectConsumer(aiokafka.Consumer):
    """Awaits a delivery in the fetch loop itself."""

    async def wait_first(self, *coros: Any, timeout: Any = None) -> WaitResults:  # noqa: ANN401, ASYNC109  # Faust's own signature
        """Deliver; any other wait is Faust's."""
        if timeout is not None or len(coros) != _RACE or not all(isinstance(each, Coroutine) for each in coros):
            return await super().wait_first(*coros, timeout=timeout)
        delivery, suspended = coros
        suspended.close()
        return WaitResults([delivery], [await delivery], False)  # a named tuple of Faust's: done, results, stopped


class Transport(aiokafka.Transport):
    """The transport whose consumer delivers directly."""

    Consumer = DirectConsumer
