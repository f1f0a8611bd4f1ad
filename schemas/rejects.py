"""Makes the ``rejected`` message of a message that a stop could not use: position, reason, remedy, sealed payload; and opens the payload.

A payload is, under the seal, zlib (RFC 1950) of: length of the key (4 bytes, big-endian), length of the value (likewise), key, value.
Packed, so that the reject of the largest message is no larger than a message may be; what still is too large is cut, and says so.
"""

import struct
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from domain.sealing import Sealer
from domain.tokens import Tokeniser
from schemas.codec import Encoder
from schemas.topics import LARGEST_MESSAGE, REJECTED

Outgoing = tuple[str, bytes, bytes]  # topic, key, value

_LENGTHS = struct.Struct(">II")
_MOST = LARGEST_MESSAGE - (64 << 10)
"""Bytes of a packed payload; the rest is for position, reason, remedy, and what packing adds to bytes that do not pack."""
_OLD = b"{"  # payloads were JSON with hex until November 2026; topic `rejected` keeps them for 30 days
_CUT = "its payload here is cut: the whole message is read from its topic, partition and offset, as long as the topic keeps it"


@dataclass(frozen=True, slots=True)
class Origin:
    """A message as it was read; (topic, partition, offset) is its name."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Payload:
    """What was rejected; ``lacking`` says how many bytes were cut from its end."""

    key: bytes
    value: bytes
    lacking: int = 0


def payload_of(sealer: Sealer, sealed: bytes) -> Payload:
    """Open a reject's payload, for replay.

    Raises:
        UnsealError: wrong master key or altered bytes.
    """
    plain = sealer.unseal_reject(sealed)
    if plain.startswith(_OLD):
        old = orjson.loads(plain)
        return Payload(bytes.fromhex(old["key"]), bytes.fromhex(old["value"]))
    plain = zlib.decompress(plain)
    key, value = _LENGTHS.unpack_from(plain)
    end = _LENGTHS.size + key
    return Payload(plain[_LENGTHS.size : end], plain[end:], _LENGTHS.size + key + value - len(plain))


def _packed(key: bytes, value: bytes) -> tuple[bytes, bool]:
    """Return key and value packed, and whether they had to be cut."""
    plain = _LENGTHS.pack(len(key), len(value)) + key + value
    packed = zlib.compress(plain, zlib.Z_BEST_SPEED)
    if len(packed) <= _MOST:
        return packed, False
    return zlib.compress(plain[:_MOST], zlib.Z_BEST_SPEED), True


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
        payload, cut = _packed(origin.key or b"", origin.value or b"")
        value = {
            "stop": self._stop,
            "topic": origin.topic,
            "partition": origin.partition,
            "offset": origin.offset,
            "reason": reason,
            "remedy": f"{remedy}; {_CUT}" if cut else remedy,
            "rejected_ms": int(self._clock() * 1000),
            "payload": self._sealer.seal_reject(payload),
        }
        return REJECTED, key.encode(), self._encoder(value)
