"""Forgets the past beyond its retention once a day: one thread of one worker process, on a connection of its own."""

import logging
import threading
import time
from collections.abc import Callable

from psycopg import Error as StoreError

from schemas import metrics
from settings import Settings
from streams.history import purge

_DAY_SECONDS = 24 * 3600.0
_RETRY_SECONDS = 600.0
_log = logging.getLogger(__name__)


class Retention(threading.Thread):
    """Purges at its start and then every day, until ``stop`` is set; a store that is away is asked again after ten minutes.

    Purging twice at once harms nothing, so it is enough that worker 0 of each machine does it.
    """

    def __init__(self, settings: Settings, stop: threading.Event, clock: Callable[[], float] = time.time) -> None:
        """``clock`` gives Unix seconds."""
        super().__init__(name="retention", daemon=True)
        self._dsn = settings.store_dsn.get_secret_value()
        self._days = settings.history_days
        self._stop_asked = stop
        self._clock = clock

    def run(self) -> None:
        """Purge, wait, and so on."""
        while not self._stop_asked.wait(_DAY_SECONDS if self.once() else _RETRY_SECONDS):
            pass

    def once(self) -> bool:
        """Purge now; return whether the store did it."""
        before_ms = int((self._clock() - self._days * _DAY_SECONDS) * 1000)
        try:
            gone = purge(self._dsn, before_ms)
        except StoreError as error:
            _log.warning("历史未按期删除 the past was not purged, the store failed (%s): see `huiliu status`", type(error).__name__)
            return False
        metrics.PURGED.inc(gone)
        _log.info("the past before %d ms is forgotten: %d rows", before_ms, gone)
        return True


def keep(settings: Settings) -> None:
    """Keep the past no longer than ``history_days``, if this is the machine's first worker; returns at once."""
    if settings.worker_index == 0:
        Retention(settings, threading.Event()).start()
