"""Tells the resolver of decisions, on topic ``decisions``; what it says is only where to look, the log is in the store."""

from collections.abc import Sequence
from threading import Lock

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from domain.tokens import text_of
from query.review import Notice, NotSentError
from schemas import registry
from schemas.codec import Encoder
from schemas.topics import DECISIONS
from settings import Settings

_SECONDS = 3.0
_AWAY: tuple[type[Exception], ...] = (KafkaException, BufferError, *registry.AWAY)


class KafkaSending:
    """A producer and its encoder, made at the first decision; thread-safe."""

    def __init__(self, settings: Settings) -> None:
        """Keep the addresses."""
        self._settings = settings
        self._lock = Lock()
        self._parts: tuple[Producer, Encoder] | None = None

    def __call__(self, notices: Sequence[Notice]) -> None:
        """Send, and return once the broker has all of them.

        Raises:
            NotSentError: Kafka or the registry is away.
        """
        if not notices:
            return
        failures: list[KafkaError] = []

        def delivered(error: KafkaError | None, _: Message) -> None:
            if error is not None:
                failures.append(error)

        try:
            producer, encode = self._connected()
            for notice in notices:
                value = encode({"one": notice.one, "other": notice.other, "decision": notice.decision})
                producer.produce(DECISIONS, value, text_of(notice.one), on_delivery=delivered)
            left = producer.flush(_SECONDS)
        except _AWAY as error:
            raise NotSentError(type(error).__name__) from error
        if failures or left:
            producer.purge()
            raise NotSentError(failures[0].name() if failures else "no answer in time")

    def _connected(self) -> tuple[Producer, Encoder]:
        with self._lock:
            if self._parts is None:
                encoder = Encoder(registry.connect(self._settings.registry_url), "decision", DECISIONS)
                producer = Producer(
                    {
                        "bootstrap.servers": self._settings.kafka_bootstrap,
                        "enable.idempotence": True,
                        "linger.ms": 0,  # a person waits
                        "partitioner": "murmur2_random",  # the Java clients' choice, so that any producer finds a key's partition
                        "message.timeout.ms": int(_SECONDS * 1000),
                        "log_level": 0,  # what fails is told once, as NotSentError
                    }
                )
                self._parts = producer, encoder
            return self._parts
