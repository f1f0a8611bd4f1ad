"""The one way in which huiliu produces to Kafka: every message arrives, in order, or its sender hears that it did not."""

from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from schemas.rejects import Outgoing
from schemas.topics import LARGEST_MESSAGE

_SAFE: Mapping[str, Any] = {
    "enable.idempotence": True,
    # With more in flight, librdkafka loses messages of a new producer without an error: a partition that has no leader yet refuses the
    # first batch, gets one, takes the second as that producer's first, and the first then counts as acknowledged (docs/decisions/0012).
    "max.in.flight.requests.per.connection": 1,
    "partitioner": "murmur2_random",  # the Java clients' choice, so that any producer finds a key's partition
    "message.max.bytes": LARGEST_MESSAGE,
}


def connect(bootstrap: str, settings: Mapping[str, Any]) -> Producer:
    """Return a producer that connects lazily.

    Args:
        bootstrap: the broker's host:port.
        settings: librdkafka's, beside those that safety needs.

    Raises:
        ValueError: one of them is what safety needs.
    """
    if unsafe := _SAFE.keys() & settings.keys():
        raise ValueError(f"these settings are not a caller's to choose: {', '.join(sorted(unsafe))}")
    return Producer({"bootstrap.servers": bootstrap, **_SAFE, **settings})


class Sending:
    """Messages on their way; after ``producer.flush()`` ask whether all arrived."""

    def __init__(self) -> None:
        """Begin with none."""
        self._failures: list[KafkaError] = []

    def put(self, producer: Producer, messages: Iterable[Outgoing]) -> None:
        """Hand over messages: (topic, key, value).

        Raises:
            BufferError: too many wait already.
        """
        for topic, key, value in messages:
            producer.produce(topic, value, key, on_delivery=self.delivered)

    def delivered(self, error: KafkaError | None, _: Message) -> None:
        """Take a delivery report."""
        if error is not None:
            self._failures.append(error)

    @property
    def failed(self) -> bool:
        """Whether the broker refused one so far."""
        return bool(self._failures)

    def check(self, left: int = 0) -> None:
        """Return if all arrived.

        Args:
            left: how many ``flush`` did not see through in time.

        Raises:
            KafkaException: one did not: nothing may be acknowledged then.
        """
        if self._failures or left:
            raise KafkaException(self._failures[0] if self._failures else KafkaError(KafkaError._MSG_TIMED_OUT))  # noqa: SLF001  # its public name has the underscore
