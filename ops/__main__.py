"""``python -m ops``: the watch process; measures lag, connectors and slots every few seconds and serves them on ``/metrics``."""

import logging
import signal
import sys
import threading

import httpx
from confluent_kafka import KafkaException

from domain.contract import Contract, ContractError
from ops.identity_watch import IdentityWatch
from ops.lag import LagError, LagWatch, reads
from ops.quality_watch import QualityWatch
from ops.sources import source_states
from schemas import metrics
from schemas.topics import attached, topics_of
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


def measure_sources(settings: Settings, contracts: list[Contract], connect: httpx.Client) -> frozenset[str]:
    """Ask every provider once, set the gauges, and return the providers whose capture runs."""
    running = set()
    for state in source_states(settings, [c for c in contracts if c.mode == "cdc"], connect):
        metrics.TASK_UP.labels(state.provider).set(state.running)
        metrics.SLOT_BYTES.labels(state.provider).set(float("nan") if state.slot_bytes is None else state.slot_bytes)
        if state.trouble:
            _log.warning("%s: %s", state.provider, state.trouble)
        if state.running and not state.trouble:
            running.add(state.provider)
    return frozenset(running)


def main() -> int:
    """Measure until told to stop; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        settings = Settings.load()
        contracts = load_contracts(*settings.contract_folders)
    except (SettingsError, ContractError) as error:
        _log.critical("%s", error)
        return 1
    try:
        contracts = attached(contracts, topics_of(settings.kafka_bootstrap))
    except KafkaException as error:
        _log.critical("Kafka 没有回答 does not answer at %s (%s): see `huiliu status`", settings.kafka_bootstrap, error.args[0].name())
        return 1
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if settings.metrics_port:
        metrics.serve(settings.metrics_port)
    watch = LagWatch(settings.kafka_bootstrap, reads(contracts))
    quality = QualityWatch(settings.store_dsn.get_secret_value(), contracts, stop)
    quality.start()
    IdentityWatch(settings.store_dsn.get_secret_value(), stop).start()
    metrics.ready()
    with httpx.Client(base_url=settings.connect_url) as connect:
        while not stop.is_set():
            try:
                measure_lag(watch)
            except LagError as error:
                _log.warning("%s", error)
            quality.alive = measure_sources(settings, contracts, connect)
            stop.wait(_EVERY_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
