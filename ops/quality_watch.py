"""Measures every feed's promises again and again, on a thread and a connection of its own, at a twentieth of one core at most."""

import logging
import threading
import time

import psycopg

from domain.contract import Contract
from ops.quality import measure
from schemas import metrics
from schemas.quality import create_table, record

_LEAST_SECONDS = 15.0
_REST = 20  # times as long as measuring took
_log = logging.getLogger("ops.quality")


class QualityWatch(threading.Thread):
    """Runs until ``stop`` is set. ``alive``: providers whose capture runs, kept up to date by whoever asks Connect."""

    def __init__(self, dsn: str, contracts: list[Contract], stop: threading.Event) -> None:
        """``dsn``: the resolver's store; ``contracts``: the attached ones."""
        super().__init__(name="quality", daemon=True)
        self.alive: frozenset[str] = frozenset()
        self._dsn = dsn
        self._contracts = contracts
        self._stop_asked = stop
        self._marked: frozenset[tuple[str, str]] = frozenset()

    def run(self) -> None:
        """Measure, rest, and so on; a store that is away is asked again."""
        took = 0.0
        while not self._stop_asked.wait(max(_LEAST_SECONDS, _REST * took)):
            began = time.monotonic()
            try:
                self._once()
            except psycopg.Error as error:
                _log.warning("质量未测 quality was not measured, the store failed (%s): see `huiliu status`", type(error).__name__)
            took = time.monotonic() - began
            metrics.QUALITY_SECONDS.set(took)

    def _once(self) -> None:
        with psycopg.connect(self._dsn, autocommit=True, application_name="huiliu-quality") as connection:
            create_table(connection)
            found = measure(connection, self._contracts, self.alive)
            record(connection, found)
        for each in found:
            metrics.PROMISE_KEPT.labels(*each.place).set(each.kept)
        marked = frozenset((each.provider, each.table) for each in found if not each.kept)
        for provider, table in sorted(marked - self._marked):
            _log.warning("未守约 %s.%s breaks its contract: huiliu quality %s", provider, table, provider)
        self._marked = marked
