"""Faust's Kafka transport, with messages handed to their agents directly instead of by four tasks each, and huiliu's own topics first.

Faust's fetch loop races every delivery against "the flow is suspended", and pays for it with four asyncio tasks a message
(about a quarter of a worker's CPU, docs/performance.md). A delivery waits only where a queue is full or the flow is suspended already;
the agents always drain their queues, and what arrives late carries its consumer generation, by which it is dropped.

Fetched messages wait in the order of their arrival, so behind a department's first load neither its rows nor a steward's decision would be
resolved until all of it is normalised. What is on huiliu's own topics is taken first, up to what their agents' queues hold.
"""

from collections.abc import Coroutine
from typing import Any

from faust.transport.drivers import aiokafka
from mode.services import WaitResults

from schemas.topics import DECISIONS, RECORDS

_FIRST = frozenset({RECORDS, DECISIONS})
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

    async def _getmany(self, active_partitions: Any, timeout: float) -> Any:  # noqa: ANN401, ASYNC109  # Faust's own signature
        """Return what was fetched, by partition; what is on huiliu's own topics alone, if anything is."""
        first = {place for place in active_partitions or () if place.topic in _FIRST}
        if first and (fetched := await super()._getmany(first, 0.0)):
            return fetched
        return await super()._getmany(active_partitions, timeout)


class Transport(aiokafka.Transport):
    """The transport whose consumer delivers directly."""

    Consumer = DirectConsumer
