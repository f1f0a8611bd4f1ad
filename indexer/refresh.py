"""Decides when what was written becomes searchable: soon when it is quiet, seldom under load.

A refresh costs CPU and makes a small segment that must be merged later; a search sees a write only after one. So the
indexer asks for a refresh itself, at most every ``SHORTEST`` seconds and for at most ``SHARE`` of the time, and not at
all while messages wait: then the index's own ``refresh_interval`` (1 s) is enough, for freshness is lost in the queue.
"""

import logging
import threading
import time
from collections.abc import Callable

from elasticsearch import ApiError, TransportError

from schemas import metrics

SHORTEST = 0.1  # seconds: adds 50 ms on average to committed → searchable
SHARE = 1 / 4  # of the time may go into refreshing: a refresh takes about 20 ms of CPU, merging what it leaves included
LONGEST = 1.0  # seconds: what the index does by itself

_log = logging.getLogger(__name__)


def pause_after(took: float) -> float:
    """Return the seconds from one refresh's start to the next's, when the last took ``took`` seconds."""
    return min(LONGEST, max(SHORTEST, took / SHARE))


class Refresher:
    """A thread that refreshes after writes."""

    def __init__(self, refresh: Callable[[], None]) -> None:
        """``refresh`` makes what was written searchable and returns then."""
        self._refresh = refresh
        self._written = threading.Event()
        self._ended = threading.Event()
        self._dirty = False
        self._thread = threading.Thread(target=self._run, name="refresh", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End; waits for a refresh under way."""
        self._ended.set()
        self._written.set()
        self._thread.join()

    def written(self, *, backlog: bool) -> None:
        """Note that documents were written; ``backlog``: more messages are waiting already."""
        self._dirty = True
        if not backlog:
            self._written.set()

    def idle(self) -> None:
        """Note that no message waits any more."""
        if self._dirty:
            self._written.set()

    def _run(self) -> None:
        while True:
            self._written.wait()
            if self._ended.is_set():
                return
            self._written.clear()
            self._dirty = False
            began = time.monotonic()
            self._once()
            took = time.monotonic() - began
            self._ended.wait(pause_after(took) - took)

    def _once(self) -> None:
        try:
            self._refresh()
        except (ApiError, TransportError) as error:  # the index's own interval stands behind this
            _log.debug("refresh failed: %s", type(error).__name__)
        else:
            metrics.REFRESHES.inc()
