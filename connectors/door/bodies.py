"""Reads request bodies within bounds: a small one into memory, a large one to a file that only huiliu can read and that is gone after."""

import asyncio
import hashlib
import os
import re
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO

from starlette.requests import ClientDisconnect, Request

from connectors.door.problems import ProblemError

_SLOWEST_SECONDS = 300
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}$")


async def small(request: Request, most: int) -> bytes:
    """Return a body of up to ``most`` bytes.

    Raises:
        ProblemError: it is larger (413), or compressed (415).
    """
    parts = [part async for part in _parts(request, most)]
    return b"".join(parts)


async def spool(request: Request, file: IO[bytes], most: int) -> bytes:
    """Write a body of up to ``most`` bytes to ``file`` and return its SHA-256.

    Raises:
        ProblemError: it is larger (413), or compressed (415).
    """
    digest = hashlib.sha256()
    async for part in _parts(request, most):
        digest.update(part)
        file.write(part)
    file.flush()
    return digest.digest()


async def _parts(request: Request, most: int) -> AsyncIterator[bytes]:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ProblemError(415, "compressed")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > most:
        raise ProblemError(413, "too_large")
    size = 0
    try:
        async with asyncio.timeout(_SLOWEST_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise ProblemError(413, "too_large")
                yield part
    except (TimeoutError, ClientDisconnect):
        raise ProblemError(408, "too_slow") from None


class Turns:
    """How many deliveries of one provider may be under way: one that waits for another must not keep other desks waiting."""

    def __init__(self, each: int) -> None:
        """``each``: deliveries of one provider."""
        self._each = each
        self._held: Counter[str] = Counter()

    @asynccontextmanager
    async def of(self, provider: str) -> AsyncIterator[None]:
        """Hold one of the provider's turns.

        Raises:
            ProblemError: all are taken (503).
        """
        if self._held[provider] >= self._each:
            raise ProblemError(503, "busy", headers={"Retry-After": "2"})
        self._held[provider] += 1
        try:
            yield
        finally:
            self._held[provider] -= 1
            self._held += Counter()  # forget who holds none


class Spool:
    """Where large bodies are put, and how many at a time."""

    def __init__(self, home: Path, at_once: int) -> None:
        """Make the folder, and clear away what a crash may have left in it."""
        self._folder = home / "door"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self._folder.iterdir():
            left.unlink()
        self._free = at_once

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold one of the turns.

        Raises:
            ProblemError: all are taken (503).
        """
        if self._free == 0:
            raise ProblemError(503, "busy", headers={"Retry-After": "10"})
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1

    @contextmanager
    def nameless(self) -> Iterator[IO[bytes]]:
        """Give a file without a name, which ends with its handle."""
        with tempfile.TemporaryFile(dir=self._folder) as file:
            yield file

    @contextmanager
    def named(self, name: str) -> Iterator[IO[bytes]]:
        """Give a file of mode 0600 whose name ends as ``name`` does."""
        suffix = _SUFFIX.search(name)
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=suffix[0] if suffix else "") as file:
            yield file

    def fill(self, suffix: str, write: Callable[[str], None]) -> str:
        """Return the path of a new file of mode 0600 that ``write`` has written; the caller removes it."""
        descriptor, path = tempfile.mkstemp(suffix, dir=self._folder)
        os.close(descriptor)
        try:
            write(path)
        except BaseException:
            Path(path).unlink(missing_ok=True)
            raise
        return path
