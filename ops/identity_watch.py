"""Measures reviews, refusals and crowded values again and again, on a thread and a connection of its own, at a twentieth of one core."""

import logging
import threading
import time
from collections.abc import Sequence

import psycopg
from prometheus_client import Gauge
from psycopg.errors import UndefinedTable

from domain.matching.explain import REFUSALS, RESTS
from domain.matching.scorecard_file import VERSIONS
from ops.backlog import Backlog, Connection, Waiting, backlog
from ops.crowds import SHARED, Crowd, Shared, Walk
from schemas import metrics

OPTIONS = "-c statement_timeout=10000 -c enable_seqscan=off -c jit=off -c default_transaction_read_only=on"
"""No measure may weigh on the resolver: it ends after ten seconds, and goes by the indexes."""

_LEAST_SECONDS = 15.0
_REST = 20  # times as long as measuring took
_WALK_SECONDS = 0.5
_BACKLOG = (
    metrics.OPEN_REVIEWS,
    metrics.OPEN_REVIEW_SECONDS,
    metrics.REFUSED_PAIRS,
    metrics.WAITING_DECISIONS,
    metrics.WAITING_DECISION_SECONDS,
    metrics.RESTING_DECISIONS,
)
_CROWDS = (metrics.CROWDED_VALUES, metrics.CROWDED_LARGEST, metrics.CROWDED_UNMET)
_KINDS = [(str(kind),) for kind in VERSIONS]
_WAITS_ON = [("steward",), ("resolver",)]
_LABELS: dict[Gauge, Sequence[tuple[str, ...]]] = {
    metrics.OPEN_REVIEWS: _KINDS,
    metrics.OPEN_REVIEW_SECONDS: _KINDS,
    metrics.REFUSED_PAIRS: [(str(kind), reason) for kind in VERSIONS for reason in REFUSALS],
    metrics.WAITING_DECISIONS: _WAITS_ON,
    metrics.WAITING_DECISION_SECONDS: _WAITS_ON,
    metrics.RESTING_DECISIONS: [(why,) for why in RESTS],
    **dict.fromkeys(_CROWDS, tuple((shared.what, shared.of) for shared in SHARED)),
}
_log = logging.getLogger("ops.identity")


class IdentityWatch(threading.Thread):
    """Runs until ``stop`` is set."""

    def __init__(self, dsn: str, stop: threading.Event) -> None:
        """``dsn``: the resolver's store."""
        super().__init__(name="identity", daemon=True)
        self._dsn = dsn
        self._stop_asked = stop
        self._walk = Walk()

    def run(self) -> None:
        """Measure, rest, and so on; a store that is away is asked again."""
        took = 0.0
        for gauges in (_BACKLOG, _CROWDS):
            _unknown(gauges)
        while not self._stop_asked.wait(max(_LEAST_SECONDS, _REST * took)):
            began = time.monotonic()
            self.measure()
            took = time.monotonic() - began
            metrics.IDENTITY_SECONDS.set(took)

    def measure(self) -> None:
        """Measure once; what cannot be measured is NaN, which no alarm reads as fine."""
        for gauges, measuring in ((_BACKLOG, _count), (_CROWDS, self._go_on)):
            try:
                with psycopg.connect(self._dsn, autocommit=True, application_name="huiliu-identity", options=OPTIONS) as connection:
                    measuring(connection)
            except UndefinedTable:
                return  # nothing was ever resolved
            except psycopg.Error as error:
                _unknown(gauges)
                _log.warning(
                    "复核积压未测 reviews or crowds were not measured, the store failed (%s): see `huiliu status`", type(error).__name__
                )

    def _go_on(self, connection: Connection) -> None:
        if self._walk.go(connection, _WALK_SECONDS):
            show_crowds(self._walk.found or {})


def _count(connection: Connection) -> None:
    show_backlog(backlog(connection), time.time_ns() // 1_000_000)


def show_backlog(found: Backlog, now_ms: int) -> None:
    """Set the gauges of what waits; a kind of which nothing waits shows 0."""
    for kind in VERSIONS:
        waiting = found.reviews.get(kind, Waiting())
        metrics.OPEN_REVIEWS.labels(str(kind)).set(waiting.count)
        metrics.OPEN_REVIEW_SECONDS.labels(str(kind)).set(waiting.age(now_ms))
        for reason in {*REFUSALS, *(reason for _, reason in found.refused)}:
            metrics.REFUSED_PAIRS.labels(str(kind), reason).set(found.refused.get((kind, reason), 0))
    for why in RESTS:
        metrics.RESTING_DECISIONS.labels(why).set(found.resting.get(why, 0))
    for on, waiting in found.decisions.items():
        metrics.WAITING_DECISIONS.labels(on).set(waiting.count)
        metrics.WAITING_DECISION_SECONDS.labels(on).set(waiting.age(now_ms))


def show_crowds(found: dict[Shared, Crowd]) -> None:
    """Set the gauges of crowded values; what is crowded no more shows 0."""
    for shared in SHARED:
        crowd = found.get(shared, Crowd())
        place = shared.what, shared.of
        metrics.CROWDED_VALUES.labels(*place).set(crowd.values)
        metrics.CROWDED_LARGEST.labels(*place).set(crowd.largest)
        metrics.CROWDED_UNMET.labels(*place).set(crowd.unmet)


def _unknown(gauges: tuple[Gauge, ...]) -> None:
    """Show NaN, also of what was never measured: a series that is not there raises no alarm."""
    for gauge in gauges:
        for labels in _LABELS[gauge]:
            gauge.labels(*labels).set(float("nan"))
