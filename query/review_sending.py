"""Tells the resolver of decisions, on topic ``decisions``; what it says is only where to look, the log is in the store."""

from collections.abc import Sequence
from threading import Lock

from confluent_kafka import KafkaException, Producer

from domain.tokens import text_of
from query.review import Notice, NotSentError
from schemas import producing, registry
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
        sending = producing.Sending()
        try:
            producer, encode = self._connected()
            said = [(n.one, encode({"one": n.one, "other": n.other, "decision": n.decision})) for n in notices]
            sending.put(producer, ((DECISIONS, text_of(one).encode(), value) for one, value in said))
        except _AWAY as error:
            raise NotSentError(type(error).__name__) from error
        try:
            sending.check(producer.flush(_SECONDS))
        except KafkaException as error:
            producer.purge()
            raise NotSentError(error.args[0].name()) from error

    def _connected(self) -> tuple[Producer, Encoder]:
        with self._lock:
            if self._parts is None:
                encoder = Encoder(registry.connect(self._settings.registry_url), "decision", DECISIONS)
                producer = producing.connect(
                    self._settings.kafka_bootstrap,
                    {
                        "linger.ms": 0,  # a person waits
                        "message.timeout.ms": int(_SECONDS * 1000),
                        "log_level": 0,  # what fails is told once, as NotSentError
                    },
                )
                self._parts = producer, encoder
            return self._parts
