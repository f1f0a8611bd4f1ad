"""``python -m indexer``: one indexer process; ``HUILIU_WORKER_INDEX`` tells several apart."""

import logging
import signal
import sys
import threading

from confluent_kafka import KafkaException

from indexer.errors import IndexerError, StoppedError
from indexer.run import run
from schemas import metrics
from settings import Settings, SettingsError

_log = logging.getLogger("indexer")


def main() -> int:
    """Index until SIGTERM or SIGINT; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in ("elastic_transport", "httpx", "httpx2"):  # a line a request; what matters of them is said here once
        logging.getLogger(name).setLevel(logging.ERROR)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = Settings.load()
        if settings.metrics_port:
            metrics.serve(settings.metrics_port)
        run(settings, stop)
    except (SettingsError, IndexerError) as error:
        _log.critical("%s", error)
        return 1
    except KafkaException as error:
        _log.critical("Kafka 拒绝本进程 the broker refuses the indexer: %s; see `huiliu status`", error.args[0].name())
        return 1
    except StoppedError:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
