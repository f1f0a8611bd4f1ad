"""The frames between the reading process and its parent: four bytes of length, then JSON; bounded on both sides."""

import os
from collections.abc import Callable
from typing import Any, BinaryIO

import orjson

MOST_BYTES = 32 << 20
ROWS_A_FRAME = 500
BYTES_A_FRAME = 1 << 18
_LENGTH = 4


class FrameError(Exception):
    """The other side sent something that is no frame, or too long a one."""


def write(out: BinaryIO, value: object) -> None:
    """Write one frame."""
    body = orjson.dumps(value)
    out.write(len(body).to_bytes(_LENGTH, "big") + body)
    out.flush()


def read(pipe: int, wait: Callable[[], None]) -> Any:  # noqa: ANN401  # any JSON
    """Return the next frame's value, or None when the pipe ended; ``wait`` returns when there is something to read.

    Raises:
        FrameError: not a frame, or longer than ``MOST_BYTES``.
    """
    header = _exactly(pipe, _LENGTH, wait)
    if not header:
        return None
    length = int.from_bytes(header, "big")
    if length > MOST_BYTES:
        raise FrameError
    try:
        return orjson.loads(_exactly(pipe, length, wait))
    except orjson.JSONDecodeError as error:
        raise FrameError from error


def _exactly(pipe: int, size: int, wait: Callable[[], None]) -> bytes:
    got = bytearray()
    while len(got) < size:
        wait()
        part = os.read(pipe, min(size - len(got), 1 << 20))
        if not part:
            if got:
                raise FrameError
            return b""
        got += part
    return bytes(got)
