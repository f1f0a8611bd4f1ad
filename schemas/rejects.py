"""Makes the ``rejected`` message of a message that a stop could not use: position, reason, remedy, sealed payload."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from domain.sealing import Sealer
from domain.tokens import Tokeniser
from schemas.codec import Encoder
from schemas.topics import REJECTED

Outgoing = tuple[str, bytes, bytes]  # topic, key, value


@dataclass(frozen=True, slots=True)
class Origin:
    """A message as it was read; (topic, partition, offset) is its name."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


class Rejects:
    """Encodes rejects of one stop."""

    def __init__(self, stop: str, encoder: Encoder, master: bytes, clock: Callable[[], float] = time.time) -> None:
        """``encoder`` writes ``rejected.avsc``; ``clock`` gives Unix seconds."""
        self._stop = stop
        self._encoder = encoder
        self._sealer = Sealer(master)
        self._tokeniser = Tokeniser(master)
        self._clock = clock

    def message(self, origin: Origin, reason: str, remedy: str) -> Outgoing:
        """Return the message for topic ``rejected``; reason and remedy must hold no value of the payload."""
        key = self._tokeniser.text("rejected", (origin.key or b"").hex())
        payload = orjson.dumps({"key": (origin.key or b"").hex(), "value": (origin.value or b"").hex()})
        value = {
            "stop": self._stop,
            "topic": origin.topic,
            "partition": origin.partition,
            "offset": origin.offset,
            "reason": reason,
            "remedy": remedy,
            "rejected_ms": int(self._clock() * 1000),
            "payload": self._sealer.seal_reject(payload),
        }
        return REJECTED, key.encode(), self._encoder(value)
