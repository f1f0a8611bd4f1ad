"""``python -m ops``: the watch process; measures lag, connectors and slots every few seconds and serves them on ``/metrics``."""

import logging
import signal
import sys
import threading

import httpx

from domain.contract import Contract, ContractError
from ops.lag import LagError, LagWatch, reads
from ops.sources import source_states
from schemas import metrics
from settings import Settings, SettingsError
from settings.contracts import load_contracts

_EVERY_SECONDS = 5.0
_log = logging.getLogger("ops")


def measure_lag(watch: LagWatch) -> None:
    """Measure once and set the gauges; seconds without a basis are NaN, which no alarm reads as fine."""
    for row in watch.measure():
        place = row.group, row.topic, str(row.partition)
        metrics.GROUP_LAG.labels(*place).set(row.messages)
        metrics.GROUP_LAG_SECONDS.labels(*place).set(float("nan") if row.seconds is None else row.seconds)
        metrics.LATEST_OFFSET.labels(row.topic, str(row.partition)).set(row.end)


def measure_sources(settings: Settings, contracts: list[Contract], connect: httpx.Client) -> None:
    """Ask every provider once and set the gauges."""
    for state in source_states(settings, contracts, connect):
        metrics.TASK_UP.labels(state.provider).set(state.running)
        metrics.SLOT_BYTES.labels(state.provider).set(float("nan") if state.slot_bytes is None else state.slot_bytes)
        if state.trouble:
            _log.warning("%s: %s", state.provider, state.trouble)


def main() -> int:
    """Measure until told to stop; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        settings = Settings.load()
        contracts = load_contracts(settings.providers_dir)
    except (SettingsError, ContractError) as error:
        _log.critical("%s", error)
        return 1
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if settings.metrics_port:
        metrics.serve(settings.metrics_port)
    watch = LagWatch(settings.kafka_bootstrap, reads(contracts))
    metrics.ready()
    with httpx.Client(base_url=settings.connect_url) as connect:
        while not stop.is_set():
            try:
                measure_lag(watch)
            except LagError as error:
                _log.warning("%s", error)
            measure_sources(settings, contracts, connect)
            stop.wait(_EVERY_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
