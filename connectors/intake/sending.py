"""Sends a delivery's changes to its source topic, in the envelope that Debezium writes; sent again, every event is the same."""

from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any

import orjson
from confluent_kafka import KafkaException, Producer

from connectors.intake.checking import sealer
from connectors.intake.ledger import Connection, Feed
from connectors.intake.receipt import IntakeError
from domain.sealing import PurposeSealer
from schemas import producing, registry
from schemas.codec import Encoder
from schemas.topics import LARGEST_MESSAGE, source_prefix, source_topic
from settings import Settings

_BATCH = 1_000
_QUEUE = 20_000
_TIMEOUT = 30.0  # seconds
_OPS = {b"c": "c", b"u": "u", b"d": "d", "c": "c", "u": "u", "d": "d"}


class Sender:
    """An idempotent producer and the encoders of the topics it was used for; thread-safe."""

    def __init__(self, settings: Settings) -> None:
        """Connect lazily."""
        self._settings = settings
        self._lock = Lock()
        self._producer: Producer | None = None
        self._encoders: dict[str, tuple[Encoder, Encoder]] = {}

    def require_topic(self, feed: Feed) -> None:
        """See that the feed is attached.

        Raises:
            IntakeError: its topic does not exist.
            KafkaException: the broker is away.
        """
        topic = source_topic(feed.provider, feed.table)
        found = self._connected().list_topics(topic, timeout=_TIMEOUT).topics[topic]
        if found.error is not None:
            raise IntakeError(
                f"{feed.provider} 尚未接入 is not attached (no topic {topic}): 先运行 run `huiliu contract attach {feed.provider}` first"
            )

    def send(self, connection: Connection, feed: Feed, submission: dict[str, Any], progress: Callable[[int], None]) -> None:
        """Send every change of the delivery and return once the broker has all of them.

        Raises:
            KafkaException: the broker is away or refused one; the whole may be sent again.
        """
        producer, topic = self._connected(), source_topic(feed.provider, feed.table)
        key_of, value_of = self._encoders_of(topic)
        events = _Events(feed, submission, sealer(self._settings.master_key_bytes(), feed.provider, feed.table))
        sending, done = producing.Sending(), 0
        for row in _changes(connection, submission["id"]):
            key, value = events(row)
            message = (topic, key_of(key), value_of(value))
            while True:
                try:
                    sending.put(producer, [message])
                except BufferError:
                    producer.poll(0.1)
                else:
                    break
            done += 1
            if done % _BATCH == 0:
                producer.poll(0)
                progress(done)
                if sending.failed:
                    break
        try:
            sending.check(producer.flush(_TIMEOUT * 2))
        except KafkaException:
            producer.purge()
            raise
        progress(done)

    def _connected(self) -> Producer:
        with self._lock:
            if self._producer is None:
                self._producer = producing.connect(
                    self._settings.kafka_bootstrap,
                    {
                        "compression.type": "lz4",
                        "linger.ms": 5,
                        "delivery.report.only.error": True,  # a report for each event would cost as much as sending it
                        "message.timeout.ms": int(_TIMEOUT * 1000),
                        "queue.buffering.max.messages": _QUEUE,
                        "queue.buffering.max.kbytes": 2 * LARGEST_MESSAGE >> 10,
                        "log_level": 3,
                    },
                )
            return self._producer

    def _encoders_of(self, topic: str) -> tuple[Encoder, Encoder]:
        with self._lock:
            if topic not in self._encoders:
                client = registry.connect(self._settings.registry_url)
                self._encoders[topic] = Encoder(client, "change_key", topic, "key"), Encoder(client, "change", topic)
            return self._encoders[topic]


class _Events:
    """Opens sealed changes and makes events of them."""

    def __init__(self, feed: Feed, submission: dict[str, Any], box: PurposeSealer) -> None:
        self._feed, self._box = feed, box
        self._columns, self._key = submission["columns"], submission["key"]
        self._id, self._kind, self._ms = submission["id"], submission["kind"], submission["accepted_ms"]

    def __call__(self, row: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
        """Return (key, envelope) of one change."""
        op, handle = _OPS[row["op"]], row["handle"]
        key = dict(zip(self._key, orjson.loads(self._box.unseal(row["sealed_key"], handle)), strict=True))
        after = None
        if op != "d":
            after = dict(zip(self._columns, orjson.loads(self._box.unseal(row["sealed"], handle)), strict=True))
        source = {
            "connector": self._kind,
            "name": source_prefix(self._feed.provider),
            "ts_ms": self._ms,
            "snapshot": "false",
            "table": self._feed.table,
            "lsn": self._id << 32 | row["line"],
        }
        return key, {"before": key if op == "d" else None, "after": after, "source": source, "op": op, "ts_ms": self._ms}


def _changes(connection: Connection, submission: int) -> Iterator[dict[str, Any]]:
    """Yield the delivery's changes in the order of their lines, a thousand at a time."""
    last = -1
    while True:
        rows = connection.execute(
            "select line, op, handle, sealed, sealed_key from intake_change where submission = %s and line > %s order by line limit %s",
            (submission, last, _BATCH),
            binary=True,
        ).fetchall()
        if not rows:
            return
        yield from rows
        last = rows[-1]["line"]
