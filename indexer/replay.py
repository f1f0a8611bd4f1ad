"""Reads topic ``entities`` from its beginning, without a consumer group: what a rebuild is made from."""

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from indexer.feed import consumer_config, origin_of
from schemas.rejects import Origin
from schemas.topics import ENTITIES, INDEX_GROUP

_WAIT_SECONDS = 0.1
_BROKER_SECONDS = 15.0
_EOF = KafkaError._PARTITION_EOF  # noqa: SLF001  # librdkafka's own codes are spelled so


class Replay:
    """A reader that belongs to no group and commits nothing."""

    def __init__(self, bootstrap: str) -> None:
        """Start at the beginning of every partition.

        Raises:
            KafkaException: the broker does not answer, or the topic is not there.
        """
        # A connection of its own: on the consumer's, a question waits behind each fetch that waits for messages.
        self._admin = AdminClient({"bootstrap.servers": bootstrap})
        self._consumer = Consumer({**consumer_config(bootstrap), "group.id": f"{INDEX_GROUP}-rebuild", "enable.partition.eof": True})
        topic = self._consumer.list_topics(ENTITIES, timeout=_BROKER_SECONDS).topics[ENTITIES]
        if topic.error is not None:
            raise KafkaException(topic.error)
        self._positions = dict.fromkeys(topic.partitions, 0)
        self._consumer.assign([TopicPartition(ENTITIES, number, OFFSET_BEGINNING) for number in topic.partitions])

    @property
    def position(self) -> int:
        """Sum of the offsets read up to, over all partitions."""
        return sum(self._positions.values())

    def ends(self) -> dict[int, int]:
        """Return each partition's end as the broker has it now.

        Raises:
            KafkaException: the broker does not answer.
        """
        asked = {TopicPartition(ENTITIES, number): OffsetSpec.latest() for number in self._positions}
        found = self._admin.list_offsets(asked, request_timeout=_BROKER_SECONDS)
        return {place.partition: future.result().offset for place, future in found.items()}

    def reached(self, ends: dict[int, int]) -> bool:
        """Tell whether everything before ``ends`` was returned by ``take``."""
        return all(self._positions[number] >= end for number, end in ends.items())

    def take(self, limit: int) -> list[Origin]:
        """Return up to ``limit`` messages; none when there is nothing to read for a tenth of a second."""
        taken: list[Origin] = []
        for message in self._consumer.consume(limit, _WAIT_SECONDS):
            error = message.error()
            number, offset = message.partition() or 0, message.offset() or 0
            if error is None:
                taken.append(origin_of(message))
                self._positions[number] = offset + 1
            elif error.code() == _EOF:  # compaction may have taken the last offsets: the end says where we are
                self._positions[number] = offset
            elif not error.retriable():
                raise KafkaException(error)
        return taken

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()
