"""The indexer's consumer: batches of topic ``entities``, and offsets committed after the index has what was read.

Each commit carries the index's *family* (indexer/index.py) as its metadata, so that an index made anew is filled from
the beginning of the topic without anyone resetting offsets.
"""

import logging
import time
from collections.abc import Callable, Iterable

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from schemas.rejects import Origin
from schemas.topics import ENTITIES, INDEX_GROUP

_IDLE_SECONDS = 0.1  # longest sleep in poll; a signal to end is seen after it
_COMMIT_SECONDS = 0.25  # a commit a batch would be broker work for nothing: replay is harmless
_BROKER_SECONDS = 10.0
_WAITABLE = frozenset({KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._PARTITION_EOF, KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT})  # noqa: SLF001  # librdkafka's own codes are spelled so

_log = logging.getLogger(__name__)


def consumer_config(bootstrap: str) -> dict[str, object]:
    """Return what every reader of topic ``entities`` sets."""
    return {
        "bootstrap.servers": bootstrap,
        "group.id": INDEX_GROUP,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
        "queued.max.messages.kbytes": 16_384,
        "fetch.queue.backoff.ms": 10,  # the default second would starve the bulk requests
        "topic.metadata.refresh.interval.ms": 10_000,
        "logger": _log,
    }


def origin_of(message: Message) -> Origin:
    """Return a message as it was read."""
    return Origin(message.topic() or "", message.partition() or 0, message.offset() or 0, message.key(), message.value())


class EntityFeed:
    """A member of the consumer group."""

    def __init__(self, bootstrap: str, member: int, family: str, drain: Callable[[], None], assigned: Callable[[], None]) -> None:
        """Join as static member ``member``, so that one killed and started again gets its partitions back at once.

        ``drain`` ends the write under way and is called before partitions are given up; ``assigned`` when they were given.
        """
        self._family = family
        self._drain = drain
        self._assigned = assigned
        self._positions: dict[int, int] = {}
        self._owned: set[int] = set()
        self._aside: list[Origin] = []
        self._held = False
        self._committed_at = 0.0
        self._consumer = Consumer(
            {
                **consumer_config(bootstrap),
                "group.instance.id": f"{INDEX_GROUP}-{member}",
                "session.timeout.ms": 6000,
                "heartbeat.interval.ms": 1500,
            }
        )
        self._consumer.subscribe([ENTITIES], on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_lost)

    def take(self, limit: int, linger: float, busy: Callable[[], bool]) -> list[Origin]:
        """Return up to ``limit`` messages: waits ``linger`` seconds after the first, and longer while ``busy`` says that the index is."""
        taken, self._aside = self._aside, []
        first = None if taken else self._consumer.poll(_IDLE_SECONDS)
        if not taken and first is None:
            return []
        taken += _good([first] if first else [])
        while len(taken) < limit:
            taken += _good(self._consumer.consume(limit - len(taken), linger))
            if not busy():
                break
        return taken

    def hold(self) -> None:
        """Stay a member while the index takes nothing: fetch no more, but answer the broker."""
        if not self._held:
            self._held = True
            self._consumer.pause(self._consumer.assignment())
        message = self._consumer.poll(0)
        if message is not None:
            self._aside += _good([message])

    def release(self) -> None:
        """Fetch again after ``hold``."""
        if self._held:
            self._held = False
            self._consumer.resume(self._consumer.assignment())

    def done(self, messages: Iterable[Origin]) -> None:
        """Note that the index has these messages; they are committed soon."""
        for message in messages:
            if message.partition in self._owned:
                self._positions[message.partition] = message.offset + 1

    def commit(self, *, now: bool = False) -> None:
        """Commit what is done, if it is time; with ``now`` at once, and wait for the broker."""
        if not self._positions or (not now and time.monotonic() - self._committed_at < _COMMIT_SECONDS):
            return
        offsets = [TopicPartition(ENTITIES, partition, offset, self._family) for partition, offset in self._positions.items()]
        self._positions.clear()
        self._committed_at = time.monotonic()
        try:
            if now:
                self._consumer.commit(offsets=offsets, asynchronous=False)
            else:
                self._consumer.commit(offsets=offsets)
        except KafkaException as error:
            _log.warning("位点提交失败 cannot commit offsets (%s): these messages will be read again", error.args[0].name())

    def close(self) -> None:
        """Commit and leave; a static member's partitions wait for it for the session time-out."""
        self.commit(now=True)
        self._consumer.close()

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._owned = {each.partition for each in partitions}
        known = {each.partition: each for each in consumer.committed(partitions, timeout=_BROKER_SECONDS)} if partitions else {}
        for each in partitions:
            committed = known[each.partition]
            if committed.offset >= 0 and committed.metadata != self._family:
                _log.info("新索引，从头读取 a new index: reading %s/%d from its beginning", each.topic, each.partition)
                each.offset = OFFSET_BEGINNING
        consumer.assign(partitions)
        self._held = False
        self._assigned()

    def _on_revoke(self, _: Consumer, __: list[TopicPartition]) -> None:
        self._drain()
        self.commit(now=True)
        self._forget()

    def _on_lost(self, _: Consumer, __: list[TopicPartition]) -> None:
        self._forget()

    def _forget(self) -> None:
        self._owned.clear()
        self._positions.clear()


def _good(messages: Iterable[Message]) -> list[Origin]:
    """Return what is no error.

    Raises:
        KafkaException: an error that waiting does not mend.
    """
    good: list[Origin] = []
    for message in messages:
        error = message.error()
        if error is None:
            good.append(origin_of(message))
        elif error.code() not in _WAITABLE and not error.retriable():
            raise KafkaException(error)
    return good
