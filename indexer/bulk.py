"""Writes documents in bulk until each is acknowledged, known to be older, or rejected; never drops one.

What Elasticsearch refuses for now (429, 503, a block, a connection that fails) is tried again with back-off while the
caller waits: that is the back-pressure. What it refuses for good is told document by document.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from indexer.documents import Write
from indexer.errors import StoppedError
from schemas import metrics

_FIRST_WAIT, _LONGEST_WAIT = 0.05, 5.0  # seconds; a block at an alias swap lasts well under one
_LOG_EVERY = 10.0  # seconds between two lines about the same standstill
_MOST_BYTES = 8 << 20  # of one request: a tenth of what the server takes, and small enough to repeat

# The document itself is at fault: repeating it cannot help. Anything else may pass, so it is repeated.
_DOCUMENT_FAULTS = frozenset(
    {"document_parsing_exception", "mapper_parsing_exception", "strict_dynamic_mapping_exception", "action_request_validation_exception"}
)
_TOO_LARGE = 413
_CONFLICT = 409

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one document: HTTP status, and the error's type and text ("" when there is none). ``reason`` may quote values."""

    status: int
    error: str = ""
    reason: str = ""


class AwayError(Exception):
    """The whole request came to nothing and may be repeated; says why, without values."""


class RefusedError(Exception):
    """The whole request was refused for good because of a document in it."""

    def __init__(self, item: Item) -> None:
        """Keep what the server said of the request."""
        super().__init__(item.error)
        self.item = item


class Target(Protocol):
    """An index that takes bulk requests."""

    def send(self, body: bytes) -> Sequence[Item]:
        """Send newline-delimited JSON; return one item a document, in order.

        Raises:
            AwayError: repeat the request later.
            RefusedError: a document in it is impossible.
        """

    def mend(self, error: str) -> None:
        """Do what can be done about a passing ``error`` type before the next attempt."""


class _Verdict(Enum):
    DONE = auto()
    AGAIN = auto()
    REJECT = auto()


class BulkWriter:
    """Writes to one target; ``reject`` is told of each document that is refused for good, before ``write`` returns."""

    def __init__(self, target: Target, reject: Callable[[Write, Item], None], stop: threading.Event) -> None:
        """``stop`` ends the waiting."""
        self._target = target
        self._reject = reject
        self._stop = stop

    def write(self, writes: Iterable[Write]) -> None:
        """Return when nothing is left to do for any of the writes.

        Raises:
            StoppedError: the process is to end.
        """
        for request in _requests(writes):
            self._persist(request)

    def _persist(self, pending: list[Write]) -> None:
        wait, told = _FIRST_WAIT, None
        while pending:
            try:
                pending, why = self._once(pending)
            except AwayError as error:
                why = str(error)
            if not pending:
                break
            now = time.monotonic()
            if told is None or now - told >= _LOG_EVERY:
                told = now
                _log.warning("Elasticsearch 暂不接受写入 does not take writes now (%s): %d documents wait", why, len(pending))
            metrics.RETRIES.labels("indexer", why).inc()
            self._target.mend(why)
            if self._stop.wait(wait * random.uniform(0.5, 1)):  # noqa: S311  # spreads retries, guards nothing
                raise StoppedError
            wait = min(wait * 2, _LONGEST_WAIT)
        if told is not None:
            _log.info("Elasticsearch 恢复写入 takes writes again")

    def _once(self, pending: list[Write]) -> tuple[list[Write], str]:
        """Send once; return what is to be sent again, and the type of the last error that asks for it."""
        try:
            with metrics.BULK_SECONDS.time():
                items = self._target.send(b"".join(write.body for write in pending))
        except RefusedError as error:
            return self._isolate(pending, error.item)
        again: list[Write] = []
        why, done = "", 0
        for write, item in zip(pending, items, strict=True):
            verdict = _verdict(item)
            if verdict is _Verdict.DONE:
                done += item.status != _CONFLICT
            elif verdict is _Verdict.AGAIN:
                again.append(write)
                why = item.error or str(item.status)
            else:
                self._reject(write, item)
        metrics.INDEXED.inc(done)
        metrics.INDEX_CONFLICTS.inc(sum(item.status == _CONFLICT for item in items))
        return again, why

    def _isolate(self, pending: list[Write], item: Item) -> tuple[list[Write], str]:
        """Halve a request that is refused as a whole until the impossible document stands alone."""
        if len(pending) == 1:
            self._reject(pending[0], item)
            return [], ""
        middle = len(pending) // 2
        for half in (pending[:middle], pending[middle:]):
            self._persist(half)
        return [], ""


def _verdict(item: Item) -> _Verdict:
    if item.status < 300 or item.status == _CONFLICT:  # noqa: PLR2004  # HTTP's success statuses
        return _Verdict.DONE
    if item.status == _TOO_LARGE or item.error in _DOCUMENT_FAULTS:
        return _Verdict.REJECT
    return _Verdict.AGAIN


def _requests(writes: Iterable[Write]) -> Iterable[list[Write]]:
    request: list[Write] = []
    size = 0
    for write in writes:
        if request and size + len(write.body) > _MOST_BYTES:
            yield request
            request, size = [], 0
        request.append(write)
        size += len(write.body)
    if request:
        yield request
