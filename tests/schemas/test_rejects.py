"""A reject keeps what was rejected, packed under the seal; what no message could hold is cut, and says so."""

import random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.sealing import Sealer
from schemas.rejects import Origin, Payload, Rejects, payload_of
from schemas.topics import LARGEST_MESSAGE

MASTER = bytes(range(32))


def _reject(key: bytes | None, value: bytes | None) -> tuple[dict[str, object], int]:
    """Return a reject's fields and the bytes of its message."""
    fields: list[dict[str, object]] = []

    def encode(said: dict[str, object]) -> bytes:
        fields.append(said)
        return b"".join(part if isinstance(part, bytes) else str(part).encode() for part in said.values())

    _, token, message = Rejects("normalise", encode, MASTER).message(Origin("src.p.t", 1, 2, key, value), "reason", "remedy")  # type: ignore[arg-type]  # an encoder of our own
    return fields[0], len(token) + len(message)


@given(st.binary(max_size=40) | st.none(), st.binary(max_size=400) | st.none())
def test_what_was_rejected_comes_back(key: bytes | None, value: bytes | None) -> None:
    reject, _ = _reject(key, value)
    assert payload_of(Sealer(MASTER), reject["payload"]) == Payload(key or b"", value or b"")  # type: ignore[arg-type]  # bytes
    assert reject["remedy"] == "remedy"


def test_payloads_of_before_are_still_opened() -> None:
    sealed = Sealer(MASTER).seal_reject(orjson.dumps({"key": b"k".hex(), "value": b"v".hex()}))
    assert payload_of(Sealer(MASTER), sealed) == Payload(b"k", b"v")


def test_a_large_text_is_kept_whole() -> None:
    value = "长江".encode() * (4 * LARGEST_MESSAGE // 6)
    reject, size = _reject(b"key", value)
    assert payload_of(Sealer(MASTER), reject["payload"]) == Payload(b"key", value)  # type: ignore[arg-type]  # bytes
    assert size < LARGEST_MESSAGE


@pytest.mark.parametrize("excess", [0, LARGEST_MESSAGE])
def test_what_does_not_fit_is_cut_and_says_so(excess: int) -> None:
    value = random.Random(7).randbytes(LARGEST_MESSAGE + excess)  # noqa: S311  # bytes that do not pack
    reject, size = _reject(b"key", value)
    payload = payload_of(Sealer(MASTER), reject["payload"])  # type: ignore[arg-type]  # bytes
    assert size < LARGEST_MESSAGE
    assert payload.key == b"key"
    assert payload.lacking > 0
    assert value == payload.value + value[-payload.lacking :]
    assert "is cut" in str(reject["remedy"])
